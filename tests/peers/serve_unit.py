# Runs a program under the filters of a systemd unit: its system calls, its families of sockets, its
# user without rights. usage: serve_unit.py UNIT PROGRAM [ARGUMENT...]
import ctypes, os, re, struct, subprocess, sys

EPERM, EAFNOSUPPORT = 1, 97
ALLOW, ERRNO = 0x7fff0000, 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET|BPF_K
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
AT_FIRST = "execve exit exit_group brk"  # what systemd lets any unit do


def expand(name):
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], check=True,
                          capture_output=True, text=True).stdout
    words = [line.strip() for line in text.splitlines()[1:] if line.strip() and "#" not in line]
    return set().union(*(expand(word) for word in words if word != name))


def filters(unit):
    allowed, families = set(AT_FIRST.split()), set()
    for line in open(unit):
        key, _, value = line.strip().partition("=")
        if key == "SystemCallFilter":
            named = set().union(*(expand(word) for word in value.lstrip("~").split()))
            allowed = allowed - named if value.startswith("~") else allowed | named
        if key == "RestrictAddressFamilies":
            families |= {getattr(__import__("socket"), word) for word in value.split()}
    return allowed, families


def numbers():
    text = subprocess.run(["cc", "-E", "-dM", "-x", "c", "-"], input="#include <sys/syscall.h>\n",
                          check=True, capture_output=True, text=True).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)\n", text)}


def program(allowed, families):
    known = numbers()
    code = [(LOAD, 0, 0, 0)]
    checks = [(LOAD, 0, 0, 16)]
    for family in sorted(families):
        checks += [(EQUAL, 0, 1, family), (RETURN, 0, 0, ALLOW)]
    checks += [(RETURN, 0, 0, ERRNO | EAFNOSUPPORT)]
    code += [(EQUAL, 0, len(checks), known["socket"])] + checks
    for name in sorted(allowed & known.keys()):
        code += [(EQUAL, 0, 1, known[name]), (RETURN, 0, 0, ALLOW)]
    return code + [(RETURN, 0, 0, ERRNO | EPERM)]


code = program(*filters(sys.argv[1]))
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
packed = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in code))
described = struct.pack("HxxxxxxQ", len(code), ctypes.addressof(packed))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, MODE_FILTER, described):
    sys.exit("no seccomp: " + os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[2], sys.argv[2:])

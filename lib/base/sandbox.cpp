// Giving up what a program does not need any more: its user, the file system, system calls.

#include "base/sandbox.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace img {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||
                           __has_feature(memory_sanitizer);
#else
constexpr bool sanitized = false;
#endif

bool has_reserve = false;

using CapabilityMask = std::uint64_t;
constexpr CapabilityMask reading_any_file = CapabilityMask{1} << CAP_DAC_READ_SEARCH;

/// What may be had, and what is in use; nothing is handed on to other programs.
void set_capabilities(CapabilityMask permitted, CapabilityMask effective) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i].permitted = static_cast<std::uint32_t>(permitted >> (32 * i));
        data[i].effective = static_cast<std::uint32_t>(effective >> (32 * i));
    }
    if (::syscall(SYS_capset, &header, data.data()) != 0)
        throw_errno("capabilities", errno);
}

/// What another program could get back by being executed. Containers may not let us, and then
/// no_new_privs alone stands before it.
void drop_inheritance() {
    for (unsigned long capability = 0; capability < 64; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0)
            break;
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

struct Account {
    uid_t user;
    gid_t group;
};

Account account_of(const std::string& user) {
    passwd entry{};
    passwd* found = nullptr;
    std::vector<char> texts(1024);
    int error = 0;
    while ((error = ::getpwnam_r(user.c_str(), &entry, texts.data(), texts.size(), &found)) ==
           ERANGE)
        texts.resize(texts.size() * 2);
    if (error != 0)
        throw_errno(str("user ", printable(user)), error);
    if (!found)
        throw Error(str("there is no user '", printable(user), "'"), Exit::usage);
    if (entry.pw_uid == 0)
        throw Error(str("'", printable(user), "' is root, which is to be given up"), Exit::usage);
    return {entry.pw_uid, entry.pw_gid};
}

/// Throws unless all identities are the account's and root's cannot be had back.
void verify(const Account& account) {
    uid_t real = 0, effective = 0, saved = 0;
    gid_t real_group = 0, effective_group = 0, saved_group = 0;
    bool known = ::getresuid(&real, &effective, &saved) == 0 &&
                 ::getresgid(&real_group, &effective_group, &saved_group) == 0;
    bool same = real == account.user && effective == account.user && saved == account.user &&
                real_group == account.group && effective_group == account.group &&
                saved_group == account.group;
    if (!known || !same || ::setresuid(0, 0, 0) == 0 || ::seteuid(0) == 0 ||
        ::setresgid(0, 0, 0) == 0 || ::setgroups(0, nullptr) == 0)
        throw Error("the rights of root could not be given up");
}

} // namespace

void check_user(const std::string& user) {
    account_of(user);
}

void become_user(const std::string& user, Reserve reserve) {
    Account account = account_of(user);
    if (::geteuid() != 0)
        throw Error(str("only root can become '", printable(user), "'"), Exit::usage);
    drop_inheritance();
    if (::prctl(PR_SET_KEEPCAPS, reserve == Reserve::reading ? 1 : 0, 0, 0, 0) != 0)
        throw_errno("capabilities", errno);
    if (::initgroups(user.c_str(), account.group) != 0 ||
        ::setresgid(account.group, account.group, account.group) != 0 ||
        ::setresuid(account.user, account.user, account.user) != 0)
        throw_errno(str("becoming '", printable(user), "'"), errno);
    set_capabilities(reserve == Reserve::reading ? reading_any_file : 0, 0);
    ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
    verify(account);
    has_reserve = reserve == Reserve::reading;
}

ReadingAsRoot::ReadingAsRoot() {
    if (has_reserve)
        set_capabilities(reading_any_file, reading_any_file);
}

ReadingAsRoot::~ReadingAsRoot() {
    if (has_reserve)
        set_capabilities(reading_any_file, 0);
}

void drop_reserve() {
    if (has_reserve)
        set_capabilities(0, 0);
    has_reserve = false;
}

namespace {

// linux/landlock.h of Linux 6.12; those of distributions are older than the kernels they meet.
constexpr std::uint64_t landlock_truncate = 1 << 14, landlock_ioctl_device = 1 << 15;
constexpr std::uint64_t landlock_bind_tcp = 1 << 0, landlock_connect_tcp = 1 << 1;
constexpr std::uint64_t landlock_scope_abstract_sockets = 1 << 0, landlock_scope_signals = 1 << 1;

struct LandlockRights {
    std::uint64_t files = 0, network = 0, scopes = 0;
};

/// All that a version of the interface can deny: landlock(7), "ABI versions".
LandlockRights rights_of_version(long version) {
    LandlockRights rights{(LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};
    if (version >= 2)
        rights.files |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights.files |= landlock_truncate;
    if (version >= 4)
        rights.network = landlock_bind_tcp | landlock_connect_tcp;
    if (version >= 5)
        rights.files |= landlock_ioctl_device;
    if (version >= 6)
        rights.scopes = landlock_scope_abstract_sockets | landlock_scope_signals;
    return rights;
}

void allow_beneath(int rules, const fs::path& path, std::uint64_t of_directories,
                   std::uint64_t of_files) {
    Fd place{::open(path.c_str(), O_PATH | O_CLOEXEC)};
    struct stat about {};
    if (!place || ::fstat(*place, &about) != 0)
        return;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = S_ISDIR(about.st_mode) ? of_directories : of_files;
    rule.parent_fd = *place;
    if (::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        throw_errno(str("landlock: ", path.string()), errno);
}

Fd rules_for(const FileAccess& access, const LandlockRights& rights) {
    Fd rules{static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, std::uint32_t{0}))};
    if (!rules)
        throw_errno("landlock", errno);
    constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE;
    for (const fs::path& path : access.readable)
        allow_beneath(*rules, path, reading | LANDLOCK_ACCESS_FS_READ_DIR, reading);
    const std::uint64_t writing =
        LANDLOCK_ACCESS_FS_WRITE_FILE | (rights.files & landlock_truncate);
    for (const fs::path& path : access.writable)
        allow_beneath(*rules, path,
                      writing | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE,
                      writing);
    if (sanitized) // leaks are looked for with the help of /proc
        allow_beneath(*rules, "/proc", reading | LANDLOCK_ACCESS_FS_READ_DIR, reading);
    return rules;
}

} // namespace

SandboxReport confine_files(const FileAccess& access) {
    constexpr rlimit no_core{0, 0};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw_errno("no_new_privs", errno);
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || ::setrlimit(RLIMIT_CORE, &no_core) != 0)
        throw_errno("core dumps", errno);
    SandboxReport report{{"new privileges", "core dumps", "being traced"}, {}};
    if (::geteuid() != 0)
        set_capabilities(has_reserve ? reading_any_file : 0, 0);

    long version = ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                             LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) {
        report.missing.push_back("Landlock");
        drop_reserve();
        return report;
    }
    Fd rules = [&] {
        ReadingAsRoot in_reserve; // what it is to read may lie where only root comes
        return rules_for(access, rights_of_version(version));
    }();
    if (::syscall(SYS_landlock_restrict_self, *rules, 0) != 0)
        throw_errno("landlock", errno);
    report.in_force.push_back(str("other files (Landlock ", version, ")"));
    return report;
}

namespace {

// The native architecture; calls of others, such as i386's on x86-64, are never made by us.
#if defined(__x86_64__) && !defined(__ILP32__)
constexpr std::uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__) && !defined(__ILP32__) && defined(__AARCH64EL__)
constexpr std::uint32_t architecture = AUDIT_ARCH_AARCH64;
#elif defined(__arm__) && defined(__ARMEL__)
constexpr std::uint32_t architecture = AUDIT_ARCH_ARM;
#elif defined(__riscv) && __riscv_xlen == 64
constexpr std::uint32_t architecture = AUDIT_ARCH_RISCV64;
#elif defined(__i386__)
constexpr std::uint32_t architecture = AUDIT_ARCH_I386;
#else
constexpr std::uint32_t architecture = 0;
#endif

/// set_mempolicy_home_node, of Linux 5.17; calls have had the same number everywhere since 424.
/// The calls of x32, which are numbered from 2^30, count as younger.
constexpr std::uint32_t newest_known_call = 450;

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
constexpr std::uint32_t unknown = SECCOMP_RET_ERRNO | ENOSYS;

/// A program for the kernel's packet filter, which looks at a seccomp_data (seccomp(2)). Its jumps
/// are over so many instructions, 0 being the next.
class CallFilter {
public:
    void load(std::size_t offset) {
        program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
    }
    void jump(int condition, std::uint32_t value, std::uint8_t if_so, std::uint8_t if_not) {
        program_.push_back(BPF_JUMP(BPF_JMP | condition | BPF_K, value, if_so, if_not));
    }
    void end(std::uint32_t action) { program_.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }
    std::vector<sock_filter>& program() { return program_; }

private:
    std::vector<sock_filter> program_;
};

/// Where the halves of a call's argument lie; all of these processors are little-endian.
constexpr std::size_t low_half(std::size_t argument) {
    return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t);
}

constexpr std::size_t high_half(std::size_t argument) {
    return low_half(argument) + sizeof(std::uint32_t);
}

bool maps_memory(long call) {
#ifdef SYS_mmap2
    return call == SYS_mmap2 || call == SYS_mprotect;
#else
    return call == SYS_mmap || call == SYS_mprotect;
#endif
}

void add_call(CallFilter& filter, long call) {
    auto number = static_cast<std::uint32_t>(call);
    if (maps_memory(call)) {
        filter.jump(BPF_JEQ, number, 0, 6);
        filter.load(high_half(2));
        filter.jump(BPF_JEQ, 0, 0, 3);
        filter.load(low_half(2));
        filter.jump(BPF_JSET, PROT_EXEC, 1, 0);
        filter.end(allow);
        filter.end(refuse);
    } else if (call == SYS_tgkill) {
        filter.jump(BPF_JEQ, number, 0, 4);
        filter.load(low_half(0));
        filter.jump(BPF_JEQ, static_cast<std::uint32_t>(::getpid()), 0, 1);
        filter.end(allow);
        filter.end(refuse);
    } else {
        filter.jump(BPF_JEQ, number, 0, 1);
        filter.end(allow);
    }
}

CallFilter filter_for(const std::vector<long>& calls) {
    CallFilter filter;
    filter.load(offsetof(seccomp_data, arch));
    filter.jump(BPF_JEQ, architecture, 1, 0);
    filter.end(SECCOMP_RET_KILL_PROCESS);
    filter.load(offsetof(seccomp_data, nr));
    for (long call : calls)
        add_call(filter, call);
    filter.jump(BPF_JGT, newest_known_call, 1, 0);
    filter.end(refuse);
    filter.end(unknown);
    return filter;
}

} // namespace

SandboxReport confine_calls(const std::vector<long>& calls) {
    if (architecture == 0)
        return {{}, {"a filter of system calls for this processor"}};
    if (sanitized)
        return {{}, {"a filter of system calls (this program is built with a sanitizer)"}};
    CallFilter filter = filter_for(calls);
    sock_fprog program{static_cast<unsigned short>(filter.program().size()),
                       filter.program().data()};
    long result =
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    if (result < 0 && (errno == ENOSYS || errno == EINVAL))
        return {{}, {"seccomp"}};
    if (result < 0)
        throw_errno("seccomp", errno);
    if (result > 0)
        throw Error("the system calls of another thread could not be confined");
    return {{str("all but ", calls.size(), " system calls (seccomp)")}, {}};
}

} // namespace img

# Shared by the tests against a real sshd: one on a free port of the loopback, with keys of its own.
# shellcheck shell=sh
# usage: . lib.sh, then . ssh_server.sh; start_ssh_server; it ends with the test

# Debian has sshd where only root's PATH leads.
sshd=$(command -v sshd || command -v /usr/sbin/sshd)

need_ssh_server() {
    need ssh ssh-keygen
    [ -n "$sshd" ] || skip "sshd is not installed"
}

# start_ssh_server: sets $ssh_port, $ssh_home (its directory), and for clients
# $ssh_options, $ssh_key (private key) and $known_hosts. Keys and configuration are made once; a
# server that was stopped starts again with them, on its port.
start_ssh_server() {
    if [ -z "${ssh_home:-}" ]; then
        make_ssh_home
    fi
    patience=20
    while :; do
        [ -n "${ssh_port:-}" ] || choose_ssh_port
        # The path of the log must be absolute: sshd changes its directory.
        "$sshd" -D -f "$ssh_home/sshd_config" -p "$ssh_port" -E "$ssh_home/sshd.log" &
        ssh_server=$!
        cameras="$cameras $ssh_server"
        answers=40
        until ssh-keyscan -T 1 -t ed25519 -p "$ssh_port" 127.0.0.1 2>/dev/null | grep -q ssh-ed25519; do
            answers=$((answers - 1))
            if [ $answers -le 0 ] || ! kill -0 $ssh_server 2>/dev/null; then
                break
            fi
            sleep 0.05
        done
        kill -0 $ssh_server 2>/dev/null && [ $answers -gt 0 ] && break
        # Somebody else took the port.
        patience=$((patience - 1))
        [ $patience -gt 0 ] || { cat "$ssh_home/sshd.log"; fail "sshd does not start"; exit 1; }
        kill -KILL $ssh_server 2>/dev/null
        wait $ssh_server 2>/dev/null
        ssh_port=
    done
    trust_ssh_server
}

choose_ssh_port() { ssh_port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 20000)); }

make_ssh_home() {
    ssh_home=$work/ssh
    mkdir -m 700 "$ssh_home"
    # sshd as root wants the directory that Debian's service makes.
    [ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
    ssh_key=$ssh_home/id
    known_hosts=$ssh_home/known_hosts
    ssh-keygen -q -t ed25519 -N '' -f "$ssh_home/host_key"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh_key"
    authorize
    # With SHLVL, bash(1) does not read the user's ~/.bashrc, which may do anything.
    cat >"$ssh_home/sshd_config" <<END
ListenAddress 127.0.0.1
HostKey $ssh_home/host_key
AuthorizedKeysFile $ssh_home/authorized_keys
PidFile none
UsePAM no
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 100
Subsystem sftp internal-sftp
SetEnv SHLVL=2
END
}

# authorize [COMMAND]: the key may do anything, or be received by COMMAND only.
authorize() {
    { [ $# -eq 0 ] || printf 'restrict,command="%s" ' "$1"; cat "$ssh_key.pub"; } \
        >"$ssh_home/authorized_keys"
}

# The key that the server has is known to clients; forget_ssh_server takes that back.
trust_ssh_server() {
    printf '[127.0.0.1]:%s %s\n' "$ssh_port" "$(cat "$ssh_home/host_key.pub")" >"$known_hosts"
}
forget_ssh_server() { : >"$known_hosts"; }

# New keys for a server of the same name, as after an attack or a new installation.
change_host_key() {
    rm -f "$ssh_home/host_key" "$ssh_home/host_key.pub"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh_home/host_key"
}

# With all its connections: each is served by a child of its own.
stop_ssh_server() {
    cut_ssh_connections
    kill -KILL "$ssh_server" 2>/dev/null
    wait "$ssh_server" 2>/dev/null
    cut_ssh_connections
}
# The processes that serve connections, of this server only: they know its port.
cut_ssh_connections() {
    for one in $(descendants "$ssh_server"); do
        kill -KILL "$one" 2>/dev/null
    done
}
descendants() {
    for one in $(ps -o pid= --ppid "$1"); do
        descendants_of=$(descendants "$one")
        echo "$one" $descendants_of
    done
}

#!/bin/sh
# Sockets that systemd opens: one for HTTPS, one that redirects to it, by the names of the unit.
. "$(dirname "$0")/lib.sh"
need systemd-socket-activate curl
[ -x /usr/bin/python3 ] || skip "python3 is not installed"

free_port() {
    /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# activate LOG ARGUMENT...: sets $manager to the process that becomes imgserve at the first client.
activate() {
    log=$work/$1.log
    shift
    systemd-socket-activate "$@" --state "$work/state" "$work/site" >/dev/null 2>"$log" &
    manager=$!
    cameras="$cameras $manager"
}
get() { curl -fsS --max-time 10 --cacert "$work/state/cert.pem" "$@"; }
# The first client starts the server, which makes the certificate.
knock() { curl -ks --max-time 10 -o /dev/null "$1"; }

mkdir "$work/site"
echo hello >"$work/site/hello.txt"
secure=$(free_port)
plain=$(free_port)
activate two -l "127.0.0.1:$secure" -l "127.0.0.1:$plain" --fdname=https:redirect "$(command -v imgserve)"
wait_for 10 "a start by a client" knock "https://localhost:$secure/hello.txt"
run 0 "the file by HTTPS" get "https://localhost:$secure/hello.txt"
[ "$(cat "$work/out")" = hello ] || fail "the file is another"
run 0 "a redirect" curl -sS --max-time 10 -o /dev/null -w '%{http_code} %{redirect_url}' \
    "http://localhost:$plain/hello.txt"
[ "$(cat "$work/out")" = "301 https://localhost:$secure/hello.txt" ] ||
    fail "the redirect is '$(cat "$work/out")'"
grep -q "serving .* at https://127.0.0.1:$secure/\$" "$log" || fail "it does not say where it serves"
kill -TERM "$manager"
wait "$manager"
[ $? -eq 0 ] || fail "it does not end well"

# Without names all are ways in, --listen does not matter, and a Unix socket is one, too.
activate plain -l "$work/socket" "$(command -v imgserve)" --http --listen 127.0.0.1:1
wait_for 10 "a start over a Unix socket" \
    curl -fsS --max-time 10 -o "$work/got" --unix-socket "$work/socket" http://localhost/hello.txt
[ "$(cat "$work/got")" = hello ] || fail "the file over a Unix socket is another"
kill -TERM "$manager"
wait "$manager"
[ $? -eq 0 ] || fail "it does not end well over a Unix socket"
[ -S "$work/socket" ] || fail "a socket that is not ours was removed"
finish

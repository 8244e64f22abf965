#!/bin/sh
# The unit of systemd lets imgserve do what it has to: it makes its certificate, confines itself and
# serves under the unit's filters.
. "$(dirname "$0")/lib.sh"
need systemd-analyze curl openssl cc
[ -x /usr/bin/python3 ] || skip "python3 is not installed"
[ "$(getconf LONG_BIT)" = 64 ] || skip "not of 64 bits"

mkdir "$work/site" "$work/state"
echo hello >"$work/site/hello.txt"
chmod a+rx "$work"
[ "$(id -u)" -ne 0 ] || chown nobody "$work/state"
/usr/bin/python3 "$(dirname "$0")/serve_unit.py" "$(dirname "$0")/../../cron/systemd/imgserve.service" \
    "$(command -v imgserve)" --listen 127.0.0.1:0 --state "$work/state" "$work/site" 2>"$work/log" &
server=$!
cameras="$cameras $server"
wait_for 20 "a server under the unit's filters" grep -q 'serving' "$work/log"
url=$(sed -n 's/.* at \(https:[^ ]*\)$/\1/p' "$work/log")
run 0 "the file" curl -fsS --max-time 10 --cacert "$work/state/cert.pem" "${url}hello.txt"
[ "$(cat "$work/out")" = hello ] || fail "the file is another"
# All that it gives up elsewhere it gives up there, and it knows its addresses.
grep -q 'gave up: .*system calls' "$work/log" || fail "system calls: $(cat "$work/log")"
! grep -q 'addresses are not known' "$work/log" || fail "no addresses: $(cat "$work/log")"
kill "$server"
wait "$server" || fail "status $?: $(cat "$work/log")"
finish

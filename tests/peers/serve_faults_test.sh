#!/bin/bash
# Faults around imgserve: thousands of connections, no descriptors, a stop under load, clients that
# hang, files that shrink, a directory that is unmounted, a full disk, clocks that jump.
# usage: serve_faults_test.sh BIN_DIRECTORY
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve_lib.sh"
need curl openssl jq
[ -x /usr/bin/python3 ] || skip "python3 is not installed"

mkdir -p "$work/site"
echo hello >"$work/site/hello.txt"
head -c 20000000 /dev/urandom >"$work/site/big.bin"
client() { check "$1" /usr/bin/python3 "$peers/serve_faults.py" "${@:2}"; }
alive() { kill -0 "$server" 2>/dev/null || fail "$1: imgserve is gone"; }
calm() { ! grep -vE ': (serving|gave up|not available here)' "$log" >"$work/said" ||
    { fail "$1: it complains"; head -5 "$work/said"; }; }

# 10,000 connections, each of which goes on.
if ulimit -n 12000 2>/dev/null; then
    serve many --http --max-connections 12000 --rate 0
    client "10,000 connections" many "$port" 10000
    alive "10,000 connections"
    stop_serving
else
    echo "skipped: 12,000 files cannot be open" >&2
fi

# No descriptors: those who are there are served when others have gone.
(ulimit -n 64 && exec imgserve --http --listen 127.0.0.1:0 --max-connections 2000 \
    --max-per-client 2000 --rate 0 "$work/site" 2>"$work/exhaust.log") &
server=$!
cameras="$cameras $server"
log=$work/exhaust.log
wait_for 20 "start with few descriptors" grep -q ': serving ' "$log"
port=$(sed -nE 's,.* at http://[^ ]*:([0-9]+)/.*,\1,p' "$log")
client "no descriptors" exhaust "$port" 300
alive "no descriptors"
stop_serving

# A stop under load, with small and with large files.
for path in /hello.txt /big.bin; do
    serve stop --http --rate 0 --stop-timeout 1m
    client "stop under load, $path" stop_under_load "$port" "$server" $path \
        "$(sha256sum "$work/site$path" | cut -d ' ' -f 1)"
    wait "$server"
    status=$?
    [ $status -eq 0 ] || fail "stop under load: status $status"
done

# Clients that hang at every stage.
serve hang --http --rate 0 --header-timeout 1s --idle-timeout 1s --send-timeout 1s
client "clients that hang" half_open "$port" 20000000
alive "clients that hang"
calm "clients that hang"

# A file that is cut while it is sent, and one that is replaced.
client "a file that shrinks" shrink "$port" "$work/site/big.bin"
alive "a file that shrinks"
calm "a file that shrinks"
stop_serving

# Another half of the file system: the directory goes away while it is served.
if unshare -m true 2>/dev/null; then
    mkdir "$work/mounted"
    # shellcheck disable=SC2016
    unshare -m sh -c '
        mount -t tmpfs -o size=20m none "$1/mounted" && echo hello >"$1/mounted/hello.txt" || exit 1
        imgserve --http --listen "unix:$1/unmount.sock" --rate 0 "$1/mounted" 2>"$1/unmount.log" &
        server=$!
        trap "kill -KILL $server" EXIT
        ask() { curl -sS --max-time 10 --unix-socket "$1/unmount.sock" "http://localhost$2"; }
        for i in $(seq 200); do grep -q serving "$1/unmount.log" && break; sleep 0.05; done
        [ "$(ask "$1" /hello.txt)" = hello ] || { echo "not served"; exit 1; }
        umount -l "$1/mounted"
        mount -t tmpfs -o size=20m none "$1/mounted"
        ask "$1" /hello.txt >/dev/null
        ask "$1" /health >"$1/health" || { echo "no health"; exit 1; }
        kill -0 $server' unmount "$work" >"$work/said" 2>&1 ||
        { fail "an unmounted directory"; cat "$work/said"; cat "$work/unmount.log"; }
else
    echo "skipped: mount namespaces are not allowed" >&2
fi

# Clocks that jump by years, there and back: nobody is cut off, and dates are right.
if [ -e /usr/lib/*/faketime/libfaketime.so.1 ]; then
    echo '+0' >"$work/clock"
    library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
    export FAKETIME_TIMESTAMP_FILE=$work/clock FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1
    echo hello >"$work/site/index.html"
    LD_PRELOAD=$library serve clock --http --rate 0
    for jump in +3y -10y +0; do
        echo "$jump" >"$work/clock"
        answer=$(curl -sS --max-time 10 "$url/hello.txt" 2>&1)
        [ "$answer" = hello ] || fail "clock $jump: $answer"
    done
    year=$(curl -sSI "$url/hello.txt" | sed -nE 's/^date: .* ([0-9]{4}) .*/\1/Ip')
    [ "$year" = "$(date +%Y)" ] || fail "the clock is back, and Date says $year"
    alive "clocks that jump"
    stop_serving
    unset FAKETIME_TIMESTAMP_FILE FAKETIME_NO_CACHE FAKETIME_DONT_FAKE_MONOTONIC
else
    echo "skipped: faketime is not installed" >&2
fi
finish

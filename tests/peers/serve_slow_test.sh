#!/bin/sh
# slowhttptest holds more connections than imgserve takes; others are served all the same.
# usage: serve_slow_test.sh BIN_DIRECTORY
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve_lib.sh"
need slowhttptest curl
ulimit -n 4096 2>/dev/null || skip "4096 files cannot be open"

mkdir -p "$work/site"
echo hello >"$work/site/hello.txt"

# attack NAME SLOWHTTPTEST_OPTION...: 1,000 slow connections for as long as 30 requests of somebody
# else take, who comes from another address.
attack() {
    name=$1
    shift
    serve "$name" --http --max-connections 512 --rate 0
    slowhttptest -c 1000 -r 500 -i 2 -l 60 -p 3 -u "http://127.0.0.1:$port/hello.txt" "$@" \
        >"$work/$name.slow" 2>&1 &
    attacker=$!
    cameras="$cameras $attacker"
    wait_for 30 "$name: the attack" attack_is_on
    served=0
    for _ in $(seq 30); do
        answer=$(curl -sS --max-time 10 --interface 127.0.0.2 "$url/hello.txt" 2>&1)
        [ "$answer" = hello ] && served=$((served + 1))
    done
    kill -0 "$attacker" 2>/dev/null || fail "$name: the attack was over before the requests were"
    kill -KILL "$attacker" 2>/dev/null
    wait "$attacker" 2>/dev/null
    [ "$served" -eq 30 ] || fail "$name: $served of 30 requests were served"
    stop_serving
}
# Its client has as many connections as it may.
attack_is_on() {
    [ "$(grep -c "^ *[0-9]*: 0100007F:$(printf %04X "$port") .* 01 " /proc/net/tcp)" -ge 60 ]
}

attack headers -H -t GET
attack bodies -B -t GET -s 60000
attack reading -X -k 3
finish

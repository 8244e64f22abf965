#!/bin/sh
# A hundred certificates one after another under load: no request fails, no connection is dropped.
. "$(dirname "$0")/lib.sh"
need openssl
[ -x /usr/bin/python3 ] || skip "python3 is not installed"

mkdir "$work/site" "$work/pairs"
head -c 40000 /dev/urandom >"$work/site/file.bin"
for one in 1 2 3; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 100 \
        -subj "/CN=pair $one" -addext subjectAltName=DNS:localhost \
        -keyout "$work/pairs/$one.key" -out "$work/pairs/$one.pem" 2>/dev/null
done
cp "$work/pairs/1.key" "$work/live.key"
cp "$work/pairs/1.pem" "$work/live.pem"
imgserve --listen 127.0.0.1:0 --cert "$work/live.pem" --key "$work/live.key" "$work/site" \
    2>"$work/serve.log" &
server=$!
cameras="$cameras $server"
wait_for 10 "start of imgserve" grep -q 'serving .* at https:' "$work/serve.log" || exit 1
port=$(sed -n 's/.* at https:.*:\([0-9]*\).*/\1/p' "$work/serve.log")

check "100 reloads under load" /usr/bin/python3 "$peers/serve_reload.py" "$port" "$server" \
    "$work/pairs" "$work/live" 100 "$work/site/file.bin"
tail -n 1 "$work/said"
kill -TERM "$server"
wait "$server"
[ $? -eq 0 ] || fail "the server does not end well"
finish

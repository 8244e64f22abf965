#!/bin/bash
# The example of a public server: HTTPS, HSTS, the redirect, and what certbot puts into the directory.
# usage: public_server_test.sh BIN_DIRECTORY
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$1:$PATH
command -v openssl >/dev/null || { echo "skipped: openssl is not installed" >&2; exit 77; }
work=$(mktemp -d)
chmod 755 "$work"
trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$work"' EXIT
fail() { echo "$1"; head -20 "$work/log"; exit 1; }
cd "$work"

mkdir -p public/.well-known/acme-challenge
imgsnap 'test:road?size=640x360' -o public/latest.jpg
echo token.thumbprint >public/.well-known/acme-challenge/token
make() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@" 2>/dev/null; }
make -x509 -days 9 -subj /CN=authority -keyout ca.key -out ca.pem
make -subj /CN=cam.example -keyout key.pem -out request.pem
printf 'subjectAltName=DNS:cam.example\n' >names
openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 9 -extfile names -out cert.pem 2>/dev/null
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
https=$(free_port)
http=$(free_port)
RUN_AS=nobody "$root/examples/public_server.sh" public cert.pem key.pem "$https" "$http" >log 2>&1 &
get() {
    curl -fsS --cacert ca.pem --resolve "cam.example:$https:127.0.0.1" \
        --resolve "cam.example:$http:127.0.0.1" "$@"
}
for _ in $(seq 100); do
    grep -q 'serving' log && break
    sleep 0.1
done
get "https://cam.example:$https/latest.jpg" | cmp - public/latest.jpg || fail "not the frame"
get -I "https://cam.example:$https/" | grep -qi '^Strict-Transport-Security: max-age=' || fail "no HSTS"
get -L "http://cam.example:$http/latest.jpg" | cmp - public/latest.jpg || fail "not led to HTTPS"
get "http://cam.example:$http/.well-known/acme-challenge/token" |
    cmp - public/.well-known/acme-challenge/token || fail "certbot is not let through"
kill %1
wait %1 || fail "status $?"

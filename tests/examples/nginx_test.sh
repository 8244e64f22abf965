#!/bin/bash
# imgserve behind nginx: the example works, and the site for real hosts passes nginx -t.
# usage: nginx_test.sh BIN_DIRECTORY
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$1:$PATH:/usr/sbin
command -v nginx >/dev/null || { echo "skipped: nginx is not installed" >&2; exit 77; }
work=$(mktemp -d)
chmod 755 "$work"
trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$work"' EXIT
fail() { echo "$1"; head -5 "$work/log"; exit 1; }

mkdir "$work/public"
imgsnap 'test:road?size=640x360' -o "$work/public/latest.jpg"
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$root/examples/behind_nginx.sh" "$work/public" "$port" >"$work/log" 2>&1 &
for _ in $(seq 50); do
    curl -fs -o /dev/null "http://127.0.0.1:$port/health" && break
    sleep 0.1
done
curl -fsS "http://127.0.0.1:$port/latest.jpg" | cmp - "$work/public/latest.jpg" || fail "not the frame"
curl -fsS -o "$work/part" -r 10-19 "http://127.0.0.1:$port/latest.jpg" || fail "no ranges"
[ "$(wc -c <"$work/part")" = 10 ] || fail "a range of the wrong length"
kill %1
wait %1 || :

# The site itself, with a certificate where it expects one.
mkdir "$work/site"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test \
    -keyout "$work/site/key.pem" -out "$work/site/cert.pem" 2>/dev/null
sed "s,/etc/ssl/certs/.*;,$work/site/cert.pem;,; s,/etc/ssl/private/.*;,$work/site/key.pem;," \
    "$root/packaging/nginx/imgseq.conf" >"$work/site/imgseq.conf"
printf 'pid %s/pid;\nevents {}\nhttp { include %s/site/imgseq.conf; }\n' "$work" "$work" >"$work/site/nginx.conf"
nginx -e stderr -t -q -c "$work/site/nginx.conf" 2>"$work/log" || fail "nginx -t refuses the site"

#!/bin/sh
# imgserve behind a real nginx: on a Unix socket with kept connections, over TCP with PROXY headers,
# and behind auth_request.
# usage: serve_nginx_test.sh BIN_DIRECTORY
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need nginx curl openssl
chmod 755 "$work" # nginx's worker looks in, as another user

# A process that ends with the test.
started() { cameras="$cameras $!"; }

free_port() {
    /usr/bin/python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

mkdir "$work/site" "$work/run"
head -c 20000 /dev/urandom >"$work/site/latest.jpg"
head -c 5000000 /dev/urandom >"$work/site/large.gif"
head -c 100000 /dev/urandom >"$work/site/hundred.bin"
echo hello >"$work/site/hello.txt"

# imgserve on a socket, its own limit far below what follows for one client.
imgserve --http --listen "unix:$work/run/imgserve.sock" --trusted-proxy unix --rate 3/h \
    --access-log "$work/run/access.log" "$work/site" 2>"$work/run/imgserve.log" &
started
wait_for 10 "start of imgserve" grep -q serving "$work/run/imgserve.log" || { cat "$work/run/imgserve.log"; exit 1; }

front=$(free_port)
user=
[ "$(id -u)" -ne 0 ] || user='user root;'
cat >"$work/run/nginx.conf" <<END
$user
daemon off;
master_process off;
pid $work/run/nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path $work/run/body;
    proxy_temp_path $work/run/proxy;
    fastcgi_temp_path $work/run/fastcgi;
    uwsgi_temp_path $work/run/uwsgi;
    scgi_temp_path $work/run/scgi;
    upstream imgserve { server unix:$work/run/imgserve.sock; keepalive 4; }
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host \$host;
    proxy_set_header X-Forwarded-For \$proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto \$scheme;
    server {
        listen 127.0.0.1:$front;
        location / { proxy_pass http://imgserve; }
        location /private/ {
            auth_request /judge;
            proxy_pass http://imgserve/;
        }
        location = /judge {
            internal;
            if (\$http_x_ticket = right) { return 204; }
            return 401;
        }
    }
}
END
nginx -e stderr -p "$work/run" -c "$work/run/nginx.conf" 2>"$work/run/nginx.log" &
started
base=http://127.0.0.1:$front
# From here on a line of the log is a request that nginx passed on.
wait_for 10 "start of nginx" curl -fs -o /dev/null "$base/hello.txt" || { cat "$work/run/nginx.log"; exit 1; }

get() { curl -sS --max-time 30 "$@"; }
# status WHAT EXPECTED CURL_ARGUMENT...: the answer's body stays in $work/body, its head in $work/head.
status() {
    what=$1
    expected=$2
    shift 2
    : >"$work/body"
    code=$(get -D "$work/head" -o "$work/body" -w '%{http_code}' "$@")
    [ "$code" = "$expected" ] || fail "$what: $code, expected $expected"
}
field() { sed -n "s/^$1: \(.*\)\r\$/\1/Ip" "$work/head"; }
same() { cmp -s "$2" "$3" || fail "$1: not the same bytes"; }
is() { [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"; }

### Files: whole, byte for byte, in parts, only when they changed, and only what they are.
for name in latest.jpg hundred.bin large.gif; do
    status "$name" 200 "$base/$name"
    same "$name" "$work/body" "$work/site/$name"
done
tag=$(field ETag)
[ -n "$tag" ] || fail "no ETag comes through"
status "one range" 206 -r 4999000-4999999 "$base/large.gif"
is "its place" "$(field Content-Range)" "bytes 4999000-4999999/5000000"
tail -c 1000 "$work/site/large.gif" >"$work/end"
same "one range" "$work/body" "$work/end"
status "the last bytes" 206 -r -1000 "$base/large.gif"
same "the last bytes" "$work/body" "$work/end"
status "a range behind the end" 416 -r 5000000- "$base/large.gif"
status "a range of what it was" 206 -r 0-9 -H "If-Range: $tag" "$base/large.gif"
status "a range of what it is not" 200 -r 0-9 -H 'If-Range: "other"' "$base/large.gif"
status "what has not changed" 304 -H "If-None-Match: $tag" "$base/large.gif"
is "a body of 304" "$(wc -c <"$work/body")" 0
status "HEAD" 200 -I "$base/large.gif"
is "the length that HEAD says" "$(field Content-Length)" 5000000
status "what is not there" 404 "$base/missing.jpg"
status "what may not be done" 405 -X DELETE "$base/hello.txt"
status "a way out" 400 --path-as-is "$base/../run/nginx.conf"

### Many at once, over kept connections, and clients that leave in the middle.
pids=
for turn in 1 2 3 4 5 6 7 8; do
    get -o "$work/large.$turn" "$base/large.gif" &
    pids="$pids $!"
done
for turn in 1 2 3; do
    get --limit-rate 100k -m 1 -o /dev/null "$base/large.gif" 2>/dev/null
done
for one in $pids; do wait "$one" || fail "one of eight at once: status $?"; done
for turn in 1 2 3 4 5 6 7 8; do
    same "one of eight at once" "$work/large.$turn" "$work/site/large.gif"
done
for turn in $(seq 20); do echo "url = \"$base/hello.txt\""; done >"$work/urls"
is "twenty over one connection" "$(get -K "$work/urls" | sort | uniq -c | tr -s ' ')" " 20 hello"

### Who asks: nginx says, and a client's own word counts for nothing.
for client in 127.0.0.2 127.0.0.2 127.0.0.2; do
    status "within the limit" 200 --interface $client -H 'X-Forwarded-For: 192.0.2.1' "$base/health"
done
status "over the limit" 429 --interface 127.0.0.2 -H 'X-Forwarded-For: 192.0.2.2' "$base/health"
[ -n "$(field Retry-After)" ] || fail "no Retry-After comes through"
status "another client" 200 --interface 127.0.0.3 "$base/health"
logged() { grep -q "^127.0.0.2 .* 429 " "$work/run/access.log"; }
wait_for 10 "a line of the client's own address" logged
grep -q '^192\.0\.2\.' "$work/run/access.log" && fail "an invented address is in the log"

### auth_request: who has no ticket never gets to imgserve.
status "with a ticket" 200 -H 'X-Ticket: right' "$base/private/latest.jpg"
same "with a ticket" "$work/body" "$work/site/latest.jpg"
status "with a wrong ticket" 401 -H 'X-Ticket: wrong' "$base/private/hello.txt"
status "without a ticket" 401 "$base/private/hello.txt"
grep -q hello "$work/body" && fail "the file comes without a ticket"
status "the judge itself" 404 "$base/judge"
status "a range with a ticket" 206 -r 0-4 -H 'X-Ticket: right' "$base/private/hello.txt"
is "a range with a ticket" "$(cat "$work/body")" hello

grep -E '\[(error|crit|alert|emerg)\]' "$work/run/nginx.log" && fail "nginx is not content"

### nginx's stream module passes TLS on as it is, and says who the client is before it.
module=/usr/lib/nginx/modules/ngx_stream_module.so
if [ ! -e "$module" ]; then
    echo "skipped: PROXY headers of nginx, because libnginx-mod-stream is not installed"
    finish
fi
imgserve --listen 127.0.0.1:0 --state "$work/state" --proxy-protocol --trusted-proxy 127.0.0.1 \
    --rate 2/h --access-log "$work/run/proxied.log" "$work/site" 2>"$work/run/proxied.err" &
started
wait_for 10 "start of imgserve" grep -q serving "$work/run/proxied.err" || { cat "$work/run/proxied.err"; exit 1; }
behind=$(sed -n 's,.* at https://.*:\([0-9]*\)/$,\1,p' "$work/run/proxied.err")
stream=$(free_port)
cat >"$work/run/stream.conf" <<END
load_module $module;
$user
daemon off;
master_process off;
pid $work/run/stream.pid;
error_log stderr warn;
events {}
stream {
    server {
        listen 127.0.0.1:$stream;
        proxy_pass 127.0.0.1:$behind;
        proxy_protocol on;
    }
}
END
nginx -e stderr -p "$work/run" -c "$work/run/stream.conf" 2>"$work/run/stream.log" &
started
base=https://localhost:$stream
get() { curl -sS --max-time 30 --cacert "$work/state/cert.pem" "$@"; }
wait_for 10 "start of nginx's stream" get -f -o /dev/null "$base/hello.txt" || { cat "$work/run/stream.log"; exit 1; }
status "a large file by PROXY and TLS" 200 "$base/large.gif"
same "a large file by PROXY and TLS" "$work/body" "$work/site/large.gif"
status "a client by PROXY" 200 --interface 127.0.0.5 "$base/health"
status "a client by PROXY, again" 200 --interface 127.0.0.5 "$base/health"
status "a client by PROXY, too often" 429 --interface 127.0.0.5 -H 'X-Forwarded-For: 192.0.2.5' "$base/health"
status "another client by PROXY" 200 --interface 127.0.0.6 "$base/health"
by_proxy() { grep -q "^127.0.0.5 .* 429 " "$work/run/proxied.log"; }
wait_for 10 "a line of the address in the PROXY header" by_proxy
get -o /dev/null "https://localhost:$behind/hello.txt" 2>/dev/null && fail "there is an answer without a PROXY header"
finish

#!/bin/sh
# imgsync uploads to receivers over HTTPS: forms, resources, nginx, and what goes wrong at each.
# usage: upload_test.sh BIN_DIRECTORY
# shellcheck source=tests/peers/lib.sh
. "$(dirname "$0")/lib.sh"
need openssl jq

archive=$work/archive
stored=$work/stored
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN="$1" \
        -addext subjectAltName=DNS:localhost -keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate localhost
certificate client
echo 't0ken-of-the-camera' >"$work/token"
echo 'camera:pass:w0rd' >"$work/login"
chmod 600 "$work/token" "$work/login"

mkdir -p "$archive/north/2026"
for minute in $(seq 10 49); do
    head -c 9000 /dev/urandom >"$archive/north/2026/20261121T12${minute}00Z.jpg"
done
echo '{}' >"$archive/latest.json"
echo '<title>north</title>' >"$archive/index.html"

# receiver OPTION...: the same port each time, as the record knows remotes by their addresses.
port=0
receiver() {
    start_camera upload_server.py receiver --dir "$stored" --port "$port" \
        --tls "$work/localhost.pem" "$work/localhost.key" "$@"
}
# sync STATUS WHAT STATE REMOTE OPTION...
sync() {
    wanted=$1
    about=$2
    state=$work/state-$3
    remote=$4
    shift 4
    run "$wanted" "$about" imgsync --state "$state" --cacert "$work/localhost.pem" "$@" \
        "$archive" "$remote"
}
requests() { grep -c '"request"' "$work/receiver.log"; }
stores() { grep -c '"stored": true' "$work/receiver.log"; }
no_secret() { grep -qE 't0ken|w0rd' "$work/err" && fail "$1: a secret is told"; }
same_frames() { check "$1" diff -r -x '.part-*' "$archive/north" "$stored/north"; }

# Forms.
receiver --token "$work/token"
upload=https://localhost:$port/upload
sync 1 'no token' forms "$upload" --tries 1
says 'no token' 'it wants a token or a password'
sync 0 'forms' forms "$upload" --token-file "$work/token"
same_frames 'forms arrive whole'
[ ! -e "$stored/latest.json" ] || fail 'a pointer is sent as a form'
jq -es 'map(select(.stored).fields) | length == 40 and all(.timestamp and .path and .sha256)' \
    "$work/receiver.log" >/dev/null || fail 'a form lacks its fields'
before=$(requests)
sync 0 'nothing new' forms "$upload" --token-file "$work/token"
[ "$(requests)" -eq "$before" ] || fail 'what has arrived is sent again'
before=$(stores)
sync 0 'the record is lost' lost "$upload" --token-file "$work/token"
[ "$(stores)" -eq "$before" ] || fail 'what was there is stored again'
stop_camera

# Tokens that are wrong, then renewed.
rm -rf "$stored"
receiver --token "$work/token" --token-expired
sync 1 'an expired token' expired "$upload" --token-file "$work/token"
says 'an expired token' 'the token is wrong or has expired'
no_secret 'an expired token'
stop_camera
receiver --login "$work/login" --scheme digest
sync 0 'Digest' digest "$upload" --login-file "$work/login"
same_frames 'Digest'
stop_camera

# A receiver that is busy, and one that is killed in the middle of bodies.
rm -rf "$stored"
receiver --fail 30
sync 0 'a busy receiver' busy "$upload"
same_frames 'a busy receiver'
stop_camera
rm -rf "$stored"
for request in 2 7 12 5; do
    receiver --die-after "$request"
    sync 75 'a receiver that dies' dies "$upload" --tries 1
    wait "$camera" 2>/dev/null
done
receiver
sync 0 'a receiver that is back' dies "$upload" --tries 1
same_frames 'a receiver that is back'

# Resources: everything, pointers last; what is pruned goes.
stop_camera
rm -rf "$stored"
receiver
sync 0 'resources' put "https://localhost:$port/files" --method put
check 'resources arrive whole' diff -r -x '.part-*' "$archive" "$stored"
jq -r 'select(.method == "PUT").path' "$work/receiver.log" | tail -2 | sort >"$work/last"
printf '/files/index.html\n/files/latest.json\n' | check 'pointers come last' cmp - "$work/last"
rm "$archive/north/2026/20261121T121000Z.jpg"
echo own >"$stored/north/own.html"
sync 0 'pruned' put "https://localhost:$port/files" --method put --delete-pruned
[ ! -e "$stored/north/2026/20261121T121000Z.jpg" ] || fail 'what is pruned stays'
[ -e "$stored/north/own.html" ] || fail 'a page of the remote is deleted'
stop_camera

# One that takes no large files takes the others.
head -c 50000 /dev/urandom >"$archive/north/2026/20261121T130000Z.jpg"
rm -rf "$stored"
receiver --most-bytes 20000
sync 1 'a frame that is too large' large "$upload"
says 'a frame that is too large' '413'
[ "$(find "$stored" -name '*.jpg' | wc -l)" -eq 39 ] || fail 'a frame that is too large stops others'
stop_camera

# nginx, whose refusal of a connection refuses no file.
nginx=$(command -v nginx || command -v /usr/sbin/nginx) || skip 'nginx is not installed'
mkdir -p "$work/nginx/dav"
cat >"$work/nginx/conf" <<CONF
daemon off;
master_process off;
pid $work/nginx/pid;
error_log $work/nginx/log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $work/localhost.pem;
        ssl_certificate_key $work/localhost.key;
        ssl_client_certificate $work/client.pem;
        ssl_verify_client on;
        keepalive_requests 10;
        location / {
            root $work/nginx/dav;
            dav_methods PUT DELETE;
            create_full_put_path on;
        }
    }
}
CONF
"$nginx" -c "$work/nginx/conf" 2>"$work/nginx/err" &
cameras="$cameras $!"
wait_for 20 'start of nginx' test -s "$work/nginx/pid" || { cat "$work/nginx/err"; finish; }
sync 1 'no certificate' nginx "https://localhost:$port" --method put
says 'no certificate' 'No required SSL certificate'
sync 0 'nginx' nginx "https://localhost:$port" --method put \
    --cert "$work/client.pem" --key "$work/client.key"
check 'nginx has it whole' diff -r -x '.part-*' "$archive" "$work/nginx/dav"
finish

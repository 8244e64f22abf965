#!/bin/sh
# imgsync's uploads to real servers of HTTPS: forms and resources, tokens, passwords, certificates,
# and what servers refuse.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
need openssl curl

make_authority ours
make_authority other
make_certificate server ours
make_certificate camera ours
start_receiver() {
    start_camera upload_server.py receiver --dir "$there" --port "${port:-0}" \
        --tls "$tls/server.pem" "$tls/server.key" "$@"
    forms=https://127.0.0.1:$port/upload
    files=https://127.0.0.1:$port/files
}
sync() { imgsync --cacert "$tls/ours.pem" "$@"; }
put() { sync --method put "$@"; }
# Forms take frames only; so what is compared are these.
frames_arrived() {
    mkdir -p "$there/2026"
    here=$here/2026 there=$there/2026 arrived "$1"
}
say_token() {
    echo "$1" >"$work/token"
    chmod 600 "$work/token"
}

# Forms, with a bearer token.
make_archive 40
say_token s3cr3t-of-today
cp "$work/token" "$work/servers-token"
port=0
start_receiver --token "$work/servers-token"
run 1 "no token" sync "$here" "$forms"
says "no token" "it wants a token"
say_token s3cr3t-of-yesterday
run 1 "a wrong token" sync --token-file "$work/token" "$here" "$forms"
says "a wrong token" "the token is wrong or has expired"
nothing_new 0 "a wrong token"
stands "a wrong token" '"backlog"' 40 sync --status --json "$here" "$forms"
say_token s3cr3t-of-today
run 0 "a renewed token" sync --token-file "$work/token" -v "$here" "$forms"
frames_arrived "a renewed token"
[ "$(logged '"status": 201' '"stored": true')" -eq 40 ] || fail "a renewed token: not each once"
[ "$(logged '"status": 201' '"timestamp": "2026-11-21T00:00:10.000Z"' '000010Z.jpg')" -eq 1 ] ||
    { fail "forms: no timestamp"; grep 000010Z "$log" | head -1; }
[ "$(logged '"status": 201' '"key": null')" -eq 0 ] || fail "forms: without a key of idempotency"
run 0 "nothing to send" sync --token-file "$work/token" --json "$here" "$forms"
is_in "$work/out" '"sent":0,' || fail "nothing to send: something was sent"
stop_camera
run 0 "nothing to send, and nobody there" sync --token-file "$work/token" "$here" "$forms"
add_frames 3
run 75 "nobody there" sync --token-file "$work/token" --tries 1 "$here" "$forms"
start_receiver --token "$work/servers-token" --token-expired
run 1 "an expired token" sync --token-file "$work/token" "$here" "$forms"
says "an expired token" "has expired"
stop_camera
# Slowly, so that there is time to look who may read the token.
start_receiver --token "$work/servers-token" --slow 1
imgsync --cacert "$tls/ours.pem" --token-file "$work/token" -v "$here" "$forms" \
    2>"$work/slow.err" &
slow=$!
cameras="$cameras $slow"
asked() { readlink "/proc/$slow/fd/"* | grep -q socket:; }
wait_for 10 "a slow upload" asked
cat /proc/[0-9]*/cmdline >"$work/lines" 2>/dev/null
is_in "$work/lines" "$forms" || fail "a slow upload: cannot be seen"
wait "$slow" || fail "a slow upload failed"
frames_arrived "a slow upload"
for place in "$work/lines" "$work/slow.err" "$work/err" "$work/out" "$XDG_STATE_HOME"; do
    grep -rqF s3cr3t-of "$place" && fail "the token can be read in $place"
done
# A record that is lost costs another round, which changes nothing.
rm -rf "$XDG_STATE_HOME"
stop_camera
start_receiver --token "$work/servers-token"
run 0 "a lost record" sync --token-file "$work/token" "$here" "$forms"
frames_arrived "a lost record"
[ "$(logged '"status": 200' '"stored": false')" -eq 43 ] || fail "a lost record: not each as before"
stop_camera

# Passwords.
make_archive 5
printf 'camera:pass word\n' >"$work/login"
chmod 600 "$work/login"
for scheme in basic digest; do
    rm -rf "$XDG_STATE_HOME"
    start_receiver --login "$work/login" --scheme $scheme
    echo camera:wrong >"$work/wrong"
    run 1 "$scheme: a wrong password" sync --login-file "$work/wrong" "$here" "$forms"
    says "$scheme: a wrong password" "wrong user or password"
    run 0 "$scheme" sync --login-file "$work/login" "$here" "$forms"
    frames_arrived "$scheme"
    [ "$(logged '"status": 20')" -eq 5 ] || fail "$scheme: not five frames"
    stop_camera
done

# Certificates, theirs and ours.
make_archive 5
start_receiver --client-ca "$tls/ours.pem"
run 1 "another authority" imgsync --cacert "$tls/other.pem" "$here" "$forms"
says "another authority" "certificate"
run 1 "the system's authorities" imgsync "$here" "$forms"
run 1 "no certificate of ours" sync "$here" "$forms"
nothing_new 0 "certificates"
run 0 "a certificate of ours" sync --cert "$tls/camera.pem" --key "$tls/camera.key" "$here" "$forms"
frames_arrived "a certificate of ours"
stop_camera

# Too large for it: on record, and not sent again until it changes; the rest is.
make_archive 20
large=$here/2026/11/21/20261121T000105Z.jpg
head -c 300000 /dev/urandom >"$large"
start_receiver --most-bytes 100000
run 1 "too large" sync "$here" "$forms"
says "too large" "20261121T000105Z.jpg: refused"
stands "too large" '"refused"' 1 sync --status --json "$here" "$forms"
stands "too large" '"backlog"' 0 sync --status --json "$here" "$forms"
asked_once=$(logged '"status": 413')
run 0 "too large, once more" sync "$here" "$forms"
[ "$(logged '"status": 413')" -eq "$asked_once" ] || fail "too large: sent again"
[ "$(files_in "$there")" -eq 20 ] || fail "too large: the rest did not arrive"
head -c 90000 "$large" >"$work/smaller" && mv "$work/smaller" "$large"
run 0 "no longer too large" sync "$here" "$forms"
frames_arrived "no longer too large"
stop_camera

# Busy now and then.
make_archive 60
start_receiver --fail 20
run 0 "busy now and then" sync "$here" "$forms"
frames_arrived "busy now and then"
[ "$(logged '"stored": true')" -eq 60 ] || fail "busy now and then: not each once"
[ "$(logged '"status": 503')" -ge 3 ] || fail "busy now and then: it was not"
stop_camera

# Files as resources.
make_archive 30
start_receiver
mkdir "$there/a page"
echo page >"$there/a page/index.html"
mkdir "$here/odd names"
for name in 'a+b' 'a:b' 'ümläut' '%41' 'what?' 'hash#' "quote'"; do
    echo "$name" >"$here/odd names/$name.txt"
done
run 0 "PUT" put "$here" "$files"
mv "$there/a page" "$work"
arrived "PUT"
mv "$work/a page" "$there"
[ "$(logged '"digest": null' '"method": "PUT"')" -eq 0 ] || fail "PUT: without a sum"
rm "$here/2026/11/21/20261121T000000Z.jpg"
run 0 "DELETE" put --delete-pruned --json "$here" "$files"
is_in "$work/out" '"removed":1,' || fail "DELETE: not one"
mv "$there/a page" "$work"
arrived "DELETE"
# Deleted by somebody else already.
rm "$here/2026/11/21/20261121T000010Z.jpg" "$there/2026/11/21/20261121T000010Z.jpg"
run 0 "DELETE of what is gone" put --delete-pruned --json "$here" "$files"
is_in "$work/out" '"removed":1,' || fail "DELETE of what is gone: not one"
stop_camera

# nginx, with its module for WebDAV.
find_nginx || { echo "skipped: nginx with WebDAV is not installed" >&2; finish; }
make_archive 200
start_nginx 50
site=https://127.0.0.1:$port/
head -c 1500000 /dev/urandom >"$here/2026/11/21/20261121T005959Z.jpg"
run 1 "nginx: one is too large" put "$here" "$site"
says "nginx: one is too large" "refused: the server answers 413"
rm "$here/2026/11/21/20261121T005959Z.jpg"
arrived "nginx"
run 0 "nginx: nothing to send" put --json "$here" "$site"
is_in "$work/out" '"sent":0,' || fail "nginx: something was sent again"
rm "$here/2026/11/21/20261121T000000Z.jpg" "$here/2026/11/21/20261121T000010Z.jpg"
run 0 "nginx: --delete-pruned" put --delete-pruned --json "$here" "$site"
is_in "$work/out" '"removed":2,' || fail "nginx: --delete-pruned deleted not two"
arrived "nginx: --delete-pruned"
add_frames 1
run 1 "nginx: forms" sync "$here" "$site"
stop_nginx

# It refuses a connection by an answer to a file, which refuses no file.
make_archive 5
start_nginx 50 "ssl_client_certificate $tls/ours.pem; ssl_verify_client on;"
site=https://127.0.0.1:$port/
run 1 "nginx: no certificate of ours" put "$here" "$site"
says "nginx: no certificate of ours" "No required SSL certificate"
stands "nginx: no certificate of ours" '"refused"' 0 put --status --json "$here" "$site"
run 0 "nginx: a certificate of ours" put --cert "$tls/camera.pem" --key "$tls/camera.key" "$here" "$site"
arrived "nginx: a certificate of ours"
stop_nginx
finish

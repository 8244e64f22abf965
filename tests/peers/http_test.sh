#!/bin/sh
# Cameras over HTTP: snapshots and MJPEG, every kind of login, and everything that goes wrong.
. "$(dirname "$0")/lib.sh"
need /usr/bin/python3

printf 'p@ss:w/rd#1%%&?\n' >"$work/password"
chmod 600 "$work/password"
mkdir "$work/pictures"
for seed in 1 2 3; do
    imgsnap -o "$work/plain.jpg" "test:road?size=320x240&seed=$seed" || fail "test picture"
    # A camera's own bytes: without our EXIF, with a thumbnail of its own in a segment.
    /usr/bin/python3 - "$peers" "$work/plain.jpg" "$work/pictures/$seed.jpg" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from picture import but_exif
data = but_exif(open(sys.argv[2], "rb").read())
thumbnail = b"JFXX\0\x10" + data[:900] + b"\xff\xd9"
segment = b"\xff\xe0" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
open(sys.argv[3], "wb").write(data[:2] + data[2:20] + segment + data[20:])
END
done
snap() { imgsnap -o "$work/out.jpg" "$@"; }
is_of_camera() {
    check "$1: every byte but our EXIF is the camera's" picture same-but-exif "$work/out.jpg" "$work/pictures"
    rm -f "$work/out.jpg"
}
nothing_left() {
    [ ! -e "$work/out.jpg" ] || fail "$1: there is an output file"
    rm -f "$work/out.jpg"
}

# Logins.
for login in MD5 SHA-256 basic; do
    start_camera http_camera.py login-$login --pictures "$work/pictures" --user admin \
        --password-file "$work/password" --login $login
    url=http://127.0.0.1:$port
    run 0 "$login" snap -v --user admin --password-file "$work/password" "$url/snapshot.jpg?channel=1"
    is_of_camera "$login"
    if [ $login = basic ]; then
        says "basic" "password can be read on the network"
    elif grep -q "can be read on the network" "$work/err"; then
        fail "$login: says that the password is readable"
    fi
    grep -qF -f "$work/password" "$work/err" && fail "$login: the password is on stderr"
    grep -q '"Basic"' "$log" && [ $login != basic ] && fail "$login: a Basic login was sent"
    run 0 "$login: series" snap --every 100ms --count 3 --user admin \
        --password-file "$work/password" "$url/snapshot.jpg"
    is_of_camera "$login: series"
    run 1 "$login: wrong password" env IMGSEQ_PASSWORD=wrong imgsnap -o "$work/out.jpg" \
        --user admin "$url/snapshot.jpg"
    says "$login: wrong password" "401 (wrong user or password)"
    nothing_left "$login: wrong password"
    stop_camera
done

# MJPEG, with what cameras get wrong about the boundary.
for parts in plain dashes more-dashes quoted no-length wrong-length; do
    start_camera http_camera.py parts-$parts --pictures "$work/pictures" --parts $parts
    run 0 "parts $parts" snap "http://127.0.0.1:$port/stream.mjpg"
    is_of_camera "parts $parts"
    stop_camera
done

# Faults: which status, in which time, and nothing left.
start_camera http_camera.py faults --pictures "$work/pictures"
url=http://127.0.0.1:$port
while read -r status path text; do
    run "$status" "$path" snap --timeout 2s "$url$path"
    says "$path" "$text"
    nothing_left "$path"
    at_most "$path: ms with --timeout 2s" "$took" 2500
done <<'END'
75 /empty the answer is empty
1 /page the answer is not a JPEG but text/html
1 /status/404 404 (no such path)
1 /status/403 403 (forbidden)
75 /status/429 answers 429
75 /status/500 answers 500
75 /status/503 answers 503
75 /cut.jpg JPEG cut off after
75 /short.jpg transfer closed with
75 /closed.mjpg ended before a picture was whole
75 /drip.jpg timed out
75 /silent.jpg timed out
1 /huge.jpg larger than
END
run 75 "silent for longer than --read-timeout" snap --read-timeout 500ms "$url/silent.jpg"
at_most "silent: ms with --read-timeout 500ms" "$took" 2000
run 0 "silent on a connection that was used before" snap --every 100ms --for 1500ms \
    --read-timeout 500ms "$url/tired.jpg"
says "silent on a connection that was used before" "silent for 500ms"
rm -f "$work/out.jpg"
run 0 "bytes behind the picture" snap "$url/tail.jpg"
is_of_camera "bytes behind the picture"
run 0 "a torn part" snap "$url/torn.mjpg"
is_of_camera "a torn part"
run 0 "second part" snap --skip 1 "$url/stream.mjpg"
is_of_camera "second part"
run 0 "redirect" snap "$url/to?/snapshot.jpg"
is_of_camera "redirect"
run 1 "redirect in a circle" snap "$url/to?/to?/to"
run 1 "redirect to a file" snap "$url/to?file:///etc/passwd"
nothing_left "redirect to a file"
imgsnap -o "$work/out.jpg" "$url/silent.jpg" 2>"$work/err" &
waiting=$!
sleep 0.4
begin=$(now)
kill -TERM $waiting
wait $waiting
got=$?
[ $got -eq 75 ] || fail "SIGTERM while waiting: status $got, expected 75"
at_most "SIGTERM while waiting: ms until the end" $(($(now) - begin)) 1000
here=$camera
there=$port

# A redirect to another host does not take the login along.
start_camera http_camera.py redirects --pictures "$work/pictures" --user admin \
    --password-file "$work/password" --login basic
: >"$work/faults.log"
run 0 "redirect to another host" snap --user admin --password-file "$work/password" \
    "http://127.0.0.1:$port/to?http://127.0.0.1:$there/snapshot.jpg"
is_of_camera "redirect to another host"
grep -q '"login": "none"' "$work/faults.log" || fail "redirect to another host: the login went along"
stop_camera
camera=$here
stop_camera
run 75 "nobody at the port" snap "$url/snapshot.jpg"

start_camera http_camera.py ipv6 --pictures "$work/pictures" --address 127.0.0.1
run 0 "name of the host" snap "http://localhost:$port/snapshot.jpg"
is_of_camera "name of the host"
stop_camera

# https.
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/certificate.pem" \
        -days 2 -subj /CN=camera -addext subjectAltName=IP:127.0.0.1 2>/dev/null
    cat "$work/key.pem" "$work/certificate.pem" >"$work/both.pem"
    start_camera http_camera.py https --pictures "$work/pictures" --certificate "$work/both.pem" \
        --user admin --password-file "$work/password" --login basic
    url=https://127.0.0.1:$port/snapshot.jpg
    login="--user admin --password-file $work/password"
    # shellcheck disable=SC2086
    run 1 "certificate that nobody vouches for" snap $login "$url"
    says "certificate that nobody vouches for" certificate
    nothing_left "certificate that nobody vouches for"
    # shellcheck disable=SC2086
    run 0 "--cacert" snap $login --cacert "$work/certificate.pem" "$url"
    is_of_camera "--cacert"
    grep -q "can be read on the network" "$work/err" && fail "--cacert: says that the password is readable"
    # shellcheck disable=SC2086
    run 0 "--insecure" snap $login --insecure "$url"
    is_of_camera "--insecure"
    stop_camera
else
    echo "skipped: https, for openssl is not installed" >&2
fi
finish

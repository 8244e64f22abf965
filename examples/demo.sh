#!/bin/bash
# The main job from end to end on the built-in test camera: frames, stamped, archived, animated,
# served over HTTPS. Installs what is missing, builds, and runs until Ctrl-C.
# usage: examples/demo.sh [--once] [--port N]
#   --once    take a few frames, check what is served, and end
#   --port N  serve on this port of 127.0.0.1 (default 8443; with --once a free one)
set -eu -o pipefail
cd "$(dirname "$0")/.."

once=no port=8443
while [ $# -gt 0 ]; do
    case $1 in
    --once) once=yes port=0 ;;
    --port) port=$2 && shift ;;
    *) sed -n '2,6s/^# //p' "$0" >&2 && exit 2 ;;
    esac
    shift
done

packaging/install-dependencies.sh build
echo "building (the first time takes a few minutes)"
mkdir -p build
build() {
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release
    cmake --build build --target imgsnap imgstamp imggif imgserve
}
if ! build >build/demo.log 2>&1; then
    tail -n 40 build/demo.log
    exit 1
fi
PATH=$PWD/build/bin:$PATH

public=$(mktemp -d -t imgseq-demo.XXXXXX)
jobs=()
finish() {
    kill "${jobs[@]}" 2>/dev/null || :
    wait
    rm -rf "$public" "$public.state" "$public.log"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Camera to archive. Each frame goes to a file named by its time, and replaces latest.jpg.
series=()
[ $once = no ] || series=(--count 6)
capture() {
    imgsnap 'test:road?snow=0.15&cars=5' --camera demo --every 1s "${series[@]}" |
        imgstamp --text '{camera}  %Y-%m-%d %H:%M:%S' \
            -o "$public/%Y%m%d/%Y%m%dT%H%M%S.%LZ.jpg" -o "$public/latest.jpg"
}
animate() { imggif "$public" --last 10 --delay 0.5s -o "$public/latest.gif"; }

imgserve --listen "127.0.0.1:$port" --state "$public.state" "$public" 2>"$public.log" &
jobs+=($!)
url=
for _ in $(seq 100); do
    url=$(sed -n 's/.* at \(https:[^ ]*\).*/\1/p' "$public.log")
    [ -z "$url" ] || break
    kill -0 "${jobs[0]}" 2>/dev/null || { cat "$public.log" && exit 1; }
    sleep 0.1
done
echo "serving $url (the certificate is self-signed: $public.state/cert.pem)"

if [ $once = no ]; then
    capture &
    jobs+=($!)
    while sleep 5; do animate; done
fi

capture
animate
fetch() { curl -fsS --cacert "$public.state/cert.pem" "https://localhost:${url##*:}$1"; }
fetch health >/dev/null
fetch '' | grep -q latest.jpg
fetch latest.gif >"$public.gif"
imggif --check "$public.gif" >/dev/null
size=$(wc -c <"$public.gif")
rm -f "$public.gif"
fetch latest.jpg | cmp - "$public/latest.jpg"
frames=$(find "$public" -name '*Z.jpg' | wc -l)
[ "$frames" -eq 6 ]
echo "demo: ok, $frames frames, a GIF of $size bytes, fetched over HTTPS"

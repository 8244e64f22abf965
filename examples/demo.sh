#!/bin/bash
# The main job from end to end on the built-in test camera: frames, with what their road is like,
# stamped, archived, animated, served over HTTPS. Installs what is missing, builds, and runs until Ctrl-C.
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
    cmake --build build --target imgsnap imgroad imgstamp imggif imgserve
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

# The test camera has no place on earth, and so no weather: this one is made up.
weather=$public.state/weather.json
make_weather() {
    local now ahead
    now=$(date +%s)
    iso() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ; }
    {
        printf '{"now": {"time": "%s", "temperature": -2}, "hours": [' "$(iso "$now")"
        for ahead in 0 1 2 3 4; do
            [ $ahead = 0 ] || printf ', '
            printf '{"start": "%s", "temperature": -2, "snowfall": 0.%s}' \
                "$(iso $((now / 3600 * 3600 + ahead * 3600)))" $((ahead < 4 ? 5 : 0))
        done
        printf ']}\n'
    } >"$weather.new"
    mv "$weather.new" "$weather"
}
mkdir -p "$public.state"
make_weather

# Camera to archive. Each frame goes to a file named by its time, and replaces latest.jpg.
series=()
[ $once = no ] || series=(--count 6)
capture() {
    imgsnap 'test:road?snow=0.4&cars=3' --camera demo --every 1s "${series[@]}" |
        imgroad --weather "$weather" --state "$public.state" |
        imgstamp --style bar --mask 0,0,36%,8% \
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
    while sleep 5; do make_weather && animate; done
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
imgroad --json --state "$public.state" "$public/latest.jpg" | grep -q '"condition":"[A-Z]'
frames=$(find "$public" -name '*Z.jpg' | wc -l)
[ "$frames" -eq 6 ]
echo "demo: ok, $frames frames, a GIF of $size bytes, fetched over HTTPS"

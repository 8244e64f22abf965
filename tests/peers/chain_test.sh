#!/bin/sh
# The whole chain on a real RTSP camera: frames, stamped, archived, animated, fetched over HTTPS.
. "$(dirname "$0")/lib.sh"
need_rtsp_camera
need curl gifsicle exiftool

printf 'p@ss:w/rd#1%%&?\n' >"$work/password"
chmod 600 "$work/password"
start_camera rtsp_camera.py camera --codec h264 --gop 1 --user admin --password-file "$work/password"

mkdir -p "$work/public" "$work/config/imgseq"
export XDG_CONFIG_HOME="$work/config"
cat >"$work/config/imgseq/imgseq.toml" <<END
[camera.north]
source = "rtsp://admin@127.0.0.1:$port/stream0"
password-file = "$work/password"
tz = "Europe/Athens"

[camera.north.imgstamp]
text = "North road  %Y-%m-%d %H:%M:%S"
END

imgserve --listen 127.0.0.1:0 --state "$work/state" "$work/public" 2>"$work/serve.log" &
cameras="$cameras $!"
wait_for 10 "start of imgserve" grep -q 'serving .* at https:' "$work/serve.log" || exit 1
url=$(sed -n 's/.* at https:.*:\([0-9]*\).*/https:\/\/localhost:\1/p' "$work/serve.log")
fetch() { curl -fsS --cacert "$work/state/cert.pem" -o "$work/fetched.$1" "$url/latest.$1"; }

imgsnap --camera north --every 500ms --count 6 2>"$work/snap.err" |
    imgstamp --camera north -o "$work/public/%Y%m%d/%Y%m%dT%H%M%S.%LZ.jpg" -o "$work/public/latest.jpg" ||
    fail "frames, stamped: $(cat "$work/snap.err")"
[ "$(find "$work/public" -name '*Z.jpg' | wc -l)" = 6 ] || fail "not six frames in the archive"
run 0 "animation" imggif --camera north "$work/public" --last 6 --delay 200ms -o "$work/public/latest.gif"

check "the frame is fetched" fetch jpg
check "the animation is fetched" fetch gif
check "the frame is the one on the disk" cmp "$work/fetched.jpg" "$work/public/latest.jpg"
gifsicle --info "$work/fetched.gif" >"$work/info" 2>&1 || fail "gifsicle refuses the GIF"
grep -q ' [2-6] images' "$work/info" || fail "$(head -1 "$work/info")"
grep -q 'logical screen 640x360' "$work/info" || fail "$(sed -n 2p "$work/info")"
grep -q 'loop forever' "$work/info" || fail "the GIF does not loop"

exiftool -s -DateTimeOriginal -OffsetTimeOriginal -SubSecTimeOriginal -ImageDescription -UserComment \
    "$work/fetched.jpg" >"$work/exif"
for fact in '^DateTimeOriginal *: 20' '^OffsetTimeOriginal *: +0[23]:00' '^SubSecTimeOriginal *: [0-9]' \
    '^ImageDescription *: north$' "rtsp://127.0.0.1:$port/stream0" '"clock":"system"'; do
    grep -q "$fact" "$work/exif" || fail "exiftool does not show $fact: $(cat "$work/exif")"
done
check "exiftool finds nothing to complain of" sh -c \
    '! exiftool -validate -warning -error -a "$1" | grep -E "Warning|Error"' sh "$work/fetched.jpg"
grep -rqF 'p@ss' "$work/public" "$work/serve.log" "$work/snap.err" && fail "the password is in a file"
finish

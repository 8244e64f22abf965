#!/bin/bash
# The pipelines of examples/ do what they say. usage: pipelines_test.sh BIN_DIRECTORY
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$1:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "$1"; exit 1; }
is_gif_of() { # FILE FRAMES
    [ "$(head -c 6 "$1")" = GIF89a ] || fail "$1 is not a GIF"
    command -v gifsicle >/dev/null || { echo "skipped: gifsicle is not installed" >&2; return; }
    gifsicle --info "$1" | grep -q " $2 images" || fail "$1: $(gifsicle --info "$1" | head -1)"
}

# A cron capture, with the camera in the configuration file.
mkdir -p config/imgseq
export XDG_CONFIG_HOME=$work/config
cat >config/imgseq/imgseq.toml <<'EOF'
[camera.north]
source = "test:road?size=640x360"
tz = "Europe/Athens"

[camera.down]
source = "rtsp://127.0.0.1:9/stream0"

[camera.north.imgstamp]
text = "North  %Y-%m-%d %H:%M:%S"
EOF
"$root/examples/cron_capture.sh" north archive
stored=$(find archive/north -name '2*Z.jpg')
[ "$(echo "$stored" | wc -l)" = 1 ] || fail "not one frame: $stored"
cmp "$stored" archive/north/latest.jpg
imgsnap "$stored" --json -o again.jpg | grep -q '"camera":"north"' || fail "no camera in the frame"

# A camera that does not answer: status 75, and no file.
status=0
"$root/examples/cron_capture.sh" down archive 2>err || status=$?
[ $status = 75 ] || fail "status $status of a camera that is down: $(cat err)"
[ ! -e archive/down ] || fail "files of a camera that is down"

"$root/examples/pipeline.sh" 'test:road?size=640x360' pipe.gif
is_gif_of pipe.gif 5

SOURCE_DATE_EPOCH=1800000000 imgsnap 'test:road?size=640x360' --every 10s --count 40 \
    -o 'folder/%Y%m%dT%H%M%SZ.jpg'
"$root/examples/gif_of_folder.sh" folder folder.gif
is_gif_of folder.gif 30

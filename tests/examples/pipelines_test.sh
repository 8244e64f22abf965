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
    imggif --check --json "$1" | grep -q "\"frames\":$2," || fail "$1: $(imggif --check "$1")"
}

# A cron capture, with the camera in the configuration file.
mkdir -p config/imgseq
export XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state
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

# The last frame's road, which it says itself, too.
"$root/examples/road_report.sh" 'test:road?size=640x360&snow=0.4' road.gif >report
is_gif_of road.gif 5
grep -qE '^\{"frame":"frame 1",.*"condition":"[A-Z][A-Za-z ]+","coverage":' report || fail "$(cat report)"

SOURCE_DATE_EPOCH=1800000000 imgsnap 'test:road?size=640x360' --every 10s --count 40 \
    -o 'folder/%Y%m%dT%H%M%SZ.jpg'
"$root/examples/gif_of_folder.sh" folder folder.gif
is_gif_of folder.gif 30

# 25 hours with a frame each five minutes: the last 24 of them, on the grid of ten minutes.
at=1800000000
SOURCE_DATE_EPOCH=$at imgsnap 'test:road?size=64x48' --every 5m --count 300 \
    -o 'archive/day/%Y%m%dT%H%M%SZ.jpg'
SOURCE_DATE_EPOCH=$((at + 300 * 300)) "$root/examples/time_lapse.sh" archive/day day.gif
is_gif_of day.gif 144
[ ! -e day.gif.new ] || fail "a file is left beside day.gif"

# Two weeks with a frame each twenty minutes: two days whole, 119 hours more, 7 days more.
SOURCE_DATE_EPOCH=$at imgsnap 'test:road?size=64x48' --every 20m --count 1008 \
    -o 'archive/thin/%Y/%m/%d/%Y%m%dT%H%M%SZ.jpg'
TZ=UTC SOURCE_DATE_EPOCH=$((at + 1008 * 1200)) "$root/examples/thin_archive.sh" archive/thin --dry-run >plan
[ "$(find archive/thin -type f | wc -l)" = 1008 ] || fail "a dry run deletes"
TZ=UTC SOURCE_DATE_EPOCH=$((at + 1008 * 1200)) "$root/examples/thin_archive.sh" archive/thin >sum
diff <(sed 's/true/false/' plan) sum || fail "not as planned"
grep -q '^{"frames":1008,"kept":271,"removed":737,.*"dry_run":false,"unmet":\[\]}$' sum || fail "$(cat sum)"
[ "$(find archive/thin -type f | wc -l)" = 271 ] || fail "not what the sum says"

# To a disk, which is not mounted at first.
"$root/examples/publish.sh" archive disk >status 2>err
grep -q '^  failed 3 times' status || fail "$(cat status err)"
mkdir disk
"$root/examples/publish.sh" archive disk >status
grep -q ': nothing is undelivered$' status || fail "$(cat status)"
diff -r archive disk || fail "the disk holds something else"

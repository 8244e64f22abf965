#!/bin/bash
# systemd accepts the units without a word, and cron's lines run. usage: units_test.sh BIN_DIRECTORY
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$1:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1"; exit 1; }

if command -v systemd-analyze >/dev/null; then
    # Where the programs are not installed, the units name those under test.
    mkdir "$work/units"
    for unit in "$root"/cron/systemd/*; do
        sed "s,/usr/bin/img,$1/img," "$unit" >"$work/units/$(basename "$unit")"
    done
    cd "$work/units"
    cp imgsnap@.service imgsnap@north.service
    cp imgsnap@.timer imgsnap@north.timer
    cp imggif@.service imggif@north.service
    cp imggif@.timer imggif@north.timer
    cp imgroad-weather@.service imgroad-weather@north.service
    cp imgroad-weather@.timer imgroad-weather@north.timer
    said=$(SYSTEMD_UNIT_PATH=$work/units:/lib/systemd/system \
        systemd-analyze verify --man=no --recursive-errors=no \
        ./imgsnap@north.service ./imgsnap@north.timer ./imggif@north.service ./imggif@north.timer \
        ./imgroad-weather@north.service ./imgroad-weather@north.timer ./imgserve.service ./imgserve.socket \
        ./imgserve-redirect.socket \
        ./imgprune.service ./imgprune.timer \
        ./imgsync.service ./imgsync-once.service ./imgsync-once.timer 2>&1) || fail "systemd-analyze: $said"
    [ -z "$said" ] || fail "systemd-analyze: $said"
else
    echo "skipped: systemd-analyze is not installed" >&2
fi

# Each line of the crontab, as cron would run it, on the test camera and in this directory. The
# weather is a recorded answer.
mkdir -p "$work/config/imgseq" "$work/lib" "$work/web/v1"
cp "$root/tests/data/weather/open_meteo_metric.json" "$work/web/v1/forecast"
/usr/bin/python3 -u -m http.server --bind 127.0.0.1 --directory "$work/web" 0 >"$work/log" 2>&1 &
trap 'kill $! 2>/dev/null || :; wait; rm -rf "$work"' EXIT
for _ in $(seq 50); do
    port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$work/log")
    [ -z "$port" ] || break
    sleep 0.1
done
cat >"$work/config/imgseq/imgseq.toml" <<EOF
[camera.north]
source = "test:road?size=640x360"
weather = "open-meteo"
lat = 60.17
lon = 24.94

[camera.north.imgroad]
weather-url = "http://127.0.0.1:$port"
EOF
export XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state
lines=0
grep -E '^[*0-9]' "$root/cron/imgseq.cron" >"$work/lines"
while read -r _ _ _ _ _ user command; do
    [ "$user" = imgseq ] || fail "user '$user'"
    command=${command//\\%/%}
    command=${command//\/var\/lib\/imgseq/$work/lib}
    command=${command//\/run\/lock/$work}
    SHELL=/bin/bash bash -c "$command" || fail "status $?: $command"
    lines=$((lines + 1))
done <"$work/lines"
[ $lines = 4 ] || fail "$lines lines run"
[ -s "$work/lib/north/latest.jpg" ] && [ -s "$work/lib/north/latest.gif" ] || fail "no latest files"
ls "$work"/cache/imgseq/weather/open-meteo-*/* >/dev/null || fail "no weather was kept"
[ -s "$work/state/imgseq/road/north.history" ] || fail "the road is not remembered"

# The command of the capture unit, with systemd's escapes undone.
start=$(sed -n "s/^ExecStart=//p" "$root/cron/systemd/imgsnap@.service")
start=${start//%%/%}
start=${start//%i/north}
start=${start//\/var\/lib\/imgseq/$work/unit}
eval "$start" || fail "status $?: $start"
[ -s "$work/unit/north/latest.jpg" ] || fail "the unit's command wrote no frame"

#!/bin/sh
# Series from an RTSP camera: on the wall clock's grid, over one connection, without drift or bursts.
. "$(dirname "$0")/lib.sh"
need_rtsp_camera

# on_grid SECONDS LATEST_MS FILE: the times of the JSON lines stand at most that late behind
# distinct points of the grid.
on_grid() {
    /usr/bin/python3 - "$@" <<'END'
import datetime, json, sys
every, latest = int(sys.argv[1]) * 1000, int(sys.argv[2])
times = [round(datetime.datetime.fromisoformat(json.loads(line)["time"].replace("Z", "+00:00"))
               .timestamp() * 1000) for line in open(sys.argv[3])]
late = [time % every for time in times]
print("late behind the grid, in ms:", *late)
points = [time // every for time in times]
assert all(a < b for a, b in zip(points, points[1:])), points
assert max(late[1:]) <= latest, late # the first frame has to wait for a key frame
if len(sys.argv) > 4:
    assert points == list(range(points[0], points[0] + int(sys.argv[4]))), points
END
}

start_camera rtsp_camera.py short --gop 1
url=rtsp://127.0.0.1:$port/stream0
mkdir "$work/short"
run 0 "series of 6" imgsnap --every 1s --count 6 --json -o "$work/short/%s-%L.jpg" "$url"
# Pictures come each 100 ms and are known to be complete when the next one begins.
check "series of 6: grid" on_grid 1 250 "$work/out" 6
on_grid 1 250 "$work/out" 6
check "series of 6: frames" picture fresh 1.0 "$work/short"/*.jpg
connections=$(grep -c '"connect"' "$log")
[ "$connections" -eq 1 ] || fail "series of 6: $connections connections, expected 1"

# Suspended for three seconds: what was missed is missed, and what comes after is not old.
mkdir "$work/paused"
: >"$work/out"
imgsnap --every 1s --for 9s --json -o "$work/paused/%s-%L.jpg" "$url" >"$work/out" 2>"$work/err" &
series=$!
two_frames() { [ "$(wc -l <"$work/out")" -ge 2 ]; }
wait_for 10 "two frames" two_frames
kill -STOP $series
sleep 3
kill -CONT $series
wait $series
got=$?
[ $got -eq 0 ] || fail "suspended series: status $got"
check "suspended series: grid" on_grid 1 1000 "$work/out"
check "suspended series: frames show the time that they say" picture fresh 1.0 "$work/paused"/*.jpg
frames=$(wc -l <"$work/out")
[ "$frames" -le 8 ] || fail "suspended series: $frames frames in 6 s"
[ "$frames" -ge 4 ] || fail "suspended series: only $frames frames"
stop_camera

# A fixed clock must not keep us in a live stream for ever.
start_camera rtsp_camera.py fixed --gop 1
run 0 "series under SOURCE_DATE_EPOCH" env SOURCE_DATE_EPOCH=1795269600 \
    imgsnap --timeout 5s --every 1s --count 2 -o "$work/fixed.jpg" \
    "rtsp://127.0.0.1:$port/stream0"
stop_camera

# What the two ways cost: all of a long group is decoded to the tick, or key frames only.
cpu_seconds() {
    /usr/bin/python3 -c 'import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%.2f" % (used.ru_utime + used.ru_stime))
sys.exit(done.returncode)' "$@"
}
start_camera rtsp_camera.py long --gop 2
mkdir "$work/long"
used=$(cpu_seconds imgsnap --every 1s --count 10 -o "$work/long/%s-%L.jpg" "rtsp://127.0.0.1:$port/stream0") ||
    fail "group of 2 s, every 1 s"
check "group of 2 s, every 1 s: frames" picture fresh 0.4 "$work/long"/*.jpg
echo "measured: 640x360, group of 2 s, every 1 s (decodes to the tick): $used s CPU for 10 frames"
stop_camera
start_camera rtsp_camera.py keys --gop 1
mkdir "$work/keys"
used=$(cpu_seconds imgsnap --every 5s --count 3 -o "$work/keys/%s-%L.jpg" "rtsp://127.0.0.1:$port/stream0") ||
    fail "group of 1 s, every 5 s"
check "group of 1 s, every 5 s: frames" picture fresh 1.0 "$work/keys"/*.jpg
echo "measured: 640x360, group of 1 s, every 5 s (key frames only): $used s CPU for 3 frames"
finish

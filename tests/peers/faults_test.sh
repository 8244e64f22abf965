#!/bin/sh
# RTSP cameras that refuse, hang, stall, die and come back: the right status, in time, and nothing
# left behind.
. "$(dirname "$0")/lib.sh"
need_rtsp_camera
mkdir "$work/frames"
frames=$work/frames
echo secret >"$work/password"
chmod 600 "$work/password"

nothing_left() {
    [ -z "$(ls -A "$frames")" ] || fail "$1: left $(ls -A "$frames")"
    pgrep -f "imgsnap.*$frames" >/dev/null && fail "$1: a process is left"
    rm -f "$frames"/* "$frames"/.[!.]*
}
snap() { imgsnap -o "$frames/latest.jpg" "$@"; }

# Refused at once.
start_camera rtsp_camera.py login --user admin --password-file "$work/password"
echo wrong >"$work/wrong"
chmod 600 "$work/wrong"
run 1 "wrong password" snap --user admin --password-file "$work/wrong" "rtsp://127.0.0.1:$port/stream0"
says "wrong password" "refuses the user or password"
run 1 "no password" snap "rtsp://127.0.0.1:$port/stream0"
run 1 "wrong path" snap --user admin --password-file "$work/password" "rtsp://127.0.0.1:$port/none"
says "wrong path" "no stream of this path"
run 1 "a series that is refused at the start" snap --every 1s --user admin \
    --password-file "$work/wrong" "rtsp://127.0.0.1:$port/stream0"
nothing_left "refused"
stop_camera
run 75 "nobody at the port" snap "rtsp://127.0.0.1:$port/stream0"
nothing_left "nobody at the port"

# Hung firmware: the deadline holds.
for place in accept describe; do
    start_camera rtsp_camera.py hang-$place --hang $place
    run 75 "hang at $place" snap --timeout 1s "rtsp://127.0.0.1:$port/stream0"
    at_most "hang at $place: ms with --timeout 1s" $took 1500
    says "hang at $place" "time is over while connecting"
    run 75 "hang at $place" snap --connect-timeout 600ms "rtsp://127.0.0.1:$port/stream0"
    at_most "hang at $place: ms with --connect-timeout 600ms" $took 1100
    nothing_left "hang at $place"
    # SIGTERM ends the wait.
    imgsnap -o "$frames/latest.jpg" "rtsp://127.0.0.1:$port/stream0" 2>"$work/err" &
    waiting=$!
    sleep 0.5
    begin=$(now)
    kill -TERM $waiting
    wait $waiting
    got=$?
    [ $got -eq 75 ] || fail "SIGTERM while connecting: status $got, expected 75"
    at_most "SIGTERM while connecting: ms until the end" $(($(now) - begin)) 500
    says "SIGTERM while connecting" interrupted
    nothing_left "SIGTERM while connecting"
    stop_camera
done

# Pictures stop while a key frame is waited for.
start_camera rtsp_camera.py stall --gop 30
sleep 0.3
imgsnap -o "$frames/latest.jpg" --read-timeout 1s "rtsp://127.0.0.1:$port/stream0" \
    2>"$work/err" &
waiting=$!
wait_for 5 "PLAY" grep -q '"play"' "$log"
sleep 0.5
kill -USR1 $camera
begin=$(now)
wait $waiting
got=$?
[ $got -eq 75 ] || fail "stalled stream: status $got, expected 75"
at_most "stalled stream: ms with --read-timeout 1s" $(($(now) - begin)) 1600
says "stalled stream" "time is over while waiting for a picture"
nothing_left "stalled stream"
# A stream that goes on, without a key frame: the total holds.
kill -USR1 $camera
run 75 "no key frame" snap --timeout 2s "rtsp://127.0.0.1:$port/stream0"
at_most "no key frame: ms with --timeout 2s" $took 2500
nothing_left "no key frame"
stop_camera

# The camera dies in a series, and comes back.
start_camera rtsp_camera.py dies --gop 1
: >"$work/out"
imgsnap --every 1s --count 5 --json -o "$frames/%s-%L.jpg" "rtsp://127.0.0.1:$port/stream0" \
    >"$work/out" 2>"$work/err" &
series=$!
two_frames() { [ "$(wc -l <"$work/out")" -ge 2 ]; }
wait_for 10 "two frames" two_frames
stop_camera
wait_for 10 "a second attempt" grep -q 'next try in 2s' "$work/err"
start_camera rtsp_camera.py back --gop 1 --port "$port"
wait $series
got=$?
[ $got -eq 0 ] || fail "series over a restart: status $got"
says "series over a restart" "next try in 1s"
[ "$(wc -l <"$work/out")" -eq 5 ] || fail "series over a restart: $(wc -l <"$work/out") frames of 5"
check "series over a restart: frames" picture fresh 2.0 "$frames"/*.jpg
rm -f "$frames"/*

# A stall in a series: connected again when pictures come again.
: >"$work/out"
imgsnap --every 1s --count 4 --read-timeout 1s --json -o "$frames/%s-%L.jpg" \
    "rtsp://127.0.0.1:$port/stream0" >"$work/out" 2>"$work/err" &
series=$!
wait_for 10 "two frames" two_frames
kill -USR1 $camera
sleep 3
kill -USR1 $camera
wait $series
got=$?
[ $got -eq 0 ] || fail "series over a stall: status $got"
says "series over a stall" "time is over"
check "series over a stall: frames" picture fresh 2.0 "$frames"/*.jpg
rm -f "$frames"/*

# SIGTERM ends a series: status 0, the last frame whole, and the camera is told.
: >"$log"
imgsnap -o "$frames/latest.jpg" --every 200ms "rtsp://127.0.0.1:$port/stream0" 2>"$work/err" &
series=$!
wait_for 10 "a frame" test -s "$frames/latest.jpg"
sleep 0.5
begin=$(now)
kill -TERM $series
wait $series
got=$?
[ $got -eq 0 ] || fail "SIGTERM in a series: status $got"
at_most "SIGTERM in a series: ms until the end" $(($(now) - begin)) 1000
check "SIGTERM in a series: last frame" picture whole "$frames/latest.jpg"
wait_for 2 "TEARDOWN after SIGTERM" grep -q teardown "$log"
rm -f "$frames/latest.jpg"
nothing_left "SIGTERM in a series"
finish

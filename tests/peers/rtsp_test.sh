#!/bin/sh
# Single frames from RTSP cameras: fresh, never grey, of the camera's own bytes, and no password
# anywhere.
. "$(dirname "$0")/lib.sh"
need_rtsp_camera

printf 'p@ss:w/rd#1%%&?\n' >"$work/password"
chmod 600 "$work/password"
# What must be found nowhere: the password as it is, and as a URL spells it.
{
    cat "$work/password"
    /usr/bin/python3 -c 'import sys, urllib.parse
print(urllib.parse.quote(open(sys.argv[1]).readline().rstrip("\n"), safe=""))' "$work/password"
} >"$work/secrets"
encoded=$(sed -n 2p "$work/secrets")
login="--user admin --password-file $work/password"

watch_command_lines() {
    while :; do
        cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '
        sleep 0.02
    done >"$work/command-lines"
}

for codec in h264 h265 mjpeg; do
    mkdir -p "$work/sent" "$work/$codec"
    start_camera rtsp_camera.py $codec --codec $codec --gop 1 --user admin \
        --password-file "$work/password" --sent "$work/sent"
    url=rtsp://127.0.0.1:$port/stream0
    watch_command_lines &
    watcher=$!
    for pause in 0.0 0.37 0.11 0.73 0.49; do
        sleep $pause # so that we join anywhere between two key frames
        file=$work/$codec/$pause.jpg
        # shellcheck disable=SC2086
        run 0 "$codec: single frame" imgsnap -v --json --camera north $login -o "$file" "$url"
        cat "$work/out" "$work/err" >>"$work/said-by-imgsnap"
        check "$codec: returns while the frame is fresh" \
            /usr/bin/python3 -c 'import json, sys, time
age = time.time() - json.loads(sys.argv[1])["clock"] / 1000
assert age < 2.0, age' "$(picture clock "$file")"
    done
    kill $watcher
    wait $watcher 2>/dev/null
    check "$codec: frames are fresh" picture fresh 2.0 "$work/$codec"/*.jpg
    if [ $codec = mjpeg ]; then
        check "mjpeg: the scan is the camera's own" \
            picture same-scan "$work/mjpeg/0.0.jpg" "$work/sent"
    fi
    rm -f "$work/sent"/*
    grep -qF "rtsp://127.0.0.1" "$work/command-lines" || fail "the watcher saw no command lines"
    if grep -qF -f "$work/secrets" "$work/command-lines" "$work/said-by-imgsnap" "$work/$codec"/*; then
        fail "$codec: the password is in a command line, the output or the frame"
    fi

    # A password in the URL is wiped from the command line while a hung camera is waited for.
    if [ $codec = h264 ]; then
        run 0 "password in the URL" \
            imgsnap -v --json -o "$work/h264/url.jpg" "rtsp://admin:$encoded@127.0.0.1:$port/stream0"
        says "password in the URL" "a password on the command line"
        if grep -qF -f "$work/secrets" "$work/out" "$work/err" "$work/h264/url.jpg"; then
            fail "password in the URL: shown in the output or the frame"
        fi
        run 1 "a wrong password" imgsnap --user admin -o "$work/no.jpg" \
            "rtsp://admin:wrong-$encoded@127.0.0.1:$port/stream0"
        says "a wrong password" "refuses the user or password"
        if grep -qF -f "$work/secrets" "$work/err"; then
            fail "a wrong password: shown in the error"
        fi
    fi
    stop_camera
done

# SPS and PPS in the stream only, as some firmware does; IPv6; and the path that is left out.
for codec in h264 h265; do
    start_camera rtsp_camera.py parameters --codec $codec --parameters stream --address ::1
    run 0 "$codec, parameters in the stream, IPv6" \
        imgsnap --json -o "$work/parameters.jpg" "rtsp://[::1]:$port"
    grep -qF "\"source\":\"rtsp://[::1]:$port/stream0\"" "$work/out" ||
        fail "the path that is left out is not /stream0: $(cat "$work/out")"
    check "$codec, parameters in the stream: fresh" picture fresh 2.0 "$work/parameters.jpg"
    stop_camera
done

# The command line of a waiting imgsnap.
start_camera rtsp_camera.py hang --hang accept
imgsnap -q --timeout 5s -o "$work/no.jpg" "rtsp://admin:$encoded@127.0.0.1:$port/x" 2>/dev/null &
waiting=$!
wiped() { tr '\0' ' ' <"/proc/$waiting/cmdline" | grep -qF '://admin:***'; }
wait_for 3 "wiping of the command line" wiped
kill $waiting
wait $waiting
finish

#!/bin/sh
# GIFs of imggif show the same frames, pixel for pixel, for the same time, in every reader there is:
# giflib, ffmpeg, ImageMagick, Pillow, gifsicle and headless Chromium.
. "$(dirname "$0")/lib.sh"
gif_frames=$1/../tests/gif_frames
[ -x "$gif_frames" ] || skip "gif_frames is not built"
cd "$work" || exit 1
export SOURCE_DATE_EPOCH=1795269600
frames() { # NAME OPTIONS_OF_THE_TEST_CAMERA ARGUMENT...
    name=$1 camera=$2
    shift 2
    imgsnap "test:road?$camera" -o "$name/%Y%m%dT%H%M%S.%LZ.jpg" "$@" || fail "no frames $name"
}
frames day 'size=320x180&noise=4' --every 20s --count 8
frames noise 'size=400x300&noise=40' --every 1s --count 3
frames night 'size=322x181&night=1&noise=8' --every 1s --count 5
frames many 'size=64x48' --every 1s --count 60
mkdir sizes
n=0
for size in 160x90 90x160 64x48 320x180 161x91 100x100 500x64 64x500 320x181 160x90; do
    n=$((n + 1))
    imgsnap "test:road?size=$size" -o "sizes/$(printf %02d $n).jpg" || fail "no frame of $size"
done

# make NAME REPEATS ARGUMENT...: a GIF, and beside it how long each image is to be shown and how often.
make() {
    name=$1 repeats=$2
    shift 2
    imggif -q "$@" -o "$name.gif" --report >"$name.report" || fail "$name: not made"
    printf '{"durations":[%s]}\n{"repeats":%s}\n' \
        "$(sed -n 's/.*"delay_ms":\([0-9]*\).*/\1/p' "$name.report" | paste -sd,)" "$repeats" \
        >"$name.gif.json"
}
make standard 0 day
make once-more 1 day --loop 1
make backwards 0 day --reverse --hold-last 3s
make forth-and-back 5 day --bounce --loop 5 --delay 70ms
make odd-part 0 day --crop 101x57+13+7
make column 0 day --crop 1x180+100+0
make pixel 0 day --crop 1x1+160+90 --no-times
make one null day --last 1
make sizes 0 sizes/*.jpg --delay 20ms
make many 0 many --last 60 --speed 40
make repeated 0 many/*0.000Z.jpg many/*0.000Z.jpg day/*Z.jpg day/*Z.jpg
make noise 0 noise --quality 100
make night 0 night --quality small
make few-colors 0 night --level aggressive --quality best
make shrunk 0 day --size 111x222 --quality 1
/usr/bin/python3 "$peers/gif_readers.py" "$gif_frames" "$work" ./*.gif
got=$?
[ $got -ne 77 ] || skip "no other reader of GIFs is installed"
[ $got -eq 0 ] || fail "readers do not agree"
finish

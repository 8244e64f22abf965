#!/bin/sh
# Clips: frames at the right times of the stream, with B-frames, and files that are no clips.
. "$(dirname "$0")/lib.sh"
need ffmpeg
ffmpeg -v error -f lavfi -i color=black:size=320x180:rate=10:duration=1 -c:v libx264 -f null - \
    2>/dev/null || skip "this ffmpeg has no libx264"

# Ten seconds at 10 pictures a second; the number of a picture stands in it as a bar code of the
# time that it is shown at, in ms.
/usr/bin/python3 - "$peers" >"$work/raw" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
from picture import CELLS, EPOCH, bar_bits
width, height = 480, 272
for number in range(100):
    bar = b"".join((b"\xeb" if bit else b"\x10") * (width // CELLS)
                   for bit in bar_bits(EPOCH + number * 100))
    luma = bytes([40]) * (width * (height - 16)) + bar * 16
    sys.stdout.buffer.write(luma + b"\x80" * (width * height // 2))
END
clip() {
    ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s 480x272 -r 10 -i "$work/raw" \
        -c:v libx264 -preset veryfast -bf 3 -x264-params b-adapt=0:keyint=25:min-keyint=25:scenecut=0 "$@"
}
clip -metadata creation_time=2026-01-02T03:04:05Z "$work/clip.mp4" || skip "ffmpeg makes no clip"
clip "$work/clip.mkv"
clip "$work/clip.ts"
ffprobe -v error -show_entries frame=pict_type -of csv=p=0 "$work/clip.mp4" | grep -q B ||
    fail "the clip has no B-frames"

# shows FILE MS: the picture is the one of that time.
shows() {
    got=$(picture clock "$1" | sed -n 's/.*"clock": 1600000\([0-9]*\),.*/\1/p')
    [ "$got" = "$(printf %06d "$2")" ] || fail "$1 shows '$got', expected $2 ms"
}
name="$work/frames/%s-%L.jpg"
for kind in mp4 mkv ts; do
    rm -rf "$work/frames"
    run 0 "$kind, every 2s" imgsnap --json "file:$work/clip.$kind" --every 2s -o "$name"
    set -- "$work/frames"/*.jpg
    [ $# -eq 5 ] || fail "$kind, every 2s: $# frames, expected 5"
    at=0
    for file; do
        shows "$file" $at
        at=$((at + 2000))
    done
done
rm -rf "$work/frames"
run 0 "odd interval" imgsnap "$work/clip.mp4" --every 1700ms --count 4 -o "$name"
set -- "$work/frames"/*.jpg
[ $# -eq 4 ] || fail "--count 4: $# frames"
at=0
for file; do
    shows "$file" $at
    at=$((at + 1700))
done
# 2026-01-02T03:04:05Z, as the clip says, and where in it the frame stands.
[ "$(basename "$2")" = 1767323046-700.jpg ] || fail "the time of the second frame: $2"
rm -rf "$work/frames"
run 0 "--for" imgsnap "$work/clip.mp4" --every 500ms --for 2s -o "$name"
set -- "$work/frames"/*.jpg
[ $# -eq 4 ] || fail "--for 2s --every 500ms: $# frames, expected 4"
run 0 "the first frame" imgsnap "$work/clip.mp4" -o "$work/first.jpg"
shows "$work/first.jpg" 0
run 0 "the last frame" imgsnap "$work/clip.mp4" --every 9900ms --count 2 -o "$work/last.jpg"
shows "$work/last.jpg" 9900

# Cut off in the middle: what is there is given.
head -c 6000 "$work/clip.ts" >"$work/cut.ts"
run 0 "a clip that is cut off" imgsnap "$work/cut.ts" -o "$work/cut.jpg"

# No clips.
echo 'These are notes about the camera.' >"$work/notes.txt"
printf '#EXTM3U\n#EXTINF:1,\n%s\n' "$work/clip.ts" >"$work/list.m3u8"
printf "ffconcat version 1.0\nfile '%s'\n" "$work/clip.mp4" >"$work/list.mp4"
head -c 3000 "$work/clip.mp4" >"$work/cut.mp4"
ffmpeg -v error -f lavfi -i sine=duration=1 "$work/audio.m4a"
ffmpeg -v error -f lavfi -i sine=duration=1 "$work/audio.wav"
: >"$work/empty.mp4"
for file in notes.txt list.m3u8 list.mp4 cut.mp4 audio.wav empty.mp4 audio.m4a; do
    run 1 "$file" imgsnap "file:$work/$file" -o "$work/no.jpg"
    [ "$(wc -l <"$work/err")" -eq 1 ] || fail "$file: $(wc -l <"$work/err") lines on stderr"
    [ ! -e "$work/no.jpg" ] || fail "$file: there is a picture"
done
says "audio.m4a" "$work/audio.m4a: there is no video in it"
finish

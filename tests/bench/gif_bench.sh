#!/bin/sh
# An animated GIF of 1280x720: imggif at each level beside ffmpeg's palettegen and paletteuse.
# usage: gif_bench.sh BIN_DIRECTORY
#
# Scenes are the directories of ../shared/data/frames beside the project, else what the built-in
# test camera draws. Ratios are to ffmpeg without dithering, in the same run.
here=$(cd "$(dirname "$0")" && pwd)
PATH=$1:$PATH exec /usr/bin/python3 - "$here/../../../shared/data/frames" <<'END'
import os, shutil, subprocess, sys, tempfile
from pathlib import Path

work = tempfile.TemporaryDirectory()
stream, target = (os.path.join(work.name, name) for name in ("frames.mjpg", "out.gif"))
# Shrinks as imggif does, and like it does not enlarge.
palette = ("scale='min(1280,iw)':'min(720,ih)':force_original_aspect_ratio=decrease,split[a][b];"
           "[a]palettegen[p];[b][p]paletteuse=dither=")


def imggif(level):
    return lambda frames: ["imggif", "-q", "--level", level, "--size", "1280x720", "-o", target,
                           *frames]


def ffmpeg(dither):
    return lambda frames: ["ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "image2pipe",
                           "-framerate", "1", "-c:v", "mjpeg", "-i", stream, "-filter_complex",
                           palette + dither, target]


against = "ffmpeg, none"
programs = {against: ffmpeg("none"), "ffmpeg, sierra2_4a": ffmpeg("sierra2_4a")}
if not shutil.which("ffmpeg"):
    print("ffmpeg is not installed: imggif stands alone, without ratios.\n")
    programs = {}
for level in ("low", "balanced", "aggressive"):
    programs["imggif, " + level] = imggif(level)


def scenes(directory):
    found = {path.name: sorted(map(str, path.glob("*.jpg")))
             for path in sorted(Path(directory).glob("*/"))}
    found = {name: frames for name, frames in found.items() if len(frames) > 1}
    if found:
        return found
    made = {}
    for name, scene in (("day", "noise=2"), ("night", "night=1&noise=5"), ("snow", "snow=0.7")):
        place = os.path.join(work.name, name)
        subprocess.run(["imgsnap", "test:road?size=1920x1080&seed=1&" + scene, "--count", "10",
                        "--every", "30s", "-o", place + "/%Y%m%dT%H%M%S.%LZ.jpg"],
                       env={**os.environ, "SOURCE_DATE_EPOCH": "1795269600"}, check=True)
        made["test camera, " + name] = sorted(map(str, Path(place).glob("*.jpg")))
    return made


def measure(command):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit("%s: ended with status %d" % (command[0], status))
    return used.ru_utime, os.path.getsize(target) / 1000, used.ru_maxrss / 1024


compared = " (ratio to %s)" % against if against in programs else ""
print("An animated GIF, 1280x720%s\n" % compared)
print("| scene | frames | program | user CPU s | size kB | peak RSS MiB |")
print("|---|---|---|---|---|---|")
for scene, frames in scenes(sys.argv[1]).items():
    with open(stream, "wb") as joined:
        for frame in frames:
            joined.write(Path(frame).read_bytes())
    base = None
    for name, command in programs.items():
        figures = measure(command(frames))
        base = base or (figures if name == against else None)
        cells = ["%.*f" % (digits, value) + (" (%.2f)" % (value / of) if base else "")
                 for digits, value, of in zip((2, 0, 0), figures, base or figures)]
        print("| %s | %d | %s | %s |" % (scene, len(frames), name, " | ".join(cells)), flush=True)
END

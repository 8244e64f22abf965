#!/bin/sh
# Text on 1080p frames: imgstamp beside those that decode and encode, and those that only copy.
# usage: stamp_bench.sh BIN_DIRECTORY
#
# The command lines are in stamp_peers.py. Uses Debian's packages libjpeg-turbo-progs (required) and,
# as far as they are installed, imagemagick, graphicsmagick, ffmpeg and libimage-exiftool-perl.
# Pictures are photos of ../shared/data/jpeg beside the project, else what the test camera draws.
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd) || exit 2
export PYTHONPATH="$here" PYTHONDONTWRITEBYTECODE=1 MAGICK_THREAD_LIMIT=1 OMP_NUM_THREADS=1
PATH=$bin:$PATH exec /usr/bin/python3 - "$here/../../../shared/data/jpeg" "$bin/../tests/cost" <<'END'
import os, shutil, statistics, subprocess, sys
from pathlib import Path
from stamp_peers import Block, at, bottom_lines, clock, exiftool, ffmpeg, imgstamp
from stamp_peers import drawtext, output_of, peers, top_lines

photos, cost = Path(sys.argv[1]), sys.argv[2]
stream_frames, stream_rounds, single_rounds = 100, 5, 15
not_installed = "not installed"
if not all(map(shutil.which, ("djpeg", "cjpeg", "jpegtran"))):
    sys.exit("stamp_bench: libjpeg-turbo-progs is not installed")


def drawn(sampling):
    """A frame of the test camera, at the best quality that makes it no larger than a camera's."""
    scene = ["imgsnap", "-q", "test:road?size=1920x1080&seed=1&noise=4", "-o", at("scene.jpg")]
    subprocess.run(scene, check=True)
    Path(at("scene.ppm")).write_bytes(output_of("djpeg", at("scene.jpg")))
    made = (output_of("cjpeg", "-quality", str(quality), "-sample", sampling, at("scene.ppm"))
            for quality in range(98, 0, -2))
    return next(jpeg for jpeg in made if len(jpeg) <= 420_000)


def pictures():
    for name, photo, sampling in (("4:2:0", "nodht.jpg", "2x2"),
                                  ("4:2:2", "real422_reconyx.jpg", "2x1")):
        path = at(name.replace(":", "") + ".jpg")
        if (photos / photo).exists():
            jpeg, what = output_of("jpegtran", "-copy", "all", str(photos / photo)), photo
        else:
            jpeg, what = drawn(sampling), "test camera"
        Path(path).write_bytes(jpeg)
        yield "%s, %s, %d kB" % (name, what, len(jpeg) // 1000), path


def measured(commands, rounds, stdin="/dev/null"):
    """Of each command the CPU milliseconds of all rounds, interleaved, and the peak MiB."""
    figures = {name: ([], []) for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            if command[0]:
                cpu, peak = output_of(cost, stdin, "/dev/null", *command).split()
                figures[name][0].append(int(cpu) / 1000)
                figures[name][1].append(int(peak) / 1024)
    return figures


def table(figures, rows, title, unit, parts=1):
    """The first row is what the ratios are to."""
    print("\n%s\n\n| program | %s, median | minimum | ratio of medians | peak RSS MiB |\n"
          "|---|---|---|---|---|" % (title, unit))
    base = statistics.median(figures[rows[0]][0])
    for name in rows:
        cpu, peak = figures[name]
        cells = [not_installed, "", "", ""]
        if cpu:
            middle, least = statistics.median(cpu), min(cpu)
            cells = ["%.2f" % (middle / parts), "%.2f" % (least / parts), "%.1f" % (middle / base),
                     "%.1f" % max(peak)]
        print("| %s | %s |" % (name, " | ".join(cells)), flush=True)


def streams(title, picture, both, bar):
    Path(at("stream")).write_bytes(Path(picture).read_bytes() * stream_frames)
    figures = measured({
        "imgstamp, two boxes, full": imgstamp(both, "-", "-", "full"),
        "ffmpeg drawtext, two boxes": drawtext(both, "-", "-"),
        "imgstamp, two boxes, full, a clock": imgstamp(both, "-", "-", "full", time=clock),
        "ffmpeg drawtext, two boxes, a clock": drawtext(both, "-", "-", "%{localtime}"),
        "imgstamp, top bar, tail": imgstamp(bar, "-", "-", "tail"),
        "imgstamp, opaque top bar, tail": imgstamp(bar, "-", "-", "tail", opacity="1"),
        "ffmpeg drawtext, top bar": drawtext(bar, "-", "-"),
        "ffmpeg -c copy (stamps nothing)": [
            ffmpeg, "-v", "error", "-threads", "1", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-",
            "-c", "copy", "-f", "image2pipe", "-"]}, stream_rounds, at("stream"))
    *names, copy = figures
    for case, rows in {"two boxes": names[:2], "two boxes, a text that changes with each frame":
                       names[2:4], "top bar": names[4:]}.items():
        table(figures, [*rows, copy], "Stream of %d frames, %s (%s)" % (stream_frames, case, title),
              "CPU ms a frame", stream_frames)


def singles(title, picture, both, bar):
    out, marked, undone = at("out.jpg"), at("reversible.jpg"), at("undone.jpg")
    subprocess.run(imgstamp(both, picture, marked, "full", "--reversible"), check=True)
    figures = measured({
        "imgstamp, two boxes, full": imgstamp(both, picture, out, "full"),
        **{name + ", two boxes": peer(both, picture, out) for name, peer in peers.items()},
        "imgstamp, top bar, tail": imgstamp(bar, picture, out, "tail"),
        **{name + ", top bar": peer(bar, picture, out) for name, peer in peers.items()},
        "imgstamp --reversible, two boxes": imgstamp(both, picture, out, "full", "--reversible"),
        "imgstamp --undo": ["imgstamp", "-q", "--undo", "-o", undone, marked],
        "jpegtran -copy all (stamps nothing)": ["jpegtran", "-copy", "all", "-outfile", out,
                                                picture]}, single_rounds)
    *names, copy = figures
    for case, rows in (("two boxes", [*names[:4], *names[8:]]), ("top bar", names[4:8])):
        table(figures, [*rows, copy], "One file, one process, %s (%s)" % (case, title), "CPU ms")
    same = Path(undone).read_bytes() == Path(picture).read_bytes()
    subprocess.run(imgstamp(both, picture, out, "full"), check=True)
    print("\nUndone: %s. Bytes: camera's %d, stamped %d, stamped --reversible %d, undone %d." % (
        "the camera's file, byte for byte" if same else "NOT the camera's file",
        *(os.path.getsize(path) for path in (picture, out, marked, undone))))
    if not same:
        sys.exit("stamp_bench: --undo does not give back the file")


def pixels(path):
    return output_of("djpeg", "-nosmooth", "-rgb", path)[-1920 * 1080 * 3:]


def tags(path):
    if not exiftool:
        return "exiftool is " + not_installed
    return str(len(output_of(exiftool, "-s", "-EXIF:All", "-MakerNotes:All", path).splitlines()))


def outside(title, picture, both):
    """What changes in the rows between the boxes, a block of 16 away from them."""
    first = (both[0].y + both[0].height + 16) * 1920 * 3
    last = (both[1].y - 16) * 1920 * 3
    before, out = pixels(picture)[first:last], at("out.jpg")
    print("\nOutside the boxes (%s)\n\n| program | pixels changed | most, levels | EXIF tags | "
          "bytes |\n|---|---|---|---|---|" % title)
    print("| the camera's file | | | %s | %d |" % (tags(picture), os.path.getsize(picture)))
    commands = {name: peer(both, picture, out) for name, peer in peers.items()}
    for name, command in {"imgstamp": imgstamp(both, picture, out, "full"), **commands}.items():
        if not command[0]:
            print("| %s | %s | | | |" % (name, not_installed))
            continue
        subprocess.run(command, check=True)
        after = pixels(out)[first:last]
        levels = [abs(a - b) for a, b in zip(before, after)]
        changed = sum(map(any, zip(levels[0::3], levels[1::3], levels[2::3])))
        print("| %s | %.1f %% | %d | %s | %d |" % (name, 300 * changed / len(before), max(levels),
                                                   tags(out), os.path.getsize(out)))


def memory(title, picture):
    """Peaks without the frame before and the frame after, at two sizes."""
    print("\nMemory of imgstamp (%s)\n\n| picture | how | peak RSS MiB | without two frames |\n"
          "|---|---|---|---|" % title)
    Path(at("large.ppm")).write_bytes(output_of("djpeg", "-scale", "16/8", picture))
    Path(at("large.jpg")).write_bytes(output_of("cjpeg", "-quality", "85", at("large.ppm")))
    for size, path in (("1920x1080", picture), ("3840x2160", at("large.jpg"))):
        Path(at("stream")).write_bytes(Path(path).read_bytes() * 20)
        blocks = [Block("top-left", top_lines, path), Block("bottom-right", bottom_lines, path)]
        frames = 2 * os.path.getsize(path) / 2**20
        for how, source, target in (("one file", path, at("out.jpg")), ("stream", "-", "-")):
            (_, peaks), = measured({"": imgstamp(blocks, source, target, "full")}, 3,
                                   at("stream")).values()
            print("| %s | %s | %.1f | %.1f |" % (size, how, max(peaks), max(peaks) - frames))


print("Text on frames of 1920x1080. CPU is user and system time; ratios are to the first row.")
for title, picture in pictures():
    both = [Block("top-left", top_lines, picture), Block("bottom-right", bottom_lines, picture)]
    print("\nBoxes of %s at %.0f %%, letters of %d pixels: %.1f %% of the picture." % (
        " and ".join("%dx%d" % (block.width, block.height) for block in both), 55, both[0].size,
        sum(block.width * block.height for block in both) / (1920 * 10.8)))
    streams(title, picture, both, both[:1])
    singles(title, picture, both, both[:1])
    outside(title, picture, both)
    memory(title, picture)
END

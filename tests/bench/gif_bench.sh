#!/bin/sh
# An animated GIF of 1280x720: imggif at each quality beside the other encoders that are installed.
# usage: gif_bench.sh BIN_DIRECTORY [SCENE]...
#
# Scenes are the directories of ../shared/data/frames beside the project, else what the built-in
# test camera draws. Every program starts from the JPEG files; gifski and vips take PNG files, so
# the cost of ffmpeg that makes them is theirs. $GIFSKI names gifski where it is not in PATH.
# Scores are gif_score's, against frames that ffmpeg shrank with Lanczos' filter.
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd) || exit 2
shift
PATH=$bin:$PATH PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 - \
    "$here/../../../shared/data/frames" "$bin/../tests/gif_score" "$@" <<'END_OF_BENCH'
import json, math, os, shutil, subprocess, sys, tempfile, time
from pathlib import Path

data, gif_score, wanted = sys.argv[1], sys.argv[2], sys.argv[3:]
work = tempfile.TemporaryDirectory()
references = os.path.join(work.name, "references")
target, undithered, still = (os.path.join(work.name, name)
                             for name in ("out.gif", "undithered.gif", "still.png"))
# Shrinks as imggif does, and like it does not enlarge.
shrink = ("scale='min(1280,iw)':'min(720,ih)':force_original_aspect_ratio=decrease:"
          "flags=lanczos+accurate_rnd+full_chroma_inp+full_chroma_int,format=")
columns = (("kB", "bytes", 0), ("user CPU s", "user", 2), ("wall s", "wall", 2),
           ("peak MiB", "peak", 0), ("SSIMULACRA2", "ssimulacra2", 1), ("MS-SSIM", "msssim", 4),
           ("dE", "dE", 2), ("PSNR", "psnr", 2), ("flicker", "flick", 2),
           ("its frames'", "flick_src", 2))
geometric = ("bytes", "user", "wall", "peak")


def run(*command):
    """What a program cost; it must end well."""
    begin = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if status:
        sys.exit("%s: ended with wait status %d" % (command[0], status))
    return {"user": used.ru_utime, "wall": time.monotonic() - begin,
            "peak": used.ru_maxrss / 1024}


def chain(*costs):
    return {"user": sum(cost["user"] for cost in costs),
            "wall": sum(cost["wall"] for cost in costs),
            "peak": max(cost["peak"] for cost in costs)}


def ffmpeg(*arguments):
    return run("ffmpeg", "-v", "error", "-nostdin", "-y", *arguments)


class Scene:
    def __init__(self, frames):
        self.frames = frames
        self.jpegs = ["-pattern_type", "glob", "-framerate", "1", "-i",
                      os.path.join(os.path.dirname(frames[0]), "*.jpg")]
        if not has_ffmpeg:
            return
        shutil.rmtree(references, ignore_errors=True)
        os.mkdir(references)
        ffmpeg(*self.jpegs, "-vf", shrink + "rgb24", references + "/%05d.ppm")
        self.png_cost = ffmpeg(*self.jpegs, "-vf", shrink + "rgb24", "-compression_level", "1",
                               references + "/%05d.png")
        self.pngs = sorted(map(str, Path(references).glob("*.png")))
        with open(self.pngs[0], "rb") as png:
            header = png.read(24)
        self.width, self.height = (int.from_bytes(header[at:at + 4], "big") for at in (16, 20))


def imggif(quality):
    return lambda scene: run("imggif", "-q", "--quality", quality, "--size", "1280x720",
                             "-o", target, *scene.frames)


def gifski(quality):
    return lambda scene: chain(scene.png_cost, run(
        *gifski_command, "-q", "-Q", str(quality), "--fps", "1", "--width", str(scene.width),
        "--height", str(scene.height), "-o", target, *scene.pngs))


def palette(dither, out=target):
    return lambda scene: ffmpeg(
        *scene.jpegs, "-filter_complex", shrink + "bgra,split[a][b];[a]palettegen[p];"
        "[b][p]paletteuse=dither=" + dither, out)


def vips(scene):
    return chain(scene.png_cost, run(
        "vips", "arrayjoin", " ".join(scene.pngs), "%s[dither=1,page-height=%d]" %
        (target, scene.height), "--across", "1"))


def lossy(scene):
    return chain(palette("none", undithered)(scene),
                 run("gifsicle", "-O3", "--lossy=80", undithered, "-o", target))


def answers(*command):
    return shutil.which(command[0]) and subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def find_gifski():
    for command in ([os.environ.get("GIFSKI", "gifski")], ["npx", "--no-install", "gifski"]):
        if answers(*command, "--version"):
            return command
    return None


def missing(what, lost):
    print("%s: %s" % (what, lost), flush=True)


def find_programs():
    found = {}
    if not has_ffmpeg:
        missing("ffmpeg is not installed", "imggif stands alone, without scores")
    elif gifski_command:
        found.update({"gifski q90": gifski(90), "gifski q80": gifski(80)})
    else:
        missing("gifski is not installed", "no gifski q90, gifski q80")
    if has_ffmpeg:
        if answers("vips", "gifsave"):
            found["vips d1"] = vips
        else:
            missing("vips with gifsave is not installed", "no vips d1")
        found["ffmpeg none"] = palette("none")
        found["ffmpeg sierra2_4a"] = palette("sierra2_4a")
        if answers("gifsicle", "--version"):
            found["ffmpeg, gifsicle lossy"] = lossy
        else:
            missing("gifsicle is not installed", "no lossy GIF")
        if not has_butteraugli:
            missing("butteraugli_main is not installed", "no butteraugli")
    for quality in ("small", "balanced", "best"):
        found["imggif " + quality] = imggif(quality)
    return found


def find_scenes():
    found = {path.name: sorted(map(str, path.glob("*.jpg")))
             for path in sorted(Path(data).glob("*/"))
             if not wanted or path.name in wanted}
    found = {name: frames for name, frames in found.items() if len(frames) > 1}
    if found or wanted:
        return found
    for name, scene in (("day", "noise=2"), ("night", "night=1&noise=5"), ("snow", "snow=0.7")):
        place = os.path.join(work.name, name)
        subprocess.run(["imgsnap", "test:road?size=1920x1080&seed=1&" + scene, "--count", "10",
                        "--every", "30s", "-o", place + "/%Y%m%dT%H%M%S.%LZ.jpg"],
                       env={**os.environ, "SOURCE_DATE_EPOCH": "1795269600"}, check=True)
        found["test camera, " + name] = sorted(map(str, Path(place).glob("*.jpg")))
    return found


def butteraugli(scene, images):
    """The 3-norm of the frame in the middle; none where images and frames are not one to one."""
    if not has_butteraugli or images != len(scene.pngs):
        return {}
    middle = len(scene.pngs) // 2
    ffmpeg("-i", target, "-vf", r"select=eq(n\,%d)" % middle, "-frames:v", "1", "-update", "1",
           still)
    said = subprocess.run(["butteraugli_main", scene.pngs[middle], still, "--pnorm", "3"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=True).stdout
    return {"butteraugli": float(said.split()[-1])}


def measure(program, scene):
    figures = program(scene)
    figures["bytes"] = os.path.getsize(target)
    if has_ffmpeg:
        said = subprocess.run([gif_score, target, references, "--json"], check=True,
                              stdout=subprocess.PIPE).stdout
        figures.update(json.loads(said))
        figures.update(butteraugli(scene, figures["frames"]))
    return figures


def mean(key, values):
    if key in geometric:
        return math.exp(sum(map(math.log, values)) / len(values))
    return sum(values) / len(values)


def row(*cells):
    print("| %s |" % " | ".join(cells), flush=True)


def heading(*cells):
    row(*cells)
    row(*("---" for _ in cells))


def numbers(figures):
    return ["-" if key not in figures else
            "%.*f" % (digits, figures[key] / (1000 if key == "bytes" else 1))
            for _, key, digits in columns]


def compare(table, programs):
    """Ratios of costs and differences of scores, over the scenes that both have."""
    for base in ("gifski q90", "gifski q80", "vips d1", "ffmpeg none"):
        if base not in programs:
            continue
        print("\nimggif against %s: ratios (geometric means), differences of scores (means)\n" % base)
        heading("program", *(title for title, _, _ in columns[:-2]))
        for name in programs:
            if not name.startswith("imggif"):
                continue
            cells = []
            for _, key, digits in columns[:-2]:
                pairs = [(scene[name][key], scene[base][key]) for scene in table.values()
                         if key in scene[name] and key in scene[base]]
                if not pairs:
                    cells.append("-")
                elif key in geometric:
                    cells.append("%.2f" % mean(key, [ours / theirs for ours, theirs in pairs]))
                else:
                    cells.append("%+.*f" % (digits, mean(key, [a - b for a, b in pairs])))
            row(name, *cells)


has_ffmpeg = answers("ffmpeg", "-version")
gifski_command = find_gifski()
has_butteraugli = shutil.which("butteraugli_main")
if has_butteraugli and has_ffmpeg:
    columns = columns[:8] + (("butteraugli", "butteraugli", 2),) + columns[8:]
print("An animated GIF, 1280x720\n")
programs = find_programs()
scenes = find_scenes()
if not scenes:
    sys.exit("no such scene: " + ", ".join(wanted))
print()
heading("scene", "frames", "program", *(title for title, _, _ in columns))
table = {}
for title, frames in scenes.items():
    scene = Scene(frames)
    table[title] = {}
    for name, program in programs.items():
        figures = measure(program, scene)
        table[title][name] = figures
        row(title, str(len(frames)), name, *numbers(figures))
print("\nAll scenes: geometric means of bytes, CPU, wall and memory, means of scores\n")
heading("program", *(title for title, _, _ in columns))
for name in programs:
    shared = [key for _, key, _ in columns if all(key in scene[name] for scene in table.values())]
    row(name, *numbers({key: mean(key, [scene[name][key] for scene in table.values()])
                        for key in shared}))
compare(table, programs)
END_OF_BENCH

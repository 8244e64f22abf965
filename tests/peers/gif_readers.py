#!/usr/bin/python3
"""Compares what GIFs show in giflib, ffmpeg, ImageMagick, Pillow, gifsicle and headless Chromium.

usage: gif_readers.py GIF_FRAMES WORK_DIRECTORY FILE...

GIF_FRAMES is the reader by giflib. Each frame as it is shown, pixel for pixel, its duration, and where
a reader tells it how often the animation is repeated, must be what giflib finds. Says "skipped: " for
readers that are not installed; ends with 77 when there is none.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

GIF_FRAMES, WORK, *FILES = sys.argv[1:]
UNKNOWN = "unknown"


class Shown:
    """Durations in ms, all frames as RGBA, and the repetitions: None is once, 0 for ever."""

    def __init__(self, durations, pixels, repeats=UNKNOWN):
        self.durations, self.pixels, self.repeats = durations, pixels, repeats


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    if done.returncode != 0 or done.stderr:
        raise RuntimeError("%s: status %d: %s" % (command[0], done.returncode, done.stderr[:300]))
    return done.stdout


def giflib(path):
    out = os.path.join(WORK, "frames.rgba")
    durations = [int(line) for line in run(GIF_FRAMES, path, out).split()]
    with open(out, "rb") as frames:
        return Shown(durations, frames.read())


def ffmpeg(path):
    told = run("ffprobe", "-v", "error", "-show_entries", "packet=duration_time", "-of", "csv=p=0", path)
    pixels = run("ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgba",
                 "-fps_mode", "passthrough", "-")
    return Shown([round(float(line.strip(b",")) * 1000) for line in told.split()], pixels)


def imagemagick_program():
    for name in ("magick", "convert-im6.q16", "convert"):
        program = shutil.which(name)
        said = program and subprocess.run([program, "-version"], capture_output=True, check=False).stdout
        if said and b"ImageMagick" in said:
            return program
    return None


def imagemagick(path):
    program = imagemagick_program()
    told = run(program, path, "-format", "%T\n", "info:")
    pixels = run(program, path, "-coalesce", "-depth", "8", "rgba:-")
    return Shown([int(line) * 10 for line in told.split()], pixels)


def pillow(path):
    from PIL import Image
    durations, pixels = [], b""
    with Image.open(path) as image:
        repeats = image.info.get("loop")
        for number in range(image.n_frames):
            image.seek(number)
            durations.append(image.info.get("duration"))
            pixels += image.convert("RGBA").tobytes()
    return Shown(durations, pixels, repeats)


def gifsicle(path):
    told = run("gifsicle", "--info", path).decode()
    images = re.split(r"\+ image #\d+", told)
    durations = []
    for image in images[1:]:
        delay = re.search(r"delay ([\d.]+)s", image)
        durations.append(round(float(delay.group(1)) * 1000) if delay else 0)
    if "loop forever" in told:
        repeats = 0
    else:
        count = re.search(r"loop count (\d+)", told)
        repeats = int(count.group(1)) if count else None
    # What gifsicle sees, it writes anew in its own way.
    own = os.path.join(WORK, "gifsicle.gif")
    run("gifsicle", "--no-warnings", "-O2", path, "-o", own)
    return Shown(durations, giflib(own).pixels, repeats)


PAGE = b"""<!doctype html><script>
const post = (path, body) => fetch(path, {method: 'POST', body});
(async () => {
    for (const file of await (await fetch('/files')).json())
        try {
            const data = await (await fetch('/file/' + file)).arrayBuffer();
            const decoder = new ImageDecoder({data, type: 'image/gif', colorSpaceConversion: 'none'});
            await decoder.completed;
            await decoder.tracks.ready;
            const track = decoder.tracks.selectedTrack;
            const durations = [], frames = [];
            for (let i = 0; i < track.frameCount; ++i) {
                const {image} = await decoder.decode({frameIndex: i});
                durations.push(image.duration / 1000);
                const {codedWidth: width, codedHeight: height} = image;
                const canvas = new OffscreenCanvas(width, height);
                const context = canvas.getContext('2d', {willReadFrequently: true});
                context.drawImage(image, 0, 0);
                frames.push(context.getImageData(0, 0, width, height).data);
                image.close();
            }
            const repeats = track.repetitionCount === Infinity ? 'ever' : track.repetitionCount;
            await post('/pixels/' + file, new Blob(frames));
            await post('/facts/' + file, JSON.stringify({durations, repeats}));
        } catch (error) {
            await post('/facts/' + file, JSON.stringify({error: String(error)}));
        }
    await post('/done', '');
})();
</script>"""


def chromium_all(paths):
    """Shown or an Exception for each path; one Chromium for all of them."""
    pixels, facts, done = {}, {}, threading.Event()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self):
            kind, _, rest = self.path[1:].partition("/")
            if kind == "file":
                with open(paths[int(rest)], "rb") as file:
                    body = file.read()
            else:
                body = json.dumps(list(range(len(paths)))).encode() if kind == "files" else PAGE
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if kind == "" else "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind, _, rest = self.path[1:].partition("/")
            if kind == "done":
                done.set()
            else:
                (pixels if kind == "pixels" else facts)[int(rest)] = body
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(dir=WORK, ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--no-proxy-server", "--user-data-dir=" + profile,
             "http://127.0.0.1:%d/" % server.server_port],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        done.wait(120)
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()
    server.shutdown()

    def result(number):
        if number not in facts:
            return RuntimeError("no answer within two minutes")
        told = json.loads(facts[number])
        if "error" in told:
            return RuntimeError(told["error"])
        repeats = told["repeats"]
        repeats = 0 if repeats == "ever" else repeats or None
        repeats = repeats if len(told["durations"]) > 1 else UNKNOWN
        return Shown([round(duration) for duration in told["durations"]], pixels[number], repeats)

    return [result(number) for number in range(len(paths))]


def has_pillow():
    try:
        import PIL.GifImagePlugin  # noqa: F401
    except ImportError:
        return False
    return True


def one_by_one(reader):
    def read(path):
        try:
            return reader(path)
        except Exception as error:
            return error
    return lambda paths: [read(path) for path in paths]


READERS = {
    "ffmpeg": (shutil.which("ffmpeg") and shutil.which("ffprobe"), one_by_one(ffmpeg)),
    "ImageMagick": (imagemagick_program(), one_by_one(imagemagick)),
    "Pillow": (has_pillow(), one_by_one(pillow)),
    "gifsicle": (shutil.which("gifsicle"), one_by_one(gifsicle)),
    "Chromium": (shutil.which("chromium"), chromium_all),
}


def difference(expected, shown):
    if isinstance(shown, Exception):
        return str(shown)
    if shown.durations != expected.durations:
        return "durations %s, giflib's %s" % (shown.durations, expected.durations)
    if UNKNOWN not in (shown.repeats, expected.repeats) and shown.repeats != expected.repeats:
        return "repeated %s, expected %s" % (shown.repeats, expected.repeats)
    if len(shown.pixels) != len(expected.pixels):
        return "%d bytes of pixels, giflib's %d" % (len(shown.pixels), len(expected.pixels))
    if shown.pixels != expected.pixels:
        size = len(expected.pixels) // len(expected.durations)
        frames = [frame for frame in range(len(expected.durations))
                  if shown.pixels[frame * size:][:size] != expected.pixels[frame * size:][:size]]
        return "pixels differ in frames %s" % frames
    return None


def main():
    failures, readers = 0, 0
    expected = [giflib(path) for path in FILES]
    for path, frames in zip(FILES, expected):
        # How long and how often, as imggif meant it.
        with open(path + ".json") as facts:
            meant = [json.loads(line) for line in facts]
        frames.repeats = meant[-1]["repeats"]
        if frames.durations != meant[0]["durations"]:
            print("%s: giflib: durations %s, meant %s" % (path, frames.durations, meant[0]["durations"]))
            failures += 1
        if set(frames.pixels[3::4]) != {255}:
            print("%s: giflib: there are holes" % path)
            failures += 1
    for name, (there, read_all) in READERS.items():
        if not there:
            print("skipped: %s is not installed" % name, file=sys.stderr)
            continue
        readers += 1
        for path, wanted, shown in zip(FILES, expected, read_all(FILES)):
            said = difference(wanted, shown)
            if said:
                failures += 1
                print("%s: %s: %s" % (os.path.basename(path), name, said))
    frames = sum(len(one.durations) for one in expected)
    print("measured: %d GIFs, %d frames, %d readers beside giflib" % (len(FILES), frames, readers))
    sys.exit(1 if failures else 0 if readers else 77)


main()

#!/bin/sh
# gif_score: a GIF that holds its frames exactly has perfect scores, and every damage lowers them.
# usage: gif_score_test.sh GIF_SCORE
[ -x /usr/bin/python3 ] || { echo "skipped: python3 is not installed" >&2; exit 77; }
PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 - "$1" <<'END_OF_TEST'
import json, os, struct, subprocess, sys, tempfile

WIDTH, HEIGHT = 256, 256  # six times halved, still the 8 pixels that SSIMULACRA2 asks for
COLOURS = [(17 * i, 255 - 9 * i, (40 * i) % 256) for i in range(16)]


def scene(moved):
    """Waves of all colours behind a rectangle that `moved` pixels have shifted."""
    pixels = bytearray((x // 16 + (y * y // 512)) % 16 for y in range(HEIGHT)
                       for x in range(WIDTH))
    for y in range(100, 140):
        for x in range(60 + moved, 100 + moved):
            pixels[y * WIDTH + x] = 3
    return bytes(pixels)


def spotted(pixels):
    """One pixel in seven is of the next colour."""
    return bytes((p + 1) % 16 if i % 7 == 0 else p for i, p in enumerate(pixels))


def image(pixels, width=WIDTH, height=HEIGHT, left=0, top=0, delay=10, transparent=None,
          disposal=1):
    """A GIF image without compression: 5-bit codes, cleared before they grow."""
    codes, count = 0, 0
    bits = []
    for i, pixel in enumerate(pixels):
        if i % 14 == 0:
            bits.append(16)
        bits.append(pixel)
    bits.append(17)
    data = bytearray()
    for code in bits:
        codes |= code << count
        count += 5
        while count >= 8:
            data.append(codes & 255)
            codes >>= 8
            count -= 8
    data.append(codes & 255)
    blocks = b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255]
                      for i in range(0, len(data), 255))
    flags = disposal << 2 | (transparent is not None)
    control = b"!\xf9\x04" + struct.pack("<BHB", flags, delay, transparent or 0) + b"\0"
    return (control + b"," + struct.pack("<HHHHB", left, top, width, height, 0) + b"\x04" +
            blocks + b"\0")


def write(name, data):
    with open(name, "wb") as out:
        out.write(data)


def write_gif(name, images):
    palette = b"".join(bytes(colour) for colour in COLOURS)
    write(name, b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0xF3, 0, 0) + palette +
          b"".join(images) + b";")


def write_references(name, frames, width=WIDTH, height=HEIGHT):
    os.mkdir(name)
    for i, pixels in enumerate(frames):
        rgb = b"".join(bytes(COLOURS[p]) for p in pixels)
        write("%s/%03d.ppm" % (name, i), b"P6\n# made by a test\n%d %d\n255\n" %
              (width, height) + rgb)


def run(*arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True)


def score(*arguments):
    done = run(*arguments, "--json")
    if done.returncode:
        sys.exit("FAILED: %s: %s" % (" ".join(arguments), done.stderr))
    return json.loads(done.stdout)


def check(what, truth):
    if not truth:
        failed.append(what)
        print("FAILED:", what)


def perfect(figures):
    return (figures["psnr"] == 99 and figures["psnr_y"] == 99 and figures["ssim"] > 0.999999 and
            figures["msssim"] > 0.999999 and figures["dE"] == 0 and figures["ssimulacra2"] == 100)


program, failed = os.path.abspath(sys.argv[1]), []
place = tempfile.TemporaryDirectory()
os.chdir(place.name)
frames = [scene(moved) for moved in (0, 8, 16)]
write_references("refs", frames)

write_gif("same.gif", [image(pixels) for pixels in frames])
same = score("same.gif", "refs")
check("a GIF that holds its frames exactly is perfect", perfect(same))
check("its bytes and frames are counted", same["frames"] == 3 and same["refs"] == 3 and
      same["bytes"] == os.path.getsize("same.gif"))
check("it flickers as its frames do", same["flick"] == same["flick_src"])

patch = bytes(3 if 60 + 8 <= x < 100 + 8 else 15 for y in range(40) for x in range(60, 120))
beneath = bytearray(scene(8))
for y in range(100, 140):
    for x in range(60, 120):
        if not 68 <= x < 108:
            beneath[y * WIDTH + x] = frames[0][y * WIDTH + x]
write_references("patched", [frames[0], bytes(beneath), frames[0]])
write_gif("patched.gif", [image(frames[0]),
                          image(patch, 60, 40, 60, 100, transparent=15, disposal=3),
                          image(bytes([15]), 1, 1, transparent=15)])
check("transparent pixels and disposal to the image before are drawn",
      perfect(score("patched.gif", "patched")))

write_gif("timed.gif", [image(frames[0], delay=20), image(frames[1], delay=10)])
write_references("timed", [frames[0], frames[0], frames[1]])
check("a GIF with fewer images is compared by time", perfect(score("timed.gif", "timed")))

write_gif("spots.gif", [image(spotted(pixels)) for pixels in frames])
spots = score("spots.gif", "refs")
for name in ("psnr", "psnr_y", "ssim", "msssim", "ssimulacra2"):
    check("%s falls with damage: %g" % (name, spots[name]), spots[name] < same[name] * 0.99)
check("dE rises with damage: %g" % spots["dE"], spots["dE"] > 0.1)

write_references("still", [frames[0]] * 3)
write_gif("restless.gif", [image(frames[0]), image(spotted(frames[0])), image(frames[0])])
restless = score("restless.gif", "still")
check("a GIF that changes where its frames do not flickers",
      restless["flick_src"] == 0 and restless["flick"] > 0.5)

one, other = "refs/000.ppm", "refs/001.ppm"
check("a picture is perfect beside itself", perfect(score(one, one)))
check("a picture is not perfect beside another", not perfect(score(one, other)))

write_references("small", [bytes(64)], 8, 8)
write("cut.gif", open("same.gif", "rb").read()[:5000])
write("cut.ppm", open(one, "rb").read()[:5000])
os.mkdir("empty")
for arguments, status, said in (
        (("same.gif", "small"), 1, "small/000.ppm: is 8x8, not 256x256 as the GIF"),
        (("same.gif", "empty"), 1, "empty: holds no .ppm files"),
        (("cut.gif", "refs"), 1, "cut.gif: "),
        (("none.gif", "refs"), 1, "none.gif: "),
        ((one, "cut.ppm"), 1, "cut.ppm: ends before its last pixel"),
        ((one, "same.gif"), 1, "same.gif: not a binary PPM picture"),
        (("same.gif",), 2, "usage: "),
        (("same.gif", "refs", "--sample", "0"), 2, "--sample: "),
        (("same.gif", "refs", "--fast"), 2, "--fast: ")):
    done = run(*arguments)
    check("gif_score %s: ends with %d and says '%s': %d, '%s'" %
          (" ".join(arguments), status, said, done.returncode, done.stderr.strip()),
          done.returncode == status and done.stderr.startswith("gif_score: " + said) and
          done.stderr.count("\n") == 1 and not done.stdout)
sys.exit(1 if failed else 0)
END_OF_TEST

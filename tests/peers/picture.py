#!/usr/bin/python3
"""Looks into pictures for the tests: the clock that the camera burnt in, and the bytes of a JPEG.

  picture.py clock FILE...                  a line of JSON for each: time, age at its mtime, grey
  picture.py fresh SECONDS FILE...          fails unless each shows a clock at most SECONDS old at
                                            its mtime, not from the future, and is not grey
  picture.py same-scan FILE DIRECTORY       fails unless the scan of FILE is that of a file there
  picture.py same-but-exif FILE DIRECTORY   ... unless all but its EXIF segment is that of a file
  picture.py whole FILE                     fails unless FILE is one whole JPEG
  picture.py exif FILE                      prints the date, sub-second, offset and notes
"""
import json
import os
import subprocess
import sys

CELLS, EPOCH = 48, 1_600_000_000_000  # the bar: 40 bits of milliseconds since then, 8 to check


def bar_bits(milliseconds):
    body = (milliseconds - EPOCH).to_bytes(5, "big")
    coded = body + bytes([(sum(body) ^ 0x5A) & 0xFF])
    return [(byte >> (7 - i)) & 1 for byte in coded for i in range(8)]


def grey_pixels(path, filters):
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-frames:v", "1", "-vf",
         filters + ",format=gray", "-f", "rawvideo", "-"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout


def clock(path):
    """The burnt-in clock in milliseconds, or None where the bar is not readable."""
    row = grey_pixels(path, "scale=%d:1080:flags=area,crop=iw:8:0:1060,scale=%d:1:flags=area"
                      % (CELLS * 40, CELLS * 10))
    bits = [sum(row[c * 10 + 3:c * 10 + 7]) / 4 > 127 for c in range(CELLS)]
    coded = bytes(sum(bit << (7 - i) for i, bit in enumerate(bits[at:at + 8]))
                  for at in range(0, CELLS, 8))
    if coded[5] != (sum(coded[:5]) ^ 0x5A) & 0xFF:
        return None
    return int.from_bytes(coded[:5], "big") + EPOCH


def facts(path):
    shown = clock(path)
    mean = sum(scene := grey_pixels(path, "crop=iw:ih*0.9:0:0,scale=64:36")) / len(scene)
    written = os.stat(path).st_mtime_ns // 1_000_000
    return {"file": path, "clock": shown, "age": shown and (written - shown) / 1000,
            "grey": 110 < mean < 145}


def fresh(most, paths):
    bad = 0
    for path in paths:
        about = facts(path)
        good = about["clock"] and -0.05 <= about["age"] <= most and not about["grey"]
        if not good:
            print("not fresh, at most %s s: %s" % (most, json.dumps(about)))
        bad += not good
    return bad


def segments(data):
    """The marker segments before the scan, and the scan with its header."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("does not begin as a JPEG")
    at, found = 2, []
    while data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2:at + 4], "big")
        found.append(data[at:at + 2 + length])
        at += 2 + length
    return found, data[at:]


def scan(data):
    rest = segments(data)[1]
    return rest[2 + int.from_bytes(rest[2:4], "big"):]


def but_exif(data):
    head, rest = segments(data)
    return b"\xff\xd8" + b"".join(part for part in head if part[4:8] != b"Exif") + rest


def same(of, path, directory):
    wanted = of(open(path, "rb").read())
    for name in os.listdir(directory):
        if name.endswith(".part"):
            continue
        with open(os.path.join(directory, name), "rb") as file:
            if of(file.read()) == wanted:
                return 0
    print("%s: no file of %s has these bytes" % (path, directory))
    return 1


def whole(path):
    data = open(path, "rb").read()
    rest = scan(data)
    at = 0
    while True:
        at = rest.index(b"\xff", at)
        if rest[at + 1] != 0 and not 0xD0 <= rest[at + 1] <= 0xD7:
            break
        at += 2
    if rest[at:] != b"\xff\xd9":
        raise ValueError("%s: %d bytes behind the scan" % (path, len(rest) - at))
    return 0


def exif(path):
    for part in segments(open(path, "rb").read())[0]:
        if part[4:10] == b"Exif\0\0":
            print(part[10:].decode("latin-1"))
            return 0
    return 1


def main():
    command, arguments = sys.argv[1], sys.argv[2:]
    if command == "clock":
        for path in arguments:
            print(json.dumps(facts(path)))
        return 0
    if command == "fresh":
        return fresh(float(arguments[0]), arguments[1:]) != 0
    if command == "same-scan":
        return same(scan, *arguments)
    if command == "same-but-exif":
        return same(but_exif, *arguments)
    return {"whole": whole, "exif": exif}[command](*arguments)


if __name__ == "__main__":
    sys.exit(main())

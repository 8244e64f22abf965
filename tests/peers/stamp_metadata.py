#!/usr/bin/python3
"""Compares what exiftool said of pictures before and after they were stamped.

usage: stamp_metadata.py BEFORE.json AFTER.json ORIGINALS STAMPED

Both are of `exiftool -j -G1:4 -a -U -b`, the others are directories. Prints what is lost or changed.
"""
import collections
import json
import os
import re
import sys

# Of the file, or made up by exiftool of other tags.
DERIVED = {"SourceFile", "File", "System", "Composite"}
# What --exif may add, and a frame without EXIF must have.
ADDED = {
    "ExifIFD:DateTimeOriginal", "ExifIFD:CreateDate", "ExifIFD:SubSecTimeOriginal",
    "ExifIFD:SubSecTimeDigitized", "ExifIFD:OffsetTime", "ExifIFD:OffsetTimeOriginal",
    "ExifIFD:OffsetTimeDigitized", "IFD0:ImageDescription", "GPS:GPSVersionID",
    "GPS:GPSLatitudeRef", "GPS:GPSLatitude", "GPS:GPSLongitudeRef", "GPS:GPSLongitude",
    "GPS:GPSTimeStamp", "GPS:GPSDateStamp", "GPS:GPSMapDatum"}
MANDATORY = {
    "IFD0:XResolution", "IFD0:YResolution", "IFD0:ResolutionUnit", "IFD0:YCbCrPositioning",
    "ExifIFD:ExifVersion", "ExifIFD:ComponentsConfiguration", "ExifIFD:FlashpixVersion",
    "ExifIFD:ColorSpace", "ExifIFD:ExifImageWidth", "ExifIFD:ExifImageHeight"}


def tags_of(record):
    """The values of each tag, in order; exiftool numbers those of a name, whatever their group."""
    tags = collections.defaultdict(list)
    for key, value in record.items():
        if key.split(":")[0] not in DERIVED:
            tags[re.sub(r":Copy\d+:", ":", key)].append(value)
    return tags


def is_blank(values):
    return all(not re.sub(r"[\s:0]", "", str(value)) for value in values)


def maker_notes(jpeg):
    """Where in the EXIF block the MakerNotes stand, and their bytes; None where there are none."""
    start = jpeg.find(b"Exif\0\0", 0, 65536) + 6
    if start < 6 or jpeg[start:start + 2] not in (b"II", b"MM"):
        return None
    order = "little" if jpeg[start:start + 2] == b"II" else "big"

    def number(at, size):
        return int.from_bytes(jpeg[start + at:start + at + size], order)

    def find(directory, tag):
        for at in range(directory + 2, directory + 2 + 12 * number(directory, 2), 12):
            if number(at, 2) == tag:
                return number(at + 4, 4), number(at + 8, 4)
        return None

    exif = find(number(4, 4), 0x8769)
    notes = exif and find(exif[1], 0x927C)
    return notes and (notes, jpeg[start + notes[1]:start + sum(notes)])


def check(name, before, after, growth):
    has_exif = any(key.split(":")[0] in ("IFD0", "ExifIFD", "GPS") for key in before)
    for key, values in before.items():
        now = after.get(key)
        if now == values:
            continue
        if now is None:
            yield f"{name}: {key} is lost"
        elif key in ADDED and is_blank(values):
            pass
        elif key == "MPImage1:MPImageLength" and int(now[0]) == int(values[0]) + growth:
            pass
        elif key == "ExifTool:Warning" and len(now) == len(values):
            pass  # The same complaint, worded by what is found at the place now.
        else:
            yield f"{name}: {key}: was {str(values)[:60]}, is {str(now)[:60]}"
    for key in after.keys() - before.keys():
        if key not in ADDED and (has_exif or key not in MANDATORY):
            yield f"{name}: {key} is new: {str(after[key])[:60]}"


def main():
    before, after = ({os.path.basename(record["SourceFile"]): record
                      for record in json.load(open(path))} for path in sys.argv[1:3])
    originals, stamped = sys.argv[3:5]
    compared, with_notes, bad = 0, 0, []
    for name in before:
        was, now = (open(os.path.join(directory, name), "rb").read()
                    for directory in (originals, stamped))
        if was == now:
            continue
        compared += 1
        tags = tags_of(before[name])
        notes = maker_notes(was)
        with_notes += notes is not None
        if notes != maker_notes(now):
            bad.append(f"{name}: MakerNotes were moved or changed")
        bad += check(name, tags, tags_of(after[name]), len(now) - len(was))
    print(f"measured: {compared} frames compared, {with_notes} of them with MakerNotes")
    for line in bad[:40]:
        print(line)
    if compared < 100 or with_notes < 30:
        bad.append("too few")
    sys.exit(bool(bad))


main()

#!/bin/bash
# Stamps real cameras' pictures with facts: exiftool finds every tag that was there, as it was, and
# complains about nothing new.
. "$(dirname "$0")/lib.sh"
need exiftool
samples=$(cd "$peers/../../.." && pwd)/shared/data/jpeg
[ -d "$samples" ] || skip "there are no samples in shared/data/jpeg"
mkdir "$work/before" "$work/after"
cp "$samples"/*.jp*g "$work/before"
chmod -R u+w "$work/before"
cp -p "$work"/before/* "$work/after"

# Some samples are no JPEGs, and some are broken: they are named, and stay as they are.
run 1 "stamping" imgstamp -i --exif --lat 47 --lon 8 --camera north "$work"/after/*
tell() { exiftool -q -q -a -U -b -G1:4 -s -j "$1" >"$2" 2>/dev/null; }
tell "$work/before" "$work/before.json"
tell "$work/after" "$work/after.json"
/usr/bin/python3 "$peers/stamp_metadata.py" "$work/before.json" "$work/after.json" "$work/before" \
    "$work/after" || fail "tags were lost or changed"

# Binary blocks as a whole.
blocks() {
    (cd "$1" && exiftool -q -q -a -b -j -ICC_Profile -XMP -IPTC -ThumbnailImage -PreviewImage . 2>/dev/null)
}
blocks "$work/before" >"$work/blocks"
[ "$(grep -c base64 "$work/blocks")" -ge 100 ] || fail "only $(grep -c base64 "$work/blocks") profiles and thumbnails"
blocks "$work/after" | cmp -s - "$work/blocks" || fail "a profile, XMP, IPTC or a thumbnail differs"

# The facts can be read where a frame got them.
exiftool -q -q -n -if '$GPSLatitude == 47 and $GPSLongitude == 8' -p '$FileName' "$work/after" \
    >"$work/placed" 2>/dev/null
[ "$(wc -l <"$work/placed")" -ge 100 ] || fail "only $(wc -l <"$work/placed") frames got a position"

# A frame whose EXIF has no room, or cannot be changed, is said so, and goes on stamped.
grep -F 'its facts are not written' "$work/err" >"$work/without"
while IFS=: read -r _ file _; do
    file=$(basename "$file")
    cmp -s "$work/before/$file" "$work/after/$file" && fail "$file: is not stamped"
done <"$work/without"
[ -s "$work/without" ] || fail "there is no frame without room"

# Frames that had no EXIF: the new one is valid.
exiftool -q -q -if 'not $ExifByteOrder' -p '$FileName' "$work/before" 2>/dev/null | sort >"$work/bare"
valid() {
    (cd "$1" && xargs -a "$work/bare" exiftool -q -q -validate -p '$FileName $Validate' -m 2>/dev/null) | sort
}
valid "$work/before" >"$work/valid.before"
valid "$work/after" >"$work/valid.after"
[ "$(grep -c ' OK' "$work/valid.before")" -ge 40 ] || fail "only $(grep -c ' OK' "$work/valid.before") valid frames without EXIF"
diff "$work/valid.before" "$work/valid.after" >"$work/diff" || { fail "exiftool -validate says more than before"; head -20 "$work/diff"; }
finish

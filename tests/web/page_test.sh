#!/bin/bash
# A headless Chromium loads the page of imgserve, sees the picture, and sees the GIF move.
# usage: page_test.sh BIN_DIRECTORY
set -eu -o pipefail
here=$(cd "$(dirname "$0")" && pwd)
PATH=$1:$PATH
for program in chromium node npm; do
    command -v $program >/dev/null || { echo "skipped: $program is not installed" >&2; exit 77; }
done
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || :; wait; rm -rf "$work"' EXIT

# The driver is a package of npm; it is fetched once, beside this file.
if [ ! -d "$here/node_modules/playwright-core" ]; then
    (cd "$here" && npm install --no-save --no-package-lock --silent playwright-core) ||
        { echo "skipped: npm cannot fetch playwright-core" >&2; exit 77; }
fi

mkdir "$work/public"
export SOURCE_DATE_EPOCH=1800000000
imgsnap 'test:road?size=640x360' --every 1s --count 4 -o "$work/public/%Y%m%dT%H%M%S.%LZ.jpg" \
    -o "$work/public/latest.jpg"
imggif "$work/public" --delay 200ms -o "$work/public/latest.gif"
unset SOURCE_DATE_EPOCH
imgserve --listen 127.0.0.1:0 --state "$work/state" --refresh 1s "$work/public" 2>"$work/log" &
for _ in $(seq 100); do
    url=$(sed -n 's/.* at \(https:[^ ]*\).*/\1/p' "$work/log")
    [ -z "$url" ] || break
    sleep 0.1
done
[ -n "$url" ] || { echo "imgserve does not start"; cat "$work/log"; exit 1; }
node "$here/page_test.mjs" "$url" "$work"

#!/bin/bash
# The filter of imgstream(5): the page shows the file, the file builds and does what it says.
# usage: filter_test.sh BIN_DIRECTORY
set -eu -o pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$1:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

sed -n '/^\/\/ every_nth/,/^\.Ed/p' "$root/man/imgstream.5" | sed '$d; s/\\e/\\/g; s/^\\&//' >shown.cpp
diff "$root/examples/every_nth.cpp" shown.cpp || { echo "imgstream(5) shows another filter"; exit 1; }

c++ -std=c++17 -Wall -Wextra -Werror -O2 "$root/examples/every_nth.cpp" -o every_nth
SOURCE_DATE_EPOCH=1800000000 imgsnap 'test:road?size=320x240' --every 1s --count 5 >five.mjpg
./every_nth 2 <five.mjpg | imgsnap - -o '%S.jpg'
[ "$(echo ./*.jpg)" = "./00.jpg ./02.jpg ./04.jpg" ] || { echo "wrong frames: $(echo ./*.jpg)"; exit 1; }
# ffmpeg reads what the filter writes.
./every_nth 1 <five.mjpg | cmp - five.mjpg
frames=$(./every_nth 2 <five.mjpg | ffmpeg -v error -f image2pipe -i - -f null - -stats 2>&1 |
    tr '\r' '\n' | sed -n 's/^frame= *\([0-9]*\).*/\1/p' | tail -1)
[ "$frames" = 3 ] || { echo "ffmpeg reads $frames frames"; exit 1; }
if head -c 10000 five.mjpg | ./every_nth 1 >/dev/null 2>err; then
    echo "a cut stream is not an error"
    exit 1
fi
grep -q 'cut off' err

#!/bin/sh
# The last day of an archive as a time lapse: a frame each ten minutes, an hour in a second, and the
# newest frame stays. The GIF is published only when it is sound.
# usage: time_lapse.sh ARCHIVE OUT.gif
set -eu

imggif "$1" --since 1d --every 10m --speed 3600x --hold-last 3s -o "$2.new"
imggif --check "$2.new" >/dev/null
mv "$2.new" "$2"

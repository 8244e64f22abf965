#!/bin/bash
# The README's first command. usage: demo_test.sh BIN_DIRECTORY
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
case $1 in
"$root/build/bin") ;;
*) echo "skipped: the demo builds and runs its own programs, in build/" >&2 && exit 77 ;;
esac
said=$("$root/examples/demo.sh" --once 2>&1) || { echo "$said"; exit 1; }
echo "$said" | tail -1 | grep -q '^demo: ok' || { echo "$said"; exit 1; }

#!/bin/sh
# Runs all benches that are there and prints their tables as Markdown.
# usage: bench.sh BIN_DIRECTORY
# Figures are for reading side by side, in one run on one machine; no test depends on them.
here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "$1" && pwd) || exit 2
status=0
for bench in "$here"/*_bench.sh; do
    "$bench" "$bin" || status=1
    echo
done
for source in "$here"/*_bench.cpp; do
    program=$bin/../tests/$(basename "$source" .cpp)
    [ -x "$program" ] || { echo "$program is not built" >&2; status=1; continue; }
    "$program" || status=1
    echo
done
exit $status

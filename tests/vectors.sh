#!/bin/sh
# What is compiled for processors with AVX2 is used on no other: the linker keeps one copy of an
# inline function, whichever object has it first, so those objects must have none.
# usage: vectors.sh BIN_DIRECTORY
build=$(cd "$1/.." && pwd) || exit 2
if ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' "$build/CMakeCache.txt"; then
    echo "skipped: only optimized code is free of inline functions" >&2
    exit 77
fi
object=$(mktemp) || exit 2
trap 'rm -f "$object"' EXIT
status=0
for name in $(ar t "$build/lib/libimg.a" | grep '_avx2'); do
    ar p "$build/lib/libimg.a" "$name" >"$object"
    if nm -C "$object" | grep -E ' [WVu] ' | grep -v ' DW\.ref'; then
        echo "$name has the above, which others may get" >&2
        status=1
    fi
done
exit $status

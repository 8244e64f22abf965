#!/bin/sh
# Checks that clang-format would change nothing.
cd "$(dirname "$0")/.." || exit 1
command -v clang-format >/dev/null || { echo "skipped: clang-format is not installed" >&2; exit 77; }
find lib tools tests examples \( -name '*.cpp' -o -name '*.hpp' \) -print0 |
    xargs -0 clang-format --dry-run -Werror

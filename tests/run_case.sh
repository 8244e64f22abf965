#!/bin/sh
# Runs one case of a tool: a directory with `cmd` and, where they matter, `in out err status`.
# usage: run_case.sh CASE_DIRECTORY BIN_DIRECTORY
#
# `cmd` is run by sh in an empty directory with the tools on PATH and $CASE naming the case's own
# directory. Files that are absent mean "no opinion", but the status is 0 unless `status` says
# otherwise. GIFs that it leaves must be sound. A `cmd` that ends with 77 is skipped.
set -u
case_dir=$1
PATH=$2:$PATH
CASE=$case_dir
export PATH CASE
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL
unset IMGSEQ_CONFIG IMGSEQ_PASSWORD IMGSEQ_USER XDG_CONFIG_HOME SOURCE_DATE_EPOCH 2>/dev/null

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/home" "$work/run"
HOME=$work/home
export HOME
cd "$work/run" || exit 1

in=/dev/null
[ -e "$case_dir/in" ] && in=$case_dir/in
sh -eu "$case_dir/cmd" <"$in" >"$work/out" 2>"$work/err"
got=$?
[ $got -eq 77 ] && { cat "$work/err"; echo "skipped"; exit 77; }

want=0
[ -e "$case_dir/status" ] && want=$(cat "$case_dir/status")
bad=0
if [ "$got" -ne "$want" ]; then
    echo "status $got, expected $want"
    bad=1
fi
for stream in out err; do
    [ -e "$case_dir/$stream" ] || continue
    cmp -s "$case_dir/$stream" "$work/$stream" && continue
    echo "$stream differs (- expected, + got):"
    diff -u "$case_dir/$stream" "$work/$stream" | head -40
    bad=1
done
# Every GIF that was made is sound, whatever else the case looks at.
if command -v imggif >/dev/null; then
    find "$work/run" -type f -name '*.gif' -print >"$work/gifs" 2>/dev/null
    while read -r gif; do
        head -c 6 "$gif" | grep -q '^GIF8[79]a' || continue
        imggif --check "$gif" >/dev/null || bad=1
    done <"$work/gifs"
fi
[ $bad -eq 0 ] || { echo "stderr was:"; head -c 4000 "$work/err"; }
exit $bad

#!/bin/sh
# Checks that --help and the manual page of each tool list the same options, that the page's NAME is
# the tool's own sentence, and that mandoc finds nothing to say. usage: manpages.sh BIN_DIRECTORY
cd "$(dirname "$0")/.." || exit 1
bin=$1
bad=0
complain() { echo "$1"; bad=1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for source in tools/img*.cpp; do
    tool=$(basename "$source" .cpp)
    page=man/$tool.1
    [ -e "$page" ] || { complain "$tool has no page $page"; continue; }
    "$bin/$tool" --help >"$work/help" || complain "$tool --help fails"
    # "  -o, --output TARGET   text" and "      --json   text", as "-o --output TARGET".
    sed -nE 's/^  (-., |    )(--[a-z0-9-]+)( [A-Za-z]+)?(  .*)?$/\1\2\3/p' "$work/help" |
        sed 's/,//; s/^ *//' | sort >"$work/options.help"
    sed -nE 's/^\.It (Fl [A-Za-z] , )?Fl Fl ([a-z0-9-]+)( Ar ([A-Za-z]+))?$/\1--\2 \4/p' "$page" |
        sed -E 's/^Fl (.) , /-\1 /; s/ $//' | sort >"$work/options.page"
    [ -s "$work/options.help" ] || complain "$tool --help lists no options"
    diff "$work/options.help" "$work/options.page" >"$work/diff" ||
        complain "$tool: --help (<) and $page (>) differ: $(cat "$work/diff")"
    sentence=$(sed -n 2p "$work/help" | sed 's/\.$//')
    grep -qiF ".Nd $sentence" "$page" || complain "$page: NAME is not '$sentence'"
done
if command -v mandoc >/dev/null; then
    said=$(mandoc -T lint -W warning man/*.[1-9] 2>&1)
    [ -z "$said" ] || complain "$said"
else
    echo "skipped: mandoc is not installed, pages are not linted"
fi
exit $bad

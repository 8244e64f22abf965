#!/bin/sh
# Checks the rules of lib/README.md: layers look down only, verbs are strangers, a foreign header
# stays in its room, a name means one type.
cd "$(dirname "$0")/.." || exit 1
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
bad=0
complain() { echo "$1"; bad=1; }

# 1. Each layer includes itself and those below it.
allowed() {
    case $1 in
    base) echo base ;;
    foreign) echo 'base foreign' ;;
    frame) echo 'base foreign frame' ;;
    verb) echo 'base foreign frame verb' ;;
    cli) echo 'base frame cli' ;;
    tools) echo 'base frame verb cli' ;;
    esac
}
for layer in base foreign frame verb cli tools; do
    root=lib/$layer
    [ $layer = tools ] && root=tools
    for use in $(grep -rhoE '^#include "[a-z]+/' "$root" | sed 's/.*"//; s,/,,' | sort -u); do
        allowed $layer | grep -qw "$use" || complain "$root includes $use/: $(grep -rlE "^#include \"$use/" "$root" | tr '\n' ' ')"
    done
done

# 2. No verb includes another verb. verb/X.* and verb/X/* are one verb.
find lib/verb -name '*.[ch]pp' >"$list"
while read -r file; do
    own=$(echo "$file" | sed 's,lib/verb/,,; s,[/.].*,,')
    for other in $(grep -oE '^#include "verb/[a-z_]+' "$file" | sed 's,.*verb/,,'); do
        [ "$other" = "$own" ] || complain "$file includes verb/$other"
    done
done <"$list"

# 3. Foreign headers. Each pattern may appear only in the files named behind it.
only() {
    pattern=$1
    shift
    found=$(grep -rlE "^ *#include <($pattern)" lib tools | grep -vE "^($*)$")
    [ -z "$found" ] || complain "<$pattern> outside its room: $found"
}
only 'libav|libsw' 'lib/foreign/ffmpeg[a-z_]*\.cpp'
only 'jpeglib|jerror|turbojpeg' 'lib/foreign/libjpeg[a-z_]*\.cpp|lib/foreign/libjpeg_handles\.hpp'
only 'libexif' 'lib/foreign/libexif\.cpp'
only 'gif_lib' 'lib/foreign/giflib\.cpp'
only 'ft2build|freetype' 'lib/foreign/freetype\.cpp'
only 'hb|harfbuzz' 'lib/foreign/harfbuzz\.cpp'
only 'curl/' 'lib/foreign/curl[a-z_]*\.cpp|lib/foreign/curl_handles\.hpp'
only 'sqlite3' 'lib/foreign/sqlite\.cpp'
only 'openssl/' 'lib/foreign/openssl[a-z_]*\.cpp|lib/foreign/openssl_handles\.hpp'
only 'CLI/|toml' 'lib/cli/[a-z_]*\.cpp'
only 'boost/' 'lib/base/fs\.hpp'
only 'nlohmann' '.*\.cpp'
only 'doctest' 'none'

# One namespace: two types of one name in it would be mixed up by the linker without a word.
for name in $(grep -rhoE '^(struct|class|enum|enum class) [A-Za-z]+( final)?( :|:| \{|$)' lib --include='*.hpp' |
    sed -E 's/^(enum class|[a-z]+) ([A-Za-z]+).*/\2/' | sort | uniq -d); do
    complain "there are two types called $name: $(grep -rlE "^(struct|class|enum|enum class) $name\b" lib | tr '\n' ' ')"
done

# A tool is a page.
for tool in tools/*.cpp; do
    lines=$(wc -l <"$tool")
    [ "$lines" -lt 150 ] || complain "$tool has $lines lines; the verb does the work"
done
exit $bad

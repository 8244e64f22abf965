#!/bin/sh
# Writes the completions of one tool, made from its --help, for bash, zsh and fish.
# usage: generate.sh TOOL_PROGRAM OUTPUT_DIRECTORY
set -eu
program=$1
out=$2
tool=$(basename "$program")
mkdir -p "$out/bash" "$out/zsh" "$out/fish"

# One line an option: short|long|meta|words|help. Words are the choices of a WORD option, and those
# that stand for a number or a file in "small, best, or a number from 1 to 100".
options=$("$program" --help | awk '
    /^  (-., |    )--/ {
        line = substr($0, 3)
        short = ""
        if (line ~ /^-., /) short = substr(line, 2, 1)
        sub(/^(-., |    )--/, "", line)
        long = line; sub(/[ ].*/, "", long)
        rest = substr(line, length(long) + 1)
        meta = ""
        if (rest ~ /^ [A-Za-z]/) { meta = substr(rest, 2); sub(/[ ].*/, "", meta); rest = substr(rest, length(meta) + 2) }
        if (rest ~ /^ *$/) { getline rest }
        sub(/^ +/, "", rest)
        words = ""
        if (meta == "WORD" && match(rest, /\([^()]*\)$/)) {
            words = substr(rest, RSTART + 1, RLENGTH - 2)
            sub(/; default.*/, "", words)
            gsub(/,/, "", words)
        } else if (match(rest, /^[a-z-]+(, [a-z-]+)*, or a (number|file)/)) {
            words = substr(rest, 1, RLENGTH)
            sub(/, or a .*/, "", words)
            gsub(/,/, "", words)
        }
        help = rest
        sub(/ \([^()]*\)$/, "", help)
        gsub(/[|]/, "/", help)
        print short "|" long "|" meta "|" words "|" help
    }')

is_path() {
    case $1 in
    FILE | DIR | TARGET | PATH | OUT | LIST) return 0 ;;
    *) return 1 ;;
    esac
}
quoted() { printf '%s' "$1" | sed "s/'/'\\\\''/g"; }

{
    echo "# Completion of $tool for bash."
    echo "_$tool() {"
    echo "    local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}"
    echo "    case \$previous in"
    echo "$options" | while IFS='|' read -r short long meta words help; do
        [ -n "$meta" ] || continue
        names="--$long"
        [ -z "$short" ] || names="-$short | $names"
        if [ -n "$words" ]; then
            echo "    $names) COMPREPLY=(\$(compgen -W '$words' -- \"\$word\")); return ;;"
        elif is_path "$meta"; then
            echo "    $names) compopt -o filenames; COMPREPLY=(\$(compgen -f -- \"\$word\")); return ;;"
        else
            echo "    $names) return ;;"
        fi
    done
    echo "    esac"
    echo "    if [[ \$word == -* ]]; then"
    printf "        COMPREPLY=(\$(compgen -W '"
    echo "$options" | while IFS='|' read -r short long meta words help; do
        [ -z "$short" ] || printf -- '-%s ' "$short"
        printf -- '--%s ' "$long"
    done
    echo "' -- \"\$word\"))"
    echo "    else"
    echo "        compopt -o filenames"
    echo "        COMPREPLY=(\$(compgen -f -- \"\$word\"))"
    echo "    fi"
    echo "}"
    echo "complete -F _$tool $tool"
} >"$out/bash/$tool"

{
    echo "#compdef $tool"
    echo "# Completion of $tool for zsh."
    echo "_arguments -s -S \\"
    echo "$options" | while IFS='|' read -r short long meta words help; do
        text=$(quoted "$(printf '%s' "$help" | sed 's/[]:[]/\\&/g')")
        if [ -n "$words" ]; then
            value=":$meta:($words)"
        elif is_path "$meta"; then
            value=":$meta:_files"
        elif [ -n "$meta" ]; then
            value=":$meta:"
        else
            value=""
        fi
        if [ -n "$short" ]; then
            echo "    '(-$short --$long)'{-$short,--$long}'[$text]$value' \\"
        else
            echo "    '--${long}[$text]$value' \\"
        fi
    done
    echo "    '*:file:_files'"
} >"$out/zsh/_$tool"

{
    echo "# Completion of $tool for fish."
    echo "$options" | while IFS='|' read -r short long meta words help; do
        line="complete -c $tool -l $long -d '$(quoted "$help")'"
        [ -z "$short" ] || line="$line -s $short"
        if [ -n "$words" ]; then
            line="$line -x -a '$words'"
        elif is_path "$meta"; then
            line="$line -r -F"
        elif [ -n "$meta" ]; then
            line="$line -x"
        fi
        echo "$line"
    done
} >"$out/fish/$tool.fish"

#!/bin/bash
# Checks the completions in real shells: each loads without a complaint and offers the options and
# the choices. usage: completions.sh BIN_DIRECTORY
cd "$(dirname "$0")/.." || exit 1
bin=$1
bad=0
complain() { echo "$1"; bad=1; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for program in "$bin"/img*; do
    tool=$(basename "$program")
    packaging/completions/generate.sh "$program" "$work" || complain "$tool: not generated"

    # All options that begin with --v; each tool has two or more.
    expected=$("$program" --help | grep -oE '^  (-., |    )--v[a-z]*' | grep -oE -- '--v.*' | sort | tr '\n' ' ')
    offered=$(bash --norc -c "compopt() { :; }; source '$work/bash/$tool' && COMP_WORDS=($tool --v) COMP_CWORD=1 && _$tool && printf '%s\\n' \"\${COMPREPLY[@]}\"" 2>&1 | sort | tr '\n' ' ')
    [ "$offered" = "$expected" ] || complain "$tool: bash offers '$offered' for --v"

    if command -v fish >/dev/null; then
        offered=$(HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work fish --no-config -c "source '$work/fish/$tool.fish'; complete -C '$tool --v'" 2>&1 | cut -f1 | sort | tr '\n' ' ')
        [ "$offered" = "$expected" ] || complain "$tool: fish offers '$offered' for --v"
    else
        echo "skipped: fish is not installed"
    fi
    grep -qF "'[print the version]'" "$work/zsh/_$tool" || complain "$tool: zsh gets no help texts"
    if command -v zsh >/dev/null; then
        said=$(zsh -f -c "autoload -Uz compinit; fpath=('$work/zsh' \$fpath); compinit -u -d '$work/dump'; print \$_comps[$tool]; zcompile -t '$work/none' 2>/dev/null; zsh -n '$work/zsh/_$tool'" 2>&1)
        [ "$said" = "_$tool" ] || complain "$tool: zsh says '$said'"
    else
        echo "skipped: zsh is not installed"
    fi
done

# offers TOOL OPTION WORD...: the values of an option.
offers() {
    tool=$1 option=$2
    shift 2
    offered=$(bash --norc -c "compopt() { :; }; source '$work/bash/$tool' && COMP_WORDS=($tool $option '') COMP_CWORD=2 && _$tool && echo \"\${COMPREPLY[@]}\"" 2>&1)
    [ "$offered" = "$*" ] || complain "$tool: bash offers '$offered' for $option"
    grep -qF ":($*)'" <(grep -F -- "'${option}[" "$work/zsh/_$tool") || complain "$tool: zsh offers other words for $option"
    if command -v fish >/dev/null; then
        sorted=$(printf '%s\n' "$@" | sort)
        offered=$(HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work fish --no-config -c "source '$work/fish/$tool.fish'; complete -C '$tool $option '" 2>&1 | cut -f1 | sort)
        [ "$offered" = "$sorted" ] || complain "$tool: fish offers '$offered' for $option"
    fi
}
offers imggif --quality small balanced best
offers imggif --level low balanced aggressive
offers imgroad --weather nws open-meteo none
offers imgroad --units metric us
exit $bad

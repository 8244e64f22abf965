# Shared by the tests of imgsync against real peers: archives, records, certificates, what is there.
# shellcheck shell=sh
# usage: . lib.sh, then . sync_lib.sh

XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
unset STATE_DIRECTORY

archive() { /usr/bin/python3 "$peers/sync_archive.py" "$@"; }
# make_archive COUNT [BYTES]: an archive in $here, and nothing in $there nor on record.
make_archive() {
    here=$work/here
    there=$work/there
    rm -rf "$here" "$there" "$XDG_STATE_HOME"
    mkdir -p "$here" "$there"
    archive make "$here" "$@"
}
# add_frames COUNT [BYTES]
add_frames() { archive make "$here" "$@"; }

# arrived WHAT: what is in $there is what is in $here, byte for byte.
arrived() {
    if archive same "$here" "$there" >"$work/said" 2>&1; then
        sed "s/^measured/$1/" "$work/said"
    else
        fail "$1: not the same there"
        head -c 2000 "$work/said"
    fi
}
# stands WHAT MEMBER VALUE COMMAND...: the command's object of --status says so.
stands() {
    what=$1
    wanted=$2:$3
    shift 3
    "$@" >"$work/said" 2>&1 || fail "$what: the status has no status"
    grep -qF "$wanted" "$work/said" || { fail "$what: not $wanted"; head -5 "$work/said"; }
}
is_in() { grep -qF -- "$2" "$1"; }
files_in() { find "$1" -type f ! -name '.*' 2>/dev/null | wc -l; }
has_files() { [ "$(files_in "$1")" -ge "$2" ]; }
# nothing_new WHAT: nothing has come to $there.
nothing_new() { [ "$(files_in "$there")" -eq "${1:-0}" ] || fail "$2: something arrived"; }

# start_reader: polls $there; stop_reader tells what it saw.
start_reader() {
    archive read "$there" >"$work/reader" 2>&1 &
    reader=$!
    cameras="$cameras $reader"
    wait_for 20 "start of the reader" grep -q ready "$work/reader"
}
stop_reader() {
    kill -TERM "$reader"
    wait "$reader" || { fail "$1: what the reader saw"; }
    sed -n "s/^measured/$1/p; /^measured\|^ready/!p" "$work/reader"
}
start_producer() {
    archive produce "$here" "$@" >"$work/producer" 2>&1 &
    producer=$!
    cameras="$cameras $producer"
}
stop_producer() {
    kill -KILL "$producer" 2>/dev/null
    wait "$producer" 2>/dev/null
}

# make_authority NAME; make_certificate NAME AUTHORITY: $tls/NAME.pem and NAME.key.
make_authority() {
    tls=$work/tls
    mkdir -p "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.pem" 2>/dev/null
}
make_certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -keyout "$tls/$1.key" -out "$tls/$1.csr" 2>/dev/null
    echo 'subjectAltName = IP:127.0.0.1' >"$tls/$1.ext"
    openssl x509 -req -in "$tls/$1.csr" -CA "$tls/$2.pem" -CAkey "$tls/$2.key" -CAcreateserial \
        -days 2 -extfile "$tls/$1.ext" -out "$tls/$1.pem" 2>/dev/null
}

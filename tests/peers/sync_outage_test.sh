#!/bin/sh
# imgsync and a remote that hangs, a network that is cut, and a disk that is full there.
# usage: sync_outage_test.sh BIN_DIRECTORY [alone]; alone is in a network of its own
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
. "$(dirname "$0")/ssh_server.sh"
need_remotes

all_is_well() {
    run 0 "$1" sync --json
    is_in "$work/out" '"backlog":0}' || fail "$1: says it has a backlog"
    arrived "$1"
    stands "$1" '"backlog"' 0 sync --status --json
}
# In the background, until files arrive; no longer than two minutes, whatever goes wrong.
start_sending() {
    [ "$kind" != ssh ] || set -- "$@" --bandwidth 2MB
    sync --timeout 2m --connect-timeout 1s "$@" 2>"$work/sending" &
    syncing=$!
    cameras="$cameras $syncing"
    wait_for 60 "$kind: files that arrive" begun
}
begun() { [ -n "$(find "$there" -type f | head -1)" ]; }
finish_sending() {
    wait $syncing
    got=$?
    [ $got -eq "$1" ] || { fail "$2: status $got, expected $1"; head -5 "$work/sending"; }
}

# The other end hangs: a run ends with 75, and one that tries again goes on when it is back.
hang() {
    open_remote "$1" 400
    start_reader
    start_sending --parallel 1 --tries 1 --read-timeout 1s
    signal_server STOP
    finish_sending 75 "$kind hangs"
    run 75 "$kind hangs from the start" sync --tries 1 --connect-timeout 1s --read-timeout 1s
    at_most "$kind hangs from the start: ms until the end" "$took" 20000
    sync --timeout 2m --tries 100 --connect-timeout 1s --read-timeout 2s 2>"$work/sending" &
    syncing=$!
    sleep 1
    signal_server CONT
    finish_sending 0 "$kind is back"
    stop_reader "$kind is back"
    all_is_well "$kind is back"
    stop_server
}

# Packets go nowhere for a while.
cut_network() {
    open_remote "$1" 400
    start_sending --parallel 1 --tries 100 --read-timeout 2s
    ip link set lo down
    sleep 3
    ip link set lo up
    finish_sending 0 "$kind, network cut"
    all_is_well "$kind, network cut"
    stop_server
}

# In a file system of its own, with a third of the room that is needed.
fill_disk() {
    open_remote "$1" 100
    stop_server
    rm -rf "$work/there"
    mkdir "$work/there"
    mount -t tmpfs -o size=700k none "$work/there" 2>/dev/null ||
        { echo "skipped: a full disk, as nothing can be mounted"; full=skipped; }
    [ "$full" = skipped ] && return
    mkdir -p "$there"
    start_server
    start_reader
    run 75 "$kind, disk full" sync --tries 1
    [ "$kind" = https ] || [ "$kind" = s3 ] || says "$kind, disk full" "No space left"
    run 75 "$kind, disk still full" sync --tries 1
    [ -e "$there/index.json" ] && fail "$kind, disk full: pointers have been sent"
    mount -o remount,size=50m "$work/there"
    run 0 "$kind, disk freed" sync
    stop_reader "$kind, disk freed"
    all_is_well "$kind, disk freed"
    stop_server
    umount "$work/there"
}

if [ "${2:-}" = alone ]; then
    ip link set lo up
    cut_network ssh
    cut_network https
    finish
fi
hang ssh
hang https
hang s3
if unshare -n ip link set lo up 2>/dev/null; then
    unshare -n "$0" "$1" alone || fail "with the network cut"
else
    echo "skipped: a network that is cut, as none can be made"
fi
full=
for kind in directory ssh https s3; do
    [ "$full" = skipped ] || fill_disk $kind
done
finish

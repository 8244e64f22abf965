#!/bin/sh
# imgsync and its remotes are killed at any instant, again and again: what pointers on the remote
# name is always there and whole, and in the end all is there, once, byte for byte.
# ROUNDS of each: 4, or as the environment has it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
. "$(dirname "$0")/ssh_server.sh"
need_remotes
rounds=${ROUNDS:-4}

# all_is_well WHAT: now that nothing is in the way.
all_is_well() {
    run 0 "$1" sync --json
    is_in "$work/out" '"backlog":0}' || fail "$1: says it has a backlog"
    stop_reader "$1"
    arrived "$1"
    stands "$1" '"backlog"' 0 sync --status --json
    run 0 "$1: once more" sync --json
    is_in "$work/out" '"sent":0,"sent_bytes":0,"removed":0,"refused":0,' ||
        fail "$1: once more sent again"
}

all_on_record() { sync --status --json | grep -qF '"backlog":0,'; }

# imgsync is killed.
for kind in ${KINDS:-directory ssh https s3}; do
    open_remote $kind 100
    start_reader
    longest=1
    [ $kind != ssh ] || longest=3
    check "$kind: kills of imgsync" \
        archive kill "$here" 20 "$rounds" $longest 20260101 sh "$work/sync" --delete-pruned -q
    sed -n "s/^measured/$kind/p" "$work/said"
    all_is_well "$kind, imgsync killed"
    stop_server
done

# The server is killed, and whatever it was doing with it. Frames are pruned meanwhile.
for kind in ${KINDS:-ssh https s3}; do
    open_remote $kind 300
    start_reader
    # Slowly, so that it is at work when the server goes.
    least=0.02 longest=0.4 slowly='--parallel 1'
    [ $kind != ssh ] || least=0.3 longest=3 slowly='--bandwidth 1MB'
    away=0
    for round in $(seq "$rounds"); do
        add_frames 60
        start_producer 0.05 200
        # shellcheck disable=SC2086
        sync -q --delete-pruned --tries 1 --timeout 2m $slowly 2>"$work/err" &
        syncing=$!
        sleep "$(chance $least $longest)"
        stop_server
        wait $syncing
        got=$?
        case $got in
        0) ;;
        75) away=$((away + 1)) ;;
        *)
            fail "$kind, server killed: status $got"
            head -3 "$work/err"
            ;;
        esac
        stop_producer
        start_server
    done
    [ $away -gt 0 ] || fail "$kind, server killed: never while it was needed"
    echo "$kind, server killed: $rounds times, $away of them while it was needed"
    # It goes on by itself as well.
    sync -q --delete-pruned --tries 100 --timeout 2m 2>"$work/err" &
    syncing=$!
    sleep "$(chance $least $longest)"
    stop_server
    start_server
    wait $syncing || { fail "$kind, server killed: does not go on"; head -3 "$work/err"; }
    run 0 "$kind, what was pruned" sync --delete-pruned
    all_is_well "$kind, server killed"
    stop_server
done

# With --watch, frames go as they appear, whatever happens to the server; SIGTERM ends it well.
for kind in ${KINDS:-directory ssh https}; do
    open_remote $kind 50
    start_reader
    sh "$work/sync" --watch 2>"$work/err" &
    watching=$!
    cameras="$cameras $watching"
    start_producer 0.05
    wait_for 30 "$kind, --watch: an index" test -s "$there/index.json"
    stop_server
    sleep 1
    start_server
    sleep 1
    stop_producer
    wait_for 60 "$kind, --watch: all of it" archive same "$here" "$there"
    wait_for 60 "$kind, --watch: all of it on record" all_on_record
    kill -TERM $watching
    wait $watching
    got=$?
    [ $got -eq 0 ] || { fail "$kind, --watch: status $got"; head -5 "$work/err"; }
    all_is_well "$kind, --watch, ended"
    stop_server
done
finish

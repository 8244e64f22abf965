#!/bin/sh
# imgsync and a long backlog, a record that is lost, and frames that are too old.
# BACKLOG frames wait for a directory and for rsync: 5000, or as the environment has it; and
# UPLOADS, or 1000, for uploads and a store.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
. "$(dirname "$0")/ssh_server.sh"
need_remotes
backlog=${BACKLOG:-5000}
uploads=${UPLOADS:-1000}

# The newest hundred arrive before all others; a record that is lost changes nothing there.
catch_up() {
    open_remote "$1" "$2" 200
    run 0 "$kind, $2 frames" sync -q
    arrived "$kind, $2 frames"
    # By the time at which they got their names: whatever is in the first hundred seconds.
    find "$there/2026" -name '*Z.jpg' -printf '%C@ %f\n' | sort -n | head -90 | sort -rk 2 \
        >"$work/first"
    find "$there/2026" -name '*Z.jpg' -printf '%f\n' | sort -r | head -104 | tail -1 >"$work/limit"
    awk -v limit="$(cat "$work/limit")" '$2 < limit { exit 1 }' "$work/first" ||
        { fail "$kind, $2 frames: the newest are not the first"; tail -2 "$work/first"; }
    (cd "$there" && find . -type f -exec sha256sum {} + | sort) >"$work/before"
    rm -rf "$XDG_STATE_HOME"
    run 0 "$kind, record lost" sync --json
    is_in "$work/out" "{\"sent\":$(($2 + 2))," || fail "$kind, record lost: not all were sent again"
    (cd "$there" && find . -type f -exec sha256sum {} + | sort) >"$work/after"
    cmp -s "$work/before" "$work/after" || fail "$kind, record lost: something has changed"
    stop_server
}

# What is too old is given up aloud, once; the rest is delivered.
give_up() {
    open_remote "$1" 3
    old=$here/20200101T000000Z.jpg
    echo old >"$old"
    fresh=$(date -u +%Y%m%dT%H%M%SZ).jpg
    echo fresh >"$here/$fresh"
    rm -r "$here/2026" "$here/latest.jpg" "$here/index.json"
    run 1 "$kind, --max-age" sync --max-age 300d
    says "$kind, --max-age" "20200101T000000Z.jpg: given up"
    [ -e "$there/$fresh" ] || fail "$kind, --max-age: the fresh one did not arrive"
    [ -e "$there/20200101T000000Z.jpg" ] && fail "$kind, --max-age: the old one was sent"
    stands "$kind, --max-age" '"given_up"' 1 sync --status --json --max-age 300d
    run 0 "$kind, --max-age, once more" sync --max-age 300d
    echo old >"$old"
    run 1 "$kind, --max-age, changed" sync --max-age 300d
    stop_server
}

catch_up directory "$backlog"
catch_up ssh "$backlog"
catch_up https "$uploads"
catch_up s3 "$uploads"
give_up directory
finish

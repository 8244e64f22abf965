#!/bin/sh
# Publishing an archive: imgsync beside rsync, curl and cp, to servers on this machine.
# usage: sync_bench.sh BIN_DIRECTORY; with SMALL=1 for a tenth of the frames
#
# Each round runs all programs one after the other, each into an empty place and without a record.
. "$(dirname "$0")/../peers/lib.sh"
peers=$(cd "$(dirname "$0")/../peers" && pwd)
. "$peers/sync_lib.sh"
. "$peers/ssh_server.sh"
need_ssh_server
need rsync curl openssl awk
cost=$1/../tests/cost
[ -x "$cost" ] || { echo "$cost is not built" >&2; exit 2; }
frames=10000 rounds=3
[ -z "${SMALL:-}" ] || frames=1000

# measure NAME COMMAND...: a line in $work/figures.
measure() {
    name=$1
    shift
    command sync
    begin=$(now)
    used=$("$cost" /dev/null "$work/out" "$@" 2>"$work/err") ||
        { echo "$name failed"; tail -3 "$work/err"; exit 1; }
    echo "$name|$(($(now) - begin))|${used%% *}" >>"$work/figures"
}
# table GOAL FIRST SECOND: what each of both took.
table() {
    for name in "$2" "$3"; do
        walls=$(awk -F'|' -v name="$name" '$1 == name { print $2 }' "$work/figures" | sort -n)
        cpu=$(awk -F'|' -v name="$name" '$1 == name { print $3 }' "$work/figures" | sort -n |
            sed -n 2p)
        # shellcheck disable=SC2086
        set -- "$1" "$2" "$3" $walls
        [ "$name" != "$2" ] || ours=$5
        awk -v name="$name" -v least="$4" -v wall="$5" -v most="$6" -v cpu="$cpu" -v ours="$ours" \
            -v goal="$([ "$name" = "$2" ] || echo "$1")" 'BEGIN {
            printf "| %s | %.2f (%.2f to %.2f) | %.2f | %s |\n", name, wall / 1000, least / 1000,
                most / 1000, cpu / 1e6,
                goal == "" ? "" : sprintf("imgsync takes %.2f of it%s", ours / wall, goal)
        }'
        set -- "$1" "$2" "$3"
    done
}
afresh() {
    rm -rf "$there" "$XDG_STATE_HOME"
    mkdir "$there"
}
published() { arrived "$1" >"$work/said"; }

make_archive "$frames" 20000
rm "$here/latest.jpg" "$here/index.json"
echo "$frames frames of 20 kB, to servers on this machine; medians of $rounds rounds (least to most)"
echo
echo "| what | wall s | CPU s | |"
echo "|---|---|---|---|"

start_ssh_server
shell="ssh -i $ssh_key -p $ssh_port -oUserKnownHostsFile=$known_hosts -oBatchMode=yes"
place=$(id -un)@127.0.0.1:$there
ours() {
    measure "$1" imgsync --known-hosts "$known_hosts" --identity "$ssh_key" --port "$ssh_port" \
        "$here" "$place"
}
theirs() { measure "$1" rsync -a -e "$shell" "$here/" "$place/"; }
for round in $(seq $rounds); do
    afresh
    theirs "rsync -a over ssh"
    theirs "rsync -a again, nothing new"
    afresh
    ours "imgsync over ssh"
    published "imgsync over ssh"
    ours "imgsync again, nothing new"
done
stop_ssh_server
table ", at most 1.1 is wanted" "imgsync over ssh" "rsync -a over ssh"
table ", at most 1 is wanted" "imgsync again, nothing new" "rsync -a again, nothing new"

if find_nginx; then
    make_authority ours
    make_certificate server ours
    afresh
    start_nginx 1000
    find "$here" -type f -printf '%P\n' | sort | while read -r name; do
        printf 'upload-file = "%s/%s"\nurl = "https://127.0.0.1:%s/%s"\n' \
            "$here" "$name" "$port" "$name"
    done >"$work/uploads"
    for round in $(seq $rounds); do
        afresh
        measure "curl --parallel, 4 connections" curl -sS --cacert "$tls/ours.pem" --parallel \
            --parallel-max 4 -K "$work/uploads"
        published "curl"
        afresh
        measure "imgsync over https, 4 connections" imgsync --method put --cacert "$tls/ours.pem" \
            "$here" "https://127.0.0.1:$port/"
        published "imgsync over https"
    done
    stop_nginx
    table ", at most 1 is wanted" "imgsync over https, 4 connections" \
        "curl --parallel, 4 connections"
else
    echo "skipped: nginx with WebDAV is not installed" >&2
fi

for round in $(seq $rounds); do
    afresh
    # shellcheck disable=SC2016
    measure "cp -a and sync" sh -c 'cp -a "$1/." "$2" && sync -f "$2"' sh "$here" "$there"
    afresh
    measure "imgsync to a directory" imgsync "$here" "$there"
    published "imgsync to a directory"
done
table "" "imgsync to a directory" "cp -a and sync"
finish

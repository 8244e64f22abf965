#!/bin/sh
# imgsync over a real sshd with the real rsync and sftp: keys that are unknown, changed and refused,
# a forced command, a server that dies on the way, and fetching.
. "$(dirname "$0")/lib.sh"
. "$peers/ssh_server.sh"
need rsync sftp ps
need_ssh_server
start_ssh_server
archive=$work/archive
remote=$work/remote
XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
user=$(id -un)
over_rsync=$user@127.0.0.1:$remote
over_sftp=sftp://$user@127.0.0.1:$ssh_port$remote

# frames FIRST LAST: frames of 20 kB that differ, with a link to the last and an index.
frames() {
    /usr/bin/python3 - "$archive" "$1" "$2" <<'END'
import os, sys
root, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for i in range(first, last):
    day = "north/2026/11/%02d" % (1 + i // 86400)
    os.makedirs(os.path.join(root, day), exist_ok=True)
    name = day + "/202611%02dT%02d%02d%02dZ.jpg" % (1 + i // 86400, i // 3600, i // 60 % 60, i % 60)
    with open(os.path.join(root, name), "wb") as file:
        file.write(os.urandom(20000))
link = os.path.join(root, "latest.jpg")
if os.path.lexists(link):
    os.unlink(link)
os.symlink(name, link)
with open(os.path.join(root, "index.json"), "w") as file:
    file.write('{"latest": "%s"}' % name)
END
}
fresh() {
    rm -rf "$archive" "$remote" "$work/state"
    mkdir -p "$archive" "$remote"
}
sync() {
    imgsync --identity "$ssh_key" --known-hosts "$known_hosts" --tries 1 "$@"
}
push() {
    case $1 in
    sftp:*) sync "$archive" "$1" ;;
    *) sync --port "$ssh_port" "$archive" "$1" ;;
    esac
}
# same WHAT: everything is there, byte for byte, once.
same() { check "$1: the same here and there" diff -r "$archive" "$remote"; }

for address in "$over_rsync" "$over_sftp"; do
    way=${address%%:*}
    fresh
    frames 0 20
    echo page >"$remote/page.html"
    run 0 "$way" push "$address"
    [ -f "$remote/page.html" ] || fail "$way: the remote's own page is gone"
    rm "$remote/page.html"
    same "$way"
    [ -L "$remote/latest.jpg" ] && fail "$way: a link arrived as a link"
    frames 20 21
    run 0 "$way: one more" push "$address"
    same "$way: one more"

    # What would be refused again.
    frames 21 22
    forget_ssh_server
    run 1 "$way: host key unknown" push "$address"
    says "$way: host key unknown" "the host key is not known"
    says "$way: host key unknown" "ssh-keyscan -p $ssh_port 127.0.0.1"
    trust_ssh_server
    stop_ssh_server
    change_host_key
    cp "$known_hosts" "$work/known"
    start_ssh_server
    cp "$work/known" "$known_hosts"
    run 1 "$way: host key changed" push "$address"
    says "$way: host key changed" "the host key has changed"
    trust_ssh_server
    : >"$ssh_home/authorized_keys"
    run 1 "$way: key refused" push "$address"
    says "$way: key refused" "is not accepted there"
    authorize

    # What may pass.
    stop_ssh_server
    run 75 "$way: server stopped" push "$address"
    says "$way: server stopped" "Connection refused"
    start_ssh_server
    run 0 "$way: server back" push "$address"
    same "$way: server back"
done

# The server dies on the way, again and again: all arrives, and no reader sees a part of a frame.
for address in "$over_rsync" "$over_sftp"; do
    way=${address%%:*}
    fresh
    frames 0 400
    : >"$work/torn"
    while :; do
        find "$remote" -name '2026*.jpg' ! -size 20000c 2>/dev/null
        [ ! -e "$remote/latest.jpg" ] || [ -e "$remote/north/2026/11/01/20261101T000639Z.jpg" ] ||
            echo "a pointer to nothing"
        sleep 0.02
    done >"$work/torn" &
    reader=$!
    cameras="$cameras $reader"
    for pause in 0.2 0.3 0.4 0.5 0.6 0.7; do
        push "$address" >/dev/null 2>"$work/err" &
        pushing=$!
        sleep $pause
        stop_ssh_server
        wait $pushing
        got=$?
        [ $got -eq 0 ] || [ $got -eq 75 ] || fail "$way: status $got when the server died"
        start_ssh_server
    done
    run 0 "$way: the rest" push "$address"
    kill $reader
    wait $reader 2>/dev/null
    [ ! -s "$work/torn" ] || fail "$way: a reader saw $(head -1 "$work/torn")"
    # What rsync had begun when it was killed stays hidden.
    find "$remote" -name '.*' -type f -delete
    same "$way: after all"
done

# A key that may write into one directory only.
if command -v rrsync >/dev/null; then
    fresh
    frames 0 20
    authorize "$(command -v rrsync) -wo $remote"
    run 0 "rrsync" push "$user@127.0.0.1:/"
    same "rrsync"
    rm "$archive"/north/2026/11/01/*T00000[0-4]Z.jpg
    run 0 "rrsync: pruned" sync --port "$ssh_port" --delete-pruned "$archive" "$user@127.0.0.1:/"
    same "rrsync: pruned"
    authorize "$(command -v rrsync) -ro $remote"
    frames 20 21
    run 1 "rrsync -ro" push "$user@127.0.0.1:/"
    rm -rf "$archive"
    run 0 "fetching by rrsync" sync --port "$ssh_port" "$user@127.0.0.1:/" "$archive"
    same "fetching by rrsync"
    authorize
else
    echo "rrsync is not installed: not tested" >&2
fi

# Fetching.
fresh
frames 0 20
mv "$archive" "$work/camera"
echo hidden >"$work/camera/.hidden"
run 0 "fetching" sync --port "$ssh_port" "$user@127.0.0.1:$work/camera" "$archive"
rm "$work/camera/.hidden"
check "fetching: the same here and there" diff -r "$work/camera" "$archive"
finish

#!/bin/sh
# imgsync to a real sshd, by rsync, rrsync and sftp, and from it.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
. "$(dirname "$0")/ssh_server.sh"
need_ssh_server
need rsync sftp
rrsync=$(command -v rrsync) || skip "rrsync is not installed"
user=$(id -un)

start_ssh_server
# Blanks in every path that is given.
blank="$work/with blanks"
mkdir "$blank"
cp "$ssh_key" "$blank/my key"
sync() {
    cp "$known_hosts" "$blank/known hosts"
    imgsync --known-hosts "$blank/known hosts" --identity "$blank/my key" --port "$ssh_port" "$@"
}
make_archive 60
there="$blank/the site"
mkdir "$there"
remote="$user@127.0.0.1:$there"
echo "its own page" >"$there/index.html"
# arrived, but for the remote's own page.
arrived_beside_page() {
    is_in "$there/index.html" "its own page" || fail "$1: the remote's own page is gone"
    mv "$there/index.html" "$work/page"
    arrived "$1"
    mv "$work/page" "$there/index.html"
}

# By rsync: all, then nothing, for which nobody is asked.
run 0 "the first run" sync "$here" "$remote"
arrived_beside_page "the first run"
# Frames and pointers are two runs of rsync over one connection, which ends with the run.
[ "$(grep -c 'Accepted publickey' "$ssh_home/sshd.log")" -eq 1 ] || fail "the first run: not one connection"
find "$XDG_STATE_HOME" -type s | grep . && fail "the first run: its connection is left"
{ [ -f "$there/latest.jpg" ] && [ ! -L "$there/latest.jpg" ]; } ||
    fail "the first run: latest.jpg is no file"
stop_ssh_server
run 0 "nothing to send, and nobody there" sync "$here" "$remote"
stands "nothing to send" '"backlog"' 0 sync --status --json "$here" "$remote"
add_frames 1
run 75 "somewhat to send, and nobody there" sync --tries 1 "$here" "$remote"
says "nobody there" "refused"
stands "nobody there" '"failures"' 1 sync --status --json "$here" "$remote"
start_ssh_server
run 0 "after the outage" sync --json "$here" "$remote"
is_in "$work/out" '"sent":3,' || fail "after the outage: not a frame and two pointers"
arrived_beside_page "after the outage"

# What is pruned here goes there, and nothing else does.
for pruned in $(find "$here/2026" -type f | sort | head -10); do
    rm "$pruned"
done
mkdir -p "$there/2026/11/21"
echo other >"$there/2026/11/21/20261121T235959Z.jpg"
run 0 "pruned, but nothing asked" sync "$here" "$remote"
[ "$(files_in "$there/2026")" -eq 62 ] || fail "pruned, but nothing asked: was deleted"
# Now forgotten, so these stay; the next are deleted.
for pruned in $(find "$here/2026" -type f | sort | head -10); do
    rm "$pruned"
done
run 0 "--delete-pruned" sync --delete-pruned --json "$here" "$remote"
is_in "$work/out" '"removed":10,' || { fail "--delete-pruned: not ten"; tail -1 "$work/out"; }
[ "$(files_in "$there/2026")" -eq 52 ] || fail "--delete-pruned: $(files_in "$there/2026") left, not 52"
is_in "$there/2026/11/21/20261121T235959Z.jpg" other || fail "--delete-pruned: took another's file"
run 0 "--delete-pruned once more" sync --delete-pruned --json "$here" "$remote"
is_in "$work/out" '"sent":0,"sent_bytes":0,"removed":0,' || fail "--delete-pruned once more: did more"

# Keys of hosts, and ours. Nothing is sent.
make_archive 3
remote="$user@127.0.0.1:$there"
forget_ssh_server
run 1 "an unknown host key" sync "$here" "$remote"
says "an unknown host key" "the host key is not known"
says "an unknown host key" "ssh-keyscan -p $ssh_port 127.0.0.1"
trust_ssh_server
cp "$known_hosts" "$work/old"
stop_ssh_server
change_host_key
start_ssh_server
cp "$work/old" "$known_hosts"
run 1 "a changed host key" sync "$here" "$remote"
says "a changed host key" "the host key has changed"
says "a changed host key" "ssh-keygen -f"
trust_ssh_server
ssh-keygen -q -t ed25519 -N '' -f "$work/other"
cp "$work/other" "$blank/my key"
run 1 "a key that is not accepted" sync "$here" "$remote"
says "a key that is not accepted" "is not accepted there"
nothing_new 0 "refused by key"
cp "$ssh_key" "$blank/my key"
run 0 "after the refusals" sync "$here" "$remote"
arrived "after the refusals"
for key in "$blank/my key" "$ssh_home/host_key"; do
    secret=$(sed -n 2p "$key")
    grep -rqF -- "$secret" "$XDG_STATE_HOME" "$work/err" && fail "a private key is on record"
done

# An account that can only receive.
make_archive 20
authorize "$rrsync -wo $there"
run 0 "rrsync -wo" sync "$here" "$user@127.0.0.1:/"
arrived "rrsync -wo"
rm "$here/2026/11/21/20261121T000000Z.jpg" "$here/2026/11/21/20261121T000100Z.jpg"
run 0 "rrsync -wo: --delete-pruned" sync --delete-pruned --json "$here" "$user@127.0.0.1:/"
is_in "$work/out" '"removed":2,' || fail "rrsync -wo: --delete-pruned deleted not two"
arrived "rrsync -wo: --delete-pruned"
run 1 "rrsync -wo: a place outside" sync "$here" "$user@127.0.0.1:/../elsewhere"
run 1 "rrsync -wo: reading" sync "$user@127.0.0.1:/" "$work/refused"

# Fetching, by an account that can only give.
authorize "$rrsync -ro $there"
echo hidden >"$there/.hidden"
run 0 "fetching: a dry run" sync --dry-run "$user@127.0.0.1:/" "$work/dry"
is_in "$work/out" "fetch index.json" || fail "fetching: a dry run does not name index.json"
[ -e "$work/dry" ] && fail "fetching: a dry run has made the directory"
run 0 "fetching" sync --json "$user@127.0.0.1:/" "$work/fetched"
is_in "$work/out" '{"fetched":20,' || fail "fetching: not 20 files"
here=$there there=$work/fetched arrived "fetching"
[ -e "$work/fetched/.hidden" ] && fail "fetching: a hidden file"
# Whatever a pointer names is fetched before it.
sed -n 's/.*"path":"\([^"]*\)".*/\1/p' "$work/out" | tail -2 | sort | tr '\n' ' ' >"$work/last"
is_in "$work/last" "index.json latest.jpg" || fail "fetching: pointers are not the last"
run 0 "fetching again" sync --json "$user@127.0.0.1:/" "$work/fetched"
is_in "$work/out" '{"fetched":0,' || fail "fetching again: fetched more"
authorize

# Names that mean something to a shell, to rsync or to sftp.
make_archive 2
letters=$(printf '\377\376')
long=$(printf '%0200d' 0)
for name in 'a blank' "a 'quote" 'a "double' 'star * and ?' '-rf' '#comment' '~' '$(id)' \
    '`id`' 'back\slash' '[a]' 'ümläut ☃' "not UTF-8 $letters" 'semi;colon' 'a & b' '%41' '+' \
    "$long" ' first' 'last '; do
    echo "$name" >"$here/$name.txt"
    mkdir "$here/$name"
    echo "$name inside" >"$here/$name/20261121T000000Z $name"
done
cp -r "$here" "$work/without"
line=$(printf 'two\nlines')
echo lines >"$here/$line.txt"
run 0 "odd names by rsync" sync "$here" "$user@127.0.0.1:$there"
arrived "odd names by rsync"
rm -rf "$there"
mkdir "$there"

# The same by sftp, which knows no line breaks in names.
sftp_remote="sftp://$user@127.0.0.1:$ssh_port$work/there"
sftp_sync() {
    imgsync --known-hosts "$blank/known hosts" --identity "$blank/my key" "$@"
}
there=$work/there
run 1 "odd names by sftp" sftp_sync "$here" "$sftp_remote"
says "odd names by sftp" "line break"
here=$work/without arrived "odd names by sftp"
run 0 "a refused name by sftp once more" sftp_sync "$here" "$sftp_remote"
stands "a refused name by sftp" '"refused"' 1 sftp_sync --status --json "$here" "$sftp_remote"

make_archive 30
run 0 "sftp" sftp_sync "$here" "$sftp_remote"
arrived "sftp"
rm "$here/2026/11/21/20261121T000000Z.jpg"
add_frames 1
run 0 "sftp: --delete-pruned" sftp_sync --delete-pruned --json "$here" "$sftp_remote"
is_in "$work/out" '"sent":3,' || fail "sftp: --delete-pruned sent not three"
is_in "$work/out" '"removed":1,' || fail "sftp: --delete-pruned deleted not one"
arrived "sftp: --delete-pruned"
stop_ssh_server
run 0 "sftp: nothing to send, and nobody there" sftp_sync "$here" "$sftp_remote"
add_frames 1
run 75 "sftp: nobody there" sftp_sync --tries 1 "$here" "$sftp_remote"
start_ssh_server
forget_ssh_server
cp "$known_hosts" "$blank/known hosts"
run 1 "sftp: an unknown host key" sftp_sync "$here" "$sftp_remote"
says "sftp: an unknown host key" "the host key is not known"
trust_ssh_server

# Slowly; and one at a time.
make_archive 100
remote="$user@127.0.0.1:$there"
run 0 "--bandwidth" sync --bandwidth 1MB "$here" "$remote"
[ "$took" -ge 1000 ] || fail "--bandwidth: 2 MB took $took ms at 1 MB/s"
arrived "--bandwidth"
make_archive 200
sync --bandwidth 100kB "$here" "$remote" 2>"$work/first.err" &
first=$!
cameras="$cameras $first"
begun() { [ -n "$(ls -A "$there")" ]; }
wait_for 30 "a first imgsync that sends" begun
run 75 "a second imgsync" sync "$here" "$remote"
says "a second imgsync" "another"
pid=$(pgrep -P "$first" imgsync || echo "$first")
kill -TERM "$pid"
wait "$first"
got=$?
[ "$got" -eq 75 ] || { fail "SIGTERM: status $got, expected 75"; cat "$work/first.err"; }
is_in "$work/first.err" interrupted || fail "SIGTERM: does not say that it is interrupted"
run 0 "after SIGTERM" sync "$here" "$remote"
arrived "after SIGTERM"
finish

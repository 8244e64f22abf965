#!/bin/sh
# imgsync to an object store that verifies each signature with Amazon's own code.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/sync_lib.sh"
need openssl
/usr/bin/python3 -c 'import botocore' 2>/dev/null || skip "python3-botocore is not installed"

secret=v3ry+s3cr3t/of=the/store
make_authority ours
make_certificate server ours
start_store() {
    start_camera s3_server.py store --dir "$work/buckets" --port "${port:-0}" --bucket cams \
        --key AKIDOFCAMERA --secret "$secret" --region eu-north-1 \
        --tls "$tls/server.pem" "$tls/server.key" "$@"
}
sync() {
    imgsync --cacert "$tls/ours.pem" --endpoint "https://127.0.0.1:$port" --region eu-north-1 "$@"
}
keys() {
    printf '[other]\naws_access_key_id = NONE\naws_secret_access_key = none\n[default]\n'
    printf 'aws_access_key_id = AKIDOFCAMERA\naws_secret_access_key = %s\n' "$1"
}
keys "$secret" >"$work/keys"
chmod 600 "$work/keys"
# new_archive COUNT: what arrives below s3://cams/north is $there.
new_archive() {
    make_archive "$@"
    rm -rf "$work/buckets"
    there=$work/buckets/cams/north
    mkdir -p "$there"
}
remote=s3://cams/north
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION \
    AWS_DEFAULT_REGION

# Keys that are hard to sign; objects of several parts.
new_archive 30
port=0
mkdir "$here/odd names"
for name in 'a blank' 'a+b' 'a:b' 'ümläut ☃' '%41' 'what?' 'hash#' "quote'" 'a&b=c' '~' 'a*b' \
    '(a)' 'semi;colon' '$,@'; do
    echo "$name" >"$here/odd names/$name.txt"
done
head -c 35000000 /dev/urandom >"$here/2026/11/21/20261121T110000Z.jpg"
head -c 16777216 /dev/urandom >"$here/2026/11/21/20261121T110010Z.jpg"
: >"$here/empty.txt"
start_store
run 0 "a first run" sync --credentials-file "$work/keys" -v "$here" $remote
arrived "a first run"
[ "$(logged '20261121T110000Z.jpg?partNumber' '"status": 200')" -eq 3 ] ||
    fail "a large object: not in three parts"
[ "$(logged '20261121T110010Z.jpg?')" -eq 0 ] || fail "16 MiB: in parts"
[ "$(logged '000000Z.jpg"' '"content-type": "image/jpeg"' \
    '"cache-control": "public, max-age=31536000, immutable"' \
    '"x-amz-meta-time": "2026-11-21T00:00:00.000Z"')" -eq 1 ] ||
    { fail "a frame: type, lifetime or time"; grep 000000Z.jpg "$log"; }
[ "$(logged 'latest.jpg"' '"content-type": "image/jpeg"' '"cache-control": "no-cache"')" -eq 1 ] ||
    fail "latest.jpg: type or lifetime"
[ "$(logged 'index.json"' '"content-type": "application/json"' '"cache-control": "no-cache"')" \
    -eq 1 ] || fail "index.json: type or lifetime"
grep -rqF "$secret" "$XDG_STATE_HOME" "$work/err" "$work/out" && fail "the secret can be read"
run 0 "nothing to send" sync --credentials-file "$work/keys" --json "$here" $remote
is_in "$work/out" '"sent":0,' || fail "nothing to send: something was sent"
rm "$here/2026/11/21/20261121T110000Z.jpg" "$here/2026/11/21/20261121T000010Z.jpg" "$here/empty.txt"
rm "$work/buckets/cams/north/empty.txt"
run 0 "--delete-pruned" sync --credentials-file "$work/keys" --delete-pruned --json "$here" $remote
is_in "$work/out" '"removed":2,' || fail "--delete-pruned: not two"
arrived "--delete-pruned"
stop_camera
run 0 "nothing to send, and nobody there" sync --credentials-file "$work/keys" "$here" $remote
add_frames 1
run 75 "nobody there" sync --credentials-file "$work/keys" --tries 1 "$here" $remote

# Keys, from a file, from the usual file, from the environment; wrong ones.
start_store
run 1 "no keys" sync "$here" $remote
says "no keys" "there are no keys to the store"
keys wr0ng/s3cr3t >"$work/wrong"
run 1 "a wrong secret" sync --credentials-file "$work/wrong" "$here" $remote
says "a wrong secret" "SignatureDoesNotMatch"
is_in "$work/err" wr0ng && fail "a wrong secret: it is said"
AWS_PROFILE=other run 1 "a wrong key" sync --credentials-file "$work/keys" "$here" $remote
run 1 "another region" sync --region eu-south-1 --credentials-file "$work/keys" "$here" $remote
run 1 "no such bucket" sync --credentials-file "$work/keys" "$here" s3://none
says "no such bucket" NoSuchBucket
stands "a wrong secret" '"backlog"' 3 sync --status --json "$here" $remote
mkdir "$HOME/.aws"
cp "$work/keys" "$HOME/.aws/credentials"
run 0 "the usual file of keys" sync "$here" $remote
arrived "the usual file of keys"
rm -r "$HOME/.aws"
add_frames 2
AWS_ACCESS_KEY_ID=AKIDOFCAMERA AWS_SECRET_ACCESS_KEY=$secret run 0 "keys in the environment" \
    sync "$here" $remote
arrived "keys in the environment"
stop_camera
start_store --expired
add_frames 1
run 1 "expired" sync --credentials-file "$work/keys" "$here" $remote
says "expired" ExpiredToken
stop_camera
start_store --token s3ss10n
AWS_ACCESS_KEY_ID=AKIDOFCAMERA AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=s3ss10n \
    run 0 "a session's token" sync "$here" $remote
arrived "a session's token"
stop_camera

# Clocks that are off; a store that knows no checksums; one that is busy.
for fault in '--skew 3600' '--skew -3600' --no-checksums '--fail 20'; do
    new_archive 60
    # shellcheck disable=SC2086
    start_store $fault
    run 0 "$fault" sync --credentials-file "$work/keys" "$here" $remote
    arrived "$fault"
    stop_camera
done
[ "$(logged '"code": "SlowDown"')" -ge 3 ] || fail "a busy store: it was not"

# Over plain HTTP, with a bucket and no prefix, and another lifetime.
new_archive 10
there=$work/buckets/cams
rmdir "$there/north"
start_camera s3_server.py store --dir "$work/buckets" --bucket cams --key AKIDOFCAMERA \
    --secret "$secret"
run 0 "no prefix" imgsync --endpoint "http://127.0.0.1:$port" --credentials-file "$work/keys" \
    --cache-control 'max-age=60' "$here" s3://cams
arrived "no prefix"
[ "$(logged '"cache-control": "max-age=60"')" -eq 12 ] || fail "--cache-control: not of each"
finish

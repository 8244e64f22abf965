#!/bin/sh
# imgsync publishes to an object store that verifies each signature, and what goes wrong there.
# usage: object_store_test.sh BIN_DIRECTORY
# shellcheck source=tests/peers/lib.sh
. "$(dirname "$0")/lib.sh"
need openssl jq
/usr/bin/python3 -c 'import botocore' 2>/dev/null || skip 'python3-botocore is not installed'
unset AWS_PROFILE AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY \
    AWS_SESSION_TOKEN

archive=$work/archive
stored=$work/stored
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout "$work/key.pem" -out "$work/pem" 2>/dev/null
mkdir -p "$archive/north/2026" "$work/.aws"
for minute in $(seq 10 39); do
    head -c 9000 /dev/urandom >"$archive/north/2026/20261121T12${minute}00Z.jpg"
done
head -c 18000000 /dev/urandom >"$archive/north/2026/20261121T125900Z.jpg"
echo '{}' >"$archive/latest.json"
echo 'a' >"$archive/a b+c:%&?#.txt"
printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s3cr3t\n' \
    >"$work/.aws/credentials"

port=0
store() {
    start_camera s3_server.py store --dir "$stored" --bucket cams --port "$port" \
        --tls "$work/pem" "$work/key.pem" "$@"
}
# sync STATUS WHAT STATE ADDRESS OPTION...
sync() {
    wanted=$1
    about=$2
    state=$work/state-$3
    remote=$4
    shift 4
    run "$wanted" "$about" imgsync --state "$state" --cacert "$work/pem" \
        --endpoint "https://localhost:$port" "$@" "$archive" "$remote"
    grep -qF s3cr3t "$work/err" && fail "$about: the key is told"
}
logged() { jq -es "any(.[] | select(.path); $1)" "$work/store.log" >/dev/null || fail "the store did not see: $1"; }

# All of it, a large frame in parts; pointers are not kept by readers, frames for ever.
store
sync 0 'everything' all s3://cams/pub/x
check 'everything arrives whole' diff -r -x '.part-*' "$archive" "$stored/cams/pub/x"
logged '.path | test("20261121T125900Z.jpg[?]uploadId=") and (test("partNumber") | not)'
logged '."cache-control" == "no-cache" and (.path | endswith("latest.json"))'
logged '."cache-control" == "public, max-age=31536000, immutable" and ."content-type" == "image/jpeg"
    and ."x-amz-meta-time" == "2026-11-21T12:10:00.000Z"'
requests=$(grep -c '"request"' "$work/store.log")
sync 0 'nothing new' all s3://cams/pub/x
[ "$(grep -c '"request"' "$work/store.log")" -eq "$requests" ] || fail 'it is sent again'
rm "$archive/north/2026/20261121T121000Z.jpg"
sync 0 'pruned' all s3://cams/pub/x --delete-pruned
check 'what is pruned goes' diff -r -x '.part-*' "$archive" "$stored/cams/pub/x"

# What would be refused again.
sync 1 'no such bucket' none s3://nowhere
says 'no such bucket' NoSuchBucket
sync 1 'another region' none s3://cams/none --region eu-north-1
says 'another region' AuthorizationHeaderMalformed
printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = other\n' >"$work/other"
sync 1 'another key' none s3://cams/none --credentials-file "$work/other"
says 'another key' SignatureDoesNotMatch
[ ! -e "$stored/cams/none" ] || fail 'what is refused is stored'
stop_camera
store --expired
sync 1 'an expired token' none s3://cams/none
says 'an expired token' ExpiredToken
stop_camera

# A clock that is an hour off, a store without checksums, one that is busy, one that dies.
rm -rf "$stored"
store --skew 3600 --no-checksums
sync 0 'a clock that is off' skew s3://cams/skew
check 'a clock that is off' diff -r -x '.part-*' "$archive" "$stored/cams/skew"
stop_camera
store --fail 20
sync 0 'a busy store' busy s3://cams/busy
check 'a busy store' diff -r -x '.part-*' "$archive" "$stored/cams/busy"
stop_camera
for request in 4 9 20; do
    store --die-after "$request"
    sync 75 'a store that dies' dies s3://cams/dies --tries 1
    wait "$camera" 2>/dev/null
done
store
sync 0 'a store that is back' dies s3://cams/dies --tries 1
check 'a store that is back' diff -r -x '.part-*' "$archive" "$stored/cams/dies"
finish

#!/bin/sh
# Deno fetches from imgserve over rustls, and talks to it in pieces. usage: serve_deno_test.sh BIN_DIRECTORY
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve_lib.sh"
need node npm openssl

# Deno is a package of npm; it is fetched once, beside this file.
if [ ! -x "$peers/node_modules/.bin/deno" ]; then
    (cd "$peers" && npm install --no-save --no-package-lock --silent deno) >/dev/null 2>&1 ||
        skip "npm cannot fetch deno"
fi
"$peers/node_modules/.bin/deno" --version >/dev/null 2>&1 || skip "deno does not run here"

mkdir -p "$work/site"
echo hello >"$work/site/hello.txt"
head -c 5000000 /dev/urandom >"$work/site/big.bin"
make_authority
serve plain --http --rate 0
plain=$port
serve tls --cert "$work/leaf.crt" --key "$work/leaf.key" --rate 0
check "deno" "$peers/node_modules/.bin/deno" run --allow-net --allow-read "$peers/serve_deno.ts" \
    "$url" "$work/ca.crt" "$plain"
finish

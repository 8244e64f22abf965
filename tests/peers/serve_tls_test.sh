#!/bin/sh
# What testssl.sh, sslscan and OpenSSL find in the TLS of imgserve.
# usage: serve_tls_test.sh BIN_DIRECTORY
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/serve_lib.sh"
need testssl sslscan openssl jq curl

make_authority
mkdir -p "$work/site"
echo hello >"$work/site/index.html"
serve tls --cert "$work/leaf.crt" --key "$work/leaf.key" --rate 0

# The cards of testssl.sh are many; these are about the server. What it says about simulated
# clients follows from them.
testssl --quiet --color 0 --warnings off --add-ca "$work/ca.crt" --ip 127.0.0.1 --nodns none \
    --protocols --std --fs --server-preference --server-defaults --headers --vulnerable \
    --jsonfile "$work/testssl.json" "$url/" >"$work/testssl.txt" 2>&1
[ -s "$work/testssl.json" ] || { fail "testssl.sh gives no report"; head -20 "$work/testssl.txt"; }
# An authority of a test has no revocation, no transparency and no CAA record.
not_ours='cert_revocation|cert_caa|DNS_CAArecord|certificate_transparency|cert_crlDistributionPoints|cert_ocspURL|OCSP_stapling|engine_problem|scanTime|cert_validityPeriod|cert_notAfter|cert_expirationStatus|cert_extlifeSpan'
jq -r '.[] | select(.severity | IN("MEDIUM", "HIGH", "CRITICAL", "WARN", "FATAL"))
    | "\(.severity) \(.id): \(.finding)"' "$work/testssl.json" |
    grep -vE "^[A-Z]+ ($not_ours)\b" >"$work/findings"
[ ! -s "$work/findings" ] || { fail "testssl.sh finds"; cat "$work/findings"; }
finding() { jq -r ".[] | select(.id == \"$1\") | .finding" "$work/testssl.json"; }
for old in SSLv2 SSLv3 TLS1 TLS1_1; do
    case $(finding $old) in
    "not offered"*) ;;
    *) fail "$old: $(finding $old)" ;;
    esac
done
for ours in TLS1_2 TLS1_3; do
    case $(finding $ours) in
    offered*) ;;
    *) fail "$ours: $(finding $ours)" ;;
    esac
done
case $(finding HSTS_time) in
*"180 days"*) ;;
*) fail "HSTS: $(finding HSTS_time)" ;;
esac

# sslscan: each accepted cipher is authenticated encryption.
sslscan --no-colour --no-heartbleed "127.0.0.1:$port" >"$work/sslscan.txt" 2>&1
grep -E '^(Accepted|Preferred)' "$work/sslscan.txt" >"$work/accepted" || fail "sslscan sees no cipher"
if grep -vE 'GCM|CHACHA20' "$work/accepted" >"$work/weak"; then
    fail "sslscan: weak ciphers are accepted"
    cat "$work/weak"
fi

# A session is resumed.
echo | openssl s_client -connect "localhost:$port" -CAfile "$work/ca.crt" -tls1_2 \
    -sess_out "$work/session" >/dev/null 2>&1
echo | openssl s_client -connect "localhost:$port" -CAfile "$work/ca.crt" -tls1_2 \
    -sess_in "$work/session" 2>/dev/null | grep -q '^Reused, TLSv1.2' || fail "no session is resumed"
finish

# imgserve for the tests against real peers: `. serve_lib.sh` after lib.sh.
# shellcheck shell=sh
server=

# serve NAME [OPTION...]: serves $work/site; sets $server, $log, $port and $url (without its last /).
serve() {
    log=$work/$1.log
    shift
    mkdir -p "$work/site"
    : >"$log"
    imgserve --listen 127.0.0.1:0 --state "$work/state" "$@" "$work/site" 2>"$log" &
    server=$!
    cameras="$cameras $server"
    wait_for 20 "start of imgserve" grep -q ': serving ' "$log" || { cat "$log"; exit 1; }
    url=$(sed -nE 's,.* at (https?)://[^ ]*:([0-9]+)/.*,\1://localhost:\2,p' "$log" | head -1)
    port=${url##*:}
}

# The SIGKILL is reported by the shell; nobody wants to read that.
stop_serving() {
    kill -KILL "$server" 2>/dev/null
    wait "$server" 2>/dev/null
}

# An authority and a certificate of its for localhost: $work/ca.crt, leaf.crt and leaf.key.
make_authority() {
    (
        cd "$work" || exit 1
        openssl ecparam -name prime256v1 -genkey -noout -out ca.key
        openssl req -x509 -new -key ca.key -sha256 -days 30 -subj '/CN=Test authority' -out ca.crt
        openssl ecparam -name prime256v1 -genkey -noout -out leaf.key
        openssl req -new -key leaf.key -subj '/CN=localhost' -out leaf.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n%s\n' \
            'keyUsage=digitalSignature
extendedKeyUsage=serverAuth' >leaf.ext
        openssl x509 -req -in leaf.csr -CA ca.crt -CAkey ca.key -CAcreateserial -sha256 -days 30 \
            -extfile leaf.ext -out leaf.crt
    ) >"$work/authority.log" 2>&1 || { cat "$work/authority.log"; exit 1; }
}

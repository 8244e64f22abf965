# Shared by the tests of imgsync against real peers: archives, records, certificates, what is there.
# shellcheck shell=sh
# usage: . lib.sh, then . sync_lib.sh

XDG_STATE_HOME=$work/state
export XDG_STATE_HOME
unset STATE_DIRECTORY

archive() { /usr/bin/python3 "$peers/sync_archive.py" "$@"; }
# make_archive COUNT [BYTES]: an archive in $here, and nothing in $there nor on record.
make_archive() {
    here=$work/here
    there=$work/there
    rm -rf "$here" "$there" "$XDG_STATE_HOME"
    mkdir -p "$here" "$there"
    archive make "$here" "$@"
}
# add_frames COUNT [BYTES]
add_frames() { archive make "$here" "$@"; }

# arrived WHAT: what is in $there is what is in $here, byte for byte.
arrived() {
    if archive same "$here" "$there" >"$work/said" 2>&1; then
        sed "s/^measured/$1/" "$work/said"
    else
        fail "$1: not the same there"
        head -c 2000 "$work/said"
    fi
}
# stands WHAT MEMBER VALUE COMMAND...: the command's object of --status says so.
stands() {
    what=$1
    wanted=$2:$3
    shift 3
    "$@" >"$work/said" 2>&1 || fail "$what: the status has no status"
    grep -qF "$wanted" "$work/said" || { fail "$what: not $wanted"; head -5 "$work/said"; }
}
# logged TEXT...: how many lines of the server's log hold all of these.
logged() {
    cp "$log" "$work/lines"
    for text; do
        grep -F -- "$text" "$work/lines" >"$work/fewer"
        mv "$work/fewer" "$work/lines"
    done
    wc -l <"$work/lines"
}
is_in() { grep -qF -- "$2" "$1"; }
files_in() { find "$1" -type f ! -name '.*' 2>/dev/null | wc -l; }
has_files() { [ "$(files_in "$1")" -ge "$2" ]; }
# nothing_new WHAT: nothing has come to $there.
nothing_new() { [ "$(files_in "$there")" -eq "${1:-0}" ] || fail "$2: something arrived"; }

# start_reader: polls $there; stop_reader tells what it saw.
start_reader() {
    # Not by a function, whose process would be another.
    /usr/bin/python3 "$peers/sync_archive.py" read "$there" >"$work/reader" 2>&1 &
    reader=$!
    cameras="$cameras $reader"
    wait_for 20 "start of the reader" grep -q ready "$work/reader"
}
stop_reader() {
    kill -TERM "$reader"
    wait "$reader" || fail "$1: what the reader saw"
    sed "/^ready/d; s/^measured/$1/" "$work/reader"
}
start_producer() {
    /usr/bin/python3 "$peers/sync_archive.py" produce "$here" "$@" >"$work/producer" 2>&1 &
    producer=$!
    cameras="$cameras $producer"
}
stop_producer() {
    kill -KILL "$producer" 2>/dev/null
    wait "$producer" 2>/dev/null
}

# make_authority NAME; make_certificate NAME AUTHORITY: $tls/NAME.pem and NAME.key.
make_authority() {
    tls=$work/tls
    mkdir -p "$tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj "/CN=$1" -keyout "$tls/$1.key" -out "$tls/$1.pem" 2>/dev/null
}
make_certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
        -keyout "$tls/$1.key" -out "$tls/$1.csr" 2>/dev/null
    echo 'subjectAltName = IP:127.0.0.1' >"$tls/$1.ext"
    openssl x509 -req -in "$tls/$1.csr" -CA "$tls/$2.pem" -CAkey "$tls/$2.key" -CAcreateserial \
        -days 2 -extfile "$tls/$1.ext" -out "$tls/$1.pem" 2>/dev/null
}

# One archive and the four kinds of remotes: $kind is directory, ssh, https or s3. `sync` delivers $here to the remote whose files are in $there; start_server and stop_server are
# its other end.
need_remotes() {
    need_ssh_server
    need rsync openssl
    /usr/bin/python3 -c 'import botocore' 2>/dev/null || skip "python3-botocore is not installed"
    make_authority ours
    make_certificate server ours
    mkdir "$work/keys"
    printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s3cr3t\n' \
        >"$work/keys/store"
}
# open_remote KIND COUNT [BYTES]: a new archive of so many frames, and a server that runs.
open_remote() {
    kind=$1
    shift
    make_archive "$@"
    if [ "$kind" = s3 ]; then
        there=$there/cams
        mkdir "$there"
    fi
    port=0
    start_server
}
start_server() {
    case $kind in
    directory) address=$there ;;
    ssh)
        start_ssh_server
        set -- --known-hosts "$known_hosts" --identity "$ssh_key" --port "$ssh_port"
        address=$(id -un)@127.0.0.1:$there
        ;;
    https)
        start_camera upload_server.py https --dir "$there" --port "$port" \
            --tls "$tls/server.pem" "$tls/server.key"
        set -- --method put --cacert "$tls/ours.pem"
        address=https://127.0.0.1:$port/files
        ;;
    s3)
        start_camera s3_server.py s3 --dir "${there%/cams}" --port "$port" --bucket cams \
            --tls "$tls/server.pem" "$tls/server.key"
        set -- --endpoint "https://127.0.0.1:$port" --cacert "$tls/ours.pem" \
            --credentials-file "$work/keys/store"
        address=s3://cams
        ;;
    esac
    {
        printf 'exec imgsync "$@"'
        printf " '%s'" "$@" "$here" "$address"
    } >"$work/sync"
}
sync() { sh "$work/sync" "$@"; }
stop_server() {
    case $kind in
    directory) ;;
    ssh) stop_ssh_server ;;
    *) stop_camera ;;
    esac
}
# signal_server NAME: to all of its processes.
signal_server() {
    # shellcheck disable=SC2046
    case $kind in
    directory) ;;
    ssh) kill "-$1" "$ssh_server" $(descendants "$ssh_server") 2>/dev/null ;;
    *) kill "-$1" "$camera" ;;
    esac
}
# Seconds between two numbers, by a chance that is the same in each run of the test.
chance() {
    seed=$((${seed:-0} + 1))
    awk -v seed=$seed -v least="$1" -v most="$2" \
        'BEGIN { srand(seed * 7919); rand(); print least + rand() * (most - least) }'
}

# nginx with WebDAV, which takes files for $there.
find_nginx() {
    nginx=$(command -v nginx || command -v /usr/sbin/nginx) &&
        "$nginx" -V 2>&1 | grep -q http_dav_module
}
# start_nginx REQUESTS [DIRECTIVES]: so many on one connection. Sets $camera to its process and $port.
start_nginx() {
    mkdir -p "$work/nginx"
    patience=10
    until start_nginx_at "$1" "${2:-}"; do
        patience=$((patience - 1))
        [ $patience -gt 0 ] || { cat "$work/nginx/error.log"; fail "nginx does not start"; exit 1; }
    done
}
start_nginx_at() {
    port=$(($(od -An -N2 -tu2 /dev/urandom) % 12000 + 20000))
    cat >"$work/nginx/nginx.conf" <<CONF
$([ "$(id -u)" -ne 0 ] || echo 'user root;')
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    keepalive_requests $1;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $tls/server.pem;
        ssl_certificate_key $tls/server.key;
        client_max_body_size 1m;
        $2
        location / {
            root $there;
            dav_methods PUT DELETE;
            create_full_put_path on;
        }
    }
}
CONF
    "$nginx" -e "$work/nginx/error.log" -c "$work/nginx/nginx.conf" -g 'daemon off; master_process off;' &
    camera=$!
    cameras="$cameras $camera"
    answers=200
    until curl -s -o "$work/page" --cacert "$tls/ours.pem" "https://127.0.0.1:$port/"; do
        answers=$((answers - 1))
        [ $answers -gt 0 ] && kill -0 $camera 2>/dev/null || return 1
        sleep 0.05
    done
}
# At its leisure, so that it closes what it has open.
stop_nginx() {
    kill -TERM "$camera" 2>/dev/null
    wait "$camera" 2>/dev/null
}

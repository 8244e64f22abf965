# A server for a case: `. "$CASE/../serve.sh"`, then `serve [OPTION...]`. It serves ./site with the
# certificate in ./state; what it says goes to ./log, and it is gone when the case ends.
#
# Sets SERVER (process), PORT and BASE (URL without the last slash).

mkdir -p site
SERVER=

serve() {
    : >log
    case " $* " in
    *" --listen "*) ;;
    *) set -- --listen 127.0.0.1:0 "$@" ;;
    esac
    imgserve --state ./state "$@" site >served 2>log &
    SERVER=$!
    trap 'stop_server' EXIT
    await 'grep -q "^imgserve: serving " log' || fail "the server does not start"
    place=$(sed -n 's/^imgserve: serving .* at //p' log)
    PORT=$(expr "$place" : '.*:\([0-9]*\)/$') || PORT=
    BASE=${place%%:*}://localhost:$PORT
}

# Waits until the command succeeds, for 10 seconds.
await() {
    turns=0
    until eval "$1"; do
        turns=$((turns + 1))
        [ $turns -le 200 ] || return 1
        sleep 0.05
    done
}

fail() {
    echo "$*" >&2
    [ ! -e log ] || sed 's/^/log: /' log >&2
    exit 1
}

# What the server said, but for where it serves and what it gave up, which depends on the system.
said() {
    grep -Ev '^imgserve: (serving|gave up:|not available here:) ' log || :
}

get() {
    curl -sS --cacert state/cert.pem --max-time 10 "$@"
}

# The status of an answer, and nothing else.
status_of() {
    # Of an answer without a body curl makes no file.
    : >body
    get -o body -w '%{http_code}\n' "$@"
}

# One field of the answer in ./headers, without its name.
field() {
    sed -n "s/^$1: \(.*\)\r\$/\1/Ip" headers
}

# `! command` is not seen by sh -e; this is.
refute() {
    ! "$@" || fail "did not fail: $*"
}

need() {
    command -v "$1" >/dev/null || { echo "skipped: no $1" >&2; exit 77; }
}

need_python() {
    [ -x /usr/bin/python3 ] || { echo "skipped: no python3" >&2; exit 77; }
}

# Sends what stands on stdin to the server as it is and prints what comes back; needs --http
# and need_python. Argument: seconds between bytes; none: all at once.
talk() {
    /usr/bin/python3 "$CASE/../talk.py" "$PORT" "${1:-0}"
}

# Asks the server to end; sets `ended` to its status.
end_server() {
    kill -TERM "$SERVER"
    await '! kill -0 "$SERVER" 2>/dev/null' || fail "the server does not end"
    ended=0
    wait "$SERVER" || ended=$?
    SERVER=
}

stop_server() {
    [ -n "$SERVER" ] || return 0
    kill -TERM "$SERVER" 2>/dev/null || return 0
    await '! kill -0 "$SERVER" 2>/dev/null' || kill -KILL "$SERVER"
}

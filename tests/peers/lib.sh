# Shared by the tests against real peers: cameras that start, are ready, and end with the test.
# shellcheck shell=sh
# usage: . lib.sh, with the test's BIN_DIRECTORY as $1

set -u
peers=$(cd "$(dirname "$0")" && pwd)
PATH=$1:$PATH
unset IMGSEQ_CONFIG IMGSEQ_PASSWORD IMGSEQ_USER XDG_CONFIG_HOME SOURCE_DATE_EPOCH http_proxy
LC_ALL=C.UTF-8 TZ=UTC PYTHONDONTWRITEBYTECODE=1
export PATH LC_ALL TZ PYTHONDONTWRITEBYTECODE
work=$(mktemp -d) || exit 1
HOME=$work
export HOME
cameras=
failures=0

end_test() {
    for one in $cameras; do
        kill -KILL "$one" 2>/dev/null
    done
    rm -rf "$work"
}
trap end_test EXIT
trap 'exit 1' INT TERM

skip() { echo "skipped: $*" >&2; exit 77; }
fail() { echo "FAILED: $*"; failures=$((failures + 1)); }
finish() { [ "$failures" -eq 0 ] || { echo "$failures checks failed"; exit 1; }; exit 0; }

# check WHAT COMMAND...: the command must succeed; what it says is shown when it does not.
check() {
    what=$1
    shift
    "$@" >"$work/said" 2>&1 || { fail "$what"; head -c 2000 "$work/said"; }
}

need() {
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}
need_rtsp_camera() {
    need ffmpeg
    /usr/bin/python3 - >/dev/null 2>&1 <<'END' || skip "python3-gi, GstRtspServer or an encoder of GStreamer is not installed"
import gi
for name in ("Gst", "GstRtspServer", "GstApp", "GstVideo"):
    gi.require_version(name, "1.0")
from gi.repository import Gst, GstRtspServer
Gst.init(None)
for element in ("x264enc", "x265enc", "h264parse", "jpegenc", "rtph264pay", "videotestsrc"):
    assert Gst.ElementFactory.find(element), element
END
}

now() { date +%s%3N; } # in milliseconds
picture() { /usr/bin/python3 "$peers/picture.py" "$@"; }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    patience=$(($1 * 20))
    what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        patience=$((patience - 1))
        [ $patience -gt 0 ] || { fail "$what did not happen in time"; return 1; }
        sleep 0.05
    done
}

# start_camera SCRIPT LOG ARGUMENT...: sets $camera to its process and $port to its port.
start_camera() {
    script=$1
    log=$work/$2.log
    shift 2
    : >"$log"
    /usr/bin/python3 "$peers/$script" "$@" >"$log" 2>"$log.err" &
    camera=$!
    cameras="$cameras $camera"
    wait_for 20 "start of $script" grep -q '"ready"' "$log" || { cat "$log.err"; exit 1; }
    port=$(sed -n 's/.*"ready".*"port": \([0-9]*\).*/\1/p' "$log")
}
# The SIGKILL is reported by the shell; nobody wants to read that.
stop_camera() {
    kill -KILL "$camera" 2>/dev/null
    wait "$camera" 2>/dev/null
}

# run STATUS WHAT COMMAND...: the command must end with STATUS. Its stderr is kept in $work/err,
# its time in $took (ms).
run() {
    status=$1
    what=$2
    shift 2
    begin=$(now)
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    took=$(($(now) - begin))
    [ "$got" -eq "$status" ] || { fail "$what: status $got, expected $status"; head -5 "$work/err"; }
}
# says WHAT TEXT: the last run's stderr must hold TEXT.
says() {
    grep -qF -- "$2" "$work/err" || { fail "$1: stderr does not say '$2'"; head -5 "$work/err"; }
}
# at_most WHAT NUMBER LIMIT
at_most() { [ "$2" -le "$3" ] || fail "$1: $2, at most $3 is allowed"; }

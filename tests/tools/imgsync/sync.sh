# For cases of imgsync: an archive, a remote that is a directory, and a state of their own.
XDG_STATE_HOME=$PWD/state
export XDG_STATE_HOME
mkdir remote

# frame PATH [TEXT]: a frame, of which no more than its name is looked at.
frame() {
    mkdir -p "archive/$(dirname -- "$1")"
    echo "${2:-$1}" >"archive/.new"
    mv archive/.new "archive/$1"
}

day=north/2026/11/21
archive() {
    frame $day/20261121T120000Z.jpg
    frame $day/20261121T120100Z.jpg
    frame $day/20261121T120200Z.jpg
    ln -s 2026/11/21/20261121T120200Z.jpg archive/north/latest.jpg
    echo '{"frames": 3}' >archive/north/frames.json
    echo page >archive/index.html
    echo style >archive/style.css
}

# What a remote holds, hidden files too.
held() {
    (cd "${1:-remote}" && find . ! -type d | sort)
}

# The values of a key in the objects on stdin.
values() {
    sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

# arrives PATH: waits for it, generously.
arrives() {
    for _ in $(seq 600); do
        [ ! -e "$1" ] || return 0
        sleep 0.1
    done
    echo "$1 does not arrive" >&2
    return 1
}

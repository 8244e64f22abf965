#!/bin/sh
# Installs the Debian packages that are missing. usage: install-dependencies.sh [build|test]
set -eu
build='g++ cmake ninja-build pkg-config
    libavcodec-dev libavdevice-dev libavformat-dev libavutil-dev libswscale-dev
    libboost-filesystem-dev libcli11-dev libcurl4-openssl-dev libexif-dev libfreetype-dev
    libgif-dev libharfbuzz-dev libjpeg62-turbo-dev libpng-dev zlib1g-dev libbrotli-dev
    libsqlite3-dev libssl-dev libtomlplusplus-dev nlohmann-json3-dev doctest-dev
    ca-certificates curl fonts-dejavu-core tzdata'
# What the tests look with: other people's programs, shells, a browser, a camera.
test='ccache clang-format mandoc shellcheck git
    bash zsh fish bsdutils procps iproute2 util-linux python3 jq
    gifsicle libimage-exiftool-perl libjpeg-turbo-progs ffmpeg nginx-light openssl systemd
    chromium nodejs imagemagick python3-pil
    wrk apache2-utils testssl.sh sslscan slowhttptest faketime libnginx-mod-stream
    gdb qemu-system-x86 busybox cpio kmod
    rsync openssh-server openssh-client sqlite3 python3-botocore
    python3-gi python3-gst-1.0 gir1.2-gst-rtsp-server-1.0 gir1.2-gst-plugins-base-1.0
    gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    gstreamer1.0-plugins-ugly gstreamer1.0-x'

wanted=$build
[ "${1:-build}" = build ] || wanted="$build $test"
# npm comes with some builds of Node.js, and is a package of its own with Debian's.
[ "${1:-build}" = build ] || command -v npm >/dev/null || wanted="$wanted npm"
missing=
for package in $wanted; do
    case $package in
    nodejs) command -v node >/dev/null && continue ;;
    esac
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "installing:$missing"
as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
$as_root apt-get update -q >/dev/null
# Nothing that is installed here needs to be started.
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
    apt-get install -q -y --no-install-recommends $missing >/dev/null

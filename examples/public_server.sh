#!/bin/bash
# imgserve on the internet, with nothing before it: HTTPS, the redirect from HTTP, and certbot's way in.
# usage: public_server.sh DIRECTORY CERTIFICATE KEY [HTTPS_PORT HTTP_PORT]     (runs until it is stopped)
#
# For the certificate, once: certbot certonly --standalone -d cam.example
# and ever after:            certbot certonly --webroot -w DIRECTORY -d cam.example
set -eu
directory=$1
certificate=$2
key=$3
options=(--cert "$certificate" --key "$key" --listen "${4:-443}" --redirect "${5:-80}"
    --access-log - --file-rate 1000/min)
# Ports below 1024 are root's to open; nothing else is done as root.
[ "$(id -u)" -ne 0 ] || options+=(--user "${RUN_AS:-imgseq}")

imgserve --check "${options[@]}" "$directory"
exec imgserve "${options[@]}" "$directory"

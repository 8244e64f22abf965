#!/bin/bash
# imgserve behind nginx: nginx speaks to the world, imgserve listens on a socket of the file system.
# usage: behind_nginx.sh DIRECTORY PORT     (runs until it is stopped)
#
# For a real host, packaging/nginx/imgseq.conf is the site; this is the same on a free port.
set -eu
directory=$1
port=$2
run=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$run"' EXIT
trap 'exit 0' INT TERM

imgserve --http --listen "unix:$run/imgserve.sock" --trusted-proxy unix "$directory" &
# The socket is for its owner and group; on a real host, www-data is a member of group imgseq.
user=
[ "$(id -u)" -ne 0 ] || user='user root;'
cat >"$run/nginx.conf" <<EOF
$user
daemon off;
pid $run/nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path $run/body;
    proxy_temp_path $run/proxy;
    fastcgi_temp_path $run/fastcgi;
    uwsgi_temp_path $run/uwsgi;
    scgi_temp_path $run/scgi;
    upstream imgserve { server unix:$run/imgserve.sock; keepalive 8; }
    server {
        listen 127.0.0.1:$port;
        location / {
            proxy_pass http://imgserve;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host \$host;
            proxy_set_header X-Forwarded-For \$remote_addr;
        }
    }
}
EOF
chmod 755 "$run"
nginx -e stderr -p "$run" -c "$run/nginx.conf" &
wait -n

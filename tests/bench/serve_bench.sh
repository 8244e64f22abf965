#!/bin/sh
# imgserve beside nginx with one worker, on this machine: answers per second of the server's CPU.
# usage: serve_bench.sh BIN_DIRECTORY; ROUNDS and SECONDS_EACH in the environment make it shorter
#
# The servers have the first CPU, their clients the second. Each round asks all servers in turn, as
# other work on the machine comes and goes; what counts is the median of the rounds.
. "$(dirname "$0")/../peers/lib.sh"
bench=$(cd "$(dirname "$0")" && pwd)
need nginx wrk ab openssl awk taskset pgrep curl
rounds=${ROUNDS:-5} each=${SECONDS_EACH:-2}
ulimit -n 8192 || skip "8192 files may not be open"
root=$work/site
mkdir "$root"
head -c 10240 /dev/urandom >"$root/small.json"
head -c 153600 /dev/urandom >"$root/frame.jpg"
head -c 5242880 /dev/urandom >"$root/day.gif"
echo tiny >"$root/tiny.txt"
chmod 755 "$work" "$root"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 8192; }
http {
    include /etc/nginx/mime.types;
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate $work/cert.pem;
    ssl_certificate_key $work/key.pem;
    root $root;
    server { listen 127.0.0.1:18080; }
    server { listen 127.0.0.1:18443 ssl; }
    # As it comes it takes AES-256; imgserve prefers AES-128.
    server {
        listen 127.0.0.1:18543 ssl;
        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    }
}
END
# Limits are on, and none is met.
ours="imgserve --quiet --max-connections 4096 --max-per-client 4096
    --rate 1000000000/min --file-rate 1000000000/min"
tls="--cert $work/cert.pem --key $work/key.pem"

# answers PORT: whether a server is there, with TLS or without.
answers() {
    curl -sk -o "$work/first" --max-time 1 "https://127.0.0.1:$1/tiny.txt" ||
        curl -s -o "$work/first" --max-time 1 "http://127.0.0.1:$1/tiny.txt"
}
# begin PORT COMMAND...: a server on the first CPU; sets $begun to its process.
begin() {
    port=$1
    shift
    taskset -c 0 "$@" >"$work/out.$port" 2>&1 &
    begun=$!
    cameras="$cameras $begun"
    wait_for 10 "start of $1" answers "$port" || { cat "$work/out.$port"; exit 1; }
}
end() {
    kill -TERM "$1"
    wait "$1" 2>/dev/null
}
# The processes of a server: itself and its workers.
processes() { echo "$1" "$(pgrep -P "$1" | tr '\n' ' ')"; }
# Nanoseconds of CPU that a server has used.
cpu_of() {
    for one in $(processes "$1"); do
        cat /proc/"$one"/task/*/schedstat
    done | awk '{ used += $1 } END { printf "%.0f\n", used }'
}
# Megabytes that a server has in memory.
memory_of() {
    for one in $(processes "$1"); do
        grep VmRSS "/proc/$one/status"
    done | awk '{ used += $2 } END { printf "%.1f\n", used / 1024 }'
}
# measure NAME PROCESS COMMAND...: answers per second of CPU go to $work/NAME.
measure() {
    name=$1 process=$2
    shift 2
    before=$(cpu_of "$process")
    taskset -c 1 "$@" >"$work/said" 2>&1 || { cat "$work/said"; exit 1; }
    after=$(cpu_of "$process")
    answers=$(sed -n 's/^ *\([0-9]*\) requests in .*/\1/p; s/^Complete requests: *//p' "$work/said")
    grep -E 'Non-2xx|Socket errors' "$work/said" >&2
    echo "$answers $before $after" |
        awk '{ printf "%.1f\n", $1 * 1e9 / ($3 - $2) }' >>"$work/$name"
}
median() { sort -n "$work/$1" | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'; }
# row WHAT GOAL THEIRS OURS
row() {
    echo "$(median "$3") $(median "$4")" | awk -v what="$1" -v goal="$2" '{
        printf "| %s | %.0f | %.0f | %.2f | %s |\n", what, $1, $2, $2 / $1, goal }'
}
ask() { # NAME PROCESS CONNECTIONS URL
    measure "$1" "$2" wrk -t1 "-c$3" "-d${each}s" "$4"
}
shake() { # NAME PROCESS PORT
    measure "$1" "$2" ab -q -f TLS1.3 -t "$each" -n 1000000 -c 16 "https://127.0.0.1:$3/tiny.txt"
}

begin 18443 nginx -c "$work/nginx.conf" -p "$work"
nginx=$begun
nginx_memory=$(memory_of "$nginx")
# shellcheck disable=SC2086
begin 18444 $ours $tls --listen 127.0.0.1:18444 "$root"
secure=$begun
# shellcheck disable=SC2086
begin 18081 $ours --http --listen 127.0.0.1:18081 "$root"
plain=$begun
# shellcheck disable=SC2086
begin 18445 $ours $tls --access-log "$work/access.log" --listen 127.0.0.1:18445 "$root"
logging=$begun

for _ in $(seq "$rounds"); do
    for file in small.json frame.jpg day.gif; do
        clients=32
        [ $file != day.gif ] || clients=8
        ask "nginx-tls-$file" "$nginx" $clients "https://127.0.0.1:18443/$file"
        ask "ours-tls-$file" "$secure" $clients "https://127.0.0.1:18444/$file"
        ask "nginx-$file" "$nginx" $clients "http://127.0.0.1:18080/$file"
        ask "ours-$file" "$plain" $clients "http://127.0.0.1:18081/$file"
    done
    ask nginx-tls-other "$nginx" 8 "https://127.0.0.1:18543/day.gif"
    ask ours-log "$logging" 32 "https://127.0.0.1:18445/small.json"
    ask ours-no-log "$secure" 32 "https://127.0.0.1:18444/small.json"
    shake nginx-handshake "$nginx" 18443
    shake ours-handshake "$secure" 18444
done

echo "answers per second of the server's CPU, medians of $rounds rounds of $each s"
echo
echo "| what | nginx | imgserve | ratio | wanted |"
echo "|---|---|---|---|---|"
row "HTTPS, 10 kB" "1.5" nginx-tls-small.json ours-tls-small.json
row "HTTPS, 150 kB" "1.4" nginx-tls-frame.jpg ours-tls-frame.jpg
row "HTTPS, 5 MB" "1.35" nginx-tls-day.gif ours-tls-day.gif
row "HTTPS, 5 MB, nginx told to take the same cipher" "" nginx-tls-other ours-tls-day.gif
row "HTTP, 10 kB" "1.5" nginx-small.json ours-small.json
row "HTTP, 150 kB" "1.15" nginx-frame.jpg ours-frame.jpg
row "HTTP, 5 MB" "1.5" nginx-day.gif ours-day.gif
row "full handshakes, TLS 1.3" "1.1" nginx-handshake ours-handshake
row "HTTPS, 10 kB: without and with the access log (imgserve both)" "0.95" ours-no-log ours-log
end "$logging"
end "$plain"
end "$secure"

# hold PROCESS PORT: sets $held to the megabytes with a thousand idle clients.
hold() {
    mkfifo "$work/hold"
    taskset -c 1 /usr/bin/python3 "$bench/serve_clients.py" idle "$2" 1000 /frame.jpg \
        <"$work/hold" >"$work/ready" &
    holder=$!
    exec 3>"$work/hold"
    wait_for 60 "a thousand clients" grep -q ready "$work/ready"
    held=$(memory_of "$1")
    exec 3>&-
    wait "$holder"
    rm "$work/hold"
}
hold "$nginx" 18443
nginx_held=$held
# shellcheck disable=SC2086
begin 18444 $ours $tls --listen 127.0.0.1:18444 "$root"
secure=$begun
our_memory=$(memory_of "$secure")
hold "$secure" 18444
end "$secure"
end "$nginx"

# Milliseconds from exec to accepting.
for _ in $(seq "$rounds"); do
    rm -rf "$work/state"
    taskset -c 0 /usr/bin/python3 "$bench/serve_clients.py" start 18443 \
        nginx -c "$work/nginx.conf" -p "$work" >>"$work/nginx-start"
    # shellcheck disable=SC2086
    taskset -c 0 /usr/bin/python3 "$bench/serve_clients.py" start 18444 \
        $ours $tls --listen 127.0.0.1:18444 "$root" >>"$work/ours-start"
    # shellcheck disable=SC2086
    taskset -c 0 /usr/bin/python3 "$bench/serve_clients.py" start 18444 \
        $ours --state "$work/state" --listen 127.0.0.1:18444 "$root" >>"$work/ours-made"
done
echo
echo "| what | nginx | imgserve | wanted |"
echo "|---|---|---|---|"
echo "| MB in memory at the start | $nginx_memory | $our_memory | at most 9 |"
echo "| MB with 1,000 idle TLS connections | $nginx_held | $held | at most 24 |"
echo "| ms from exec to accepting | $(median nginx-start) | $(median ours-start) | at most 15 |"
echo "| the same, and the certificate is made | | $(median ours-made) | at most 40 |"
finish

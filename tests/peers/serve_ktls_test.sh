#!/bin/sh
# imgserve on Debian's kernel, which can encrypt TLS itself: in a virtual machine of its own, since
# the kernel under the tests may have no such module. No KVM is needed.
. "$(dirname "$0")/lib.sh"
need qemu-system-x86_64 busybox cpio curl dpkg-deb apt-cache modprobe depmod
[ "$(uname -m)" = x86_64 ] || skip "the machine would be another"
kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
    sed -n 's/^  Depends: linux-image-//p')
[ -n "$kernel" ] || skip "linux-image-cloud-amd64 is not known to apt"
cache=${XDG_CACHE_HOME:-/var/tmp}/imgseq-kernels
package=$cache/linux-image-$kernel.deb
if [ ! -e "$package" ]; then
    mkdir -p "$cache" "$work/download" && cd "$work/download" || exit 1
    apt-get download "linux-image-$kernel" >/dev/null 2>&1 ||
        skip "linux-image-$kernel cannot be downloaded"
    cp linux-image-*.deb "$package.$$" && mv "$package.$$" "$package"
fi
dpkg-deb -x "$package" "$work/kernel" || skip "$package cannot be unpacked"
depmod -b "$work/kernel" "$kernel"

# All that the machine has: these programs with their libraries, modules, and files to serve.
root=$work/root
mkdir -p "$root/bin" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/etc" "$root/modules" \
    "$root/site"
for program in imgserve curl busybox; do
    path=$(command -v "$program")
    cp "$path" "$root/bin/"
    ldd "$path" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        cp -L "$library" "$root$library"
    done
done
for module in ctr ghash-generic gcm tls virtio_pci; do
    modprobe -d "$work/kernel" -S "$kernel" --show-depends "$module"
done | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' >"$work/modules"
while read -r module; do
    number=$((${number:-100} + 1))
    cp "$module" "$root/modules/$number-$(basename "$module")"
done <"$work/modules"
echo "root:x:0:0::/:/bin/sh" >"$root/etc/passwd"
echo "nobody:x:65534:65534::/:/bin/sh" >>"$root/etc/passwd"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
echo small >"$root/site/small.txt"
head -c 5242880 /dev/urandom >"$root/site/large.bin"
head -c 20000 /dev/urandom >"$root/site/medium.jpg"

# `result NAME VALUE` is all that leaves the machine.
cat >"$root/init" <<'END'
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
ip link set lo up
hostname camera
result() { echo "result $*" >/dev/ttyS0; }
for module in /modules/*; do
    insmod "$module" || result module "$module"
done
counter() { sed -n "s/^$1[^0-9]*//p" /proc/net/tls_stat; }
mkdir /state
chown nobody /state
imgserve --listen 127.0.0.1:8443 --state /state --user nobody -v /site 2>/log &
server=$!
until grep -q 'serving' /log; do
    kill -0 $server || { result log "$(cat /log)"; break; }
    sleep 0.2
done
result "$(sed -n 's/^imgserve: gave up/gave up/p' /log)"
fetch() {
    name=$1 file=$2
    shift 2
    rm -f /tmp/got
    before=$(counter TlsTxSw)
    curl -sS --cacert /state/cert.pem --max-time 60 "$@" -o /tmp/got \
        "https://localhost:8443/$file" 2>/tmp/error || result error "$(cat /tmp/error)"
    cmp -s /tmp/got "/site/$file" && same=same || same=differs
    [ "$(counter TlsTxSw)" -gt "$before" ] && sender=" by the kernel" || sender=
    result "$name $file $same$sender"
}
for version in 2 3; do
    for file in small.txt medium.jpg large.bin; do
        fetch 1.$version $file --tlsv1.$version --tls-max 1.$version
    done
done
fetch chacha medium.jpg --tls-max 1.2 --ciphers ECDHE-ECDSA-CHACHA20-POLY1305
result plain "$(curl -s -o /dev/null -w '%{http_code}' --max-time 60 http://localhost:8443/)"
# Requests on one connection, some of parts.
curl -sS --cacert /state/cert.pem --max-time 60 -r 1000-300999 -o /tmp/a https://localhost:8443/large.bin \
    --next -sS --cacert /state/cert.pem --max-time 60 -o /tmp/b https://localhost:8443/medium.jpg \
    --next -sS --cacert /state/cert.pem --max-time 60 -r -70000 -o /tmp/c https://localhost:8443/large.bin
tail -c +1001 /site/large.bin | head -c 300000 | cmp -s - /tmp/a && cmp -s /site/medium.jpg /tmp/b &&
    tail -c 70000 /site/large.bin | cmp -s - /tmp/c && result parts same
# A slow reader.
curl -sS --cacert /state/cert.pem --max-time 100 --limit-rate 2M -o /tmp/d https://localhost:8443/large.bin
cmp -s /site/large.bin /tmp/d && result slow same
kill -TERM $server
wait $server
result status $?
result errors "$(counter TlsDecryptError)"
result end
poweroff -f
END
chmod +x "$root/init"
(cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$work/initrd"

timeout 240 qemu-system-x86_64 -accel tcg -cpu max -smp 1 -m 512 -nodefaults -display none \
    -no-reboot -nic none -serial "file:$work/console" -kernel "$work/kernel/boot/vmlinuz-$kernel" \
    -initrd "$work/initrd" -append "console=ttyS0 quiet panic=-1 mitigations=off no_timer_check random.trust_cpu=on" \
    </dev/null >"$work/qemu" 2>&1
tr -d '\r' <"$work/console" | sed -n 's/^result //p' >"$work/results"
grep -qx end "$work/results" || {
    tail -n 20 "$work/console"
    cat "$work/qemu"
    fail "the machine did not come to its end"
}
told() { check "$1" grep -qx "$1" "$work/results"; }
for version in 1.2 1.3; do
    for file in small.txt medium.jpg large.bin; do
        told "$version $file same by the kernel"
    done
done
# Without a module for its cipher, or with one: the bytes arrive.
check "chacha" grep -q '^chacha medium.jpg same' "$work/results"
told "plain 400"
told "parts same"
told "slow same"
told "status 0"
told "errors 0"
check "the sandbox of an older kernel" grep -q '^gave up: root for nobody, .*Landlock.*seccomp' \
    "$work/results"
[ "$failures" -eq 0 ] || cat "$work/results"
finish

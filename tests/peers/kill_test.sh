#!/bin/sh
# SIGKILL at any instant never leaves a partial frame under the output's name.
. "$(dirname "$0")/lib.sh"
mkdir "$work/frames"
/usr/bin/python3 - "$peers" "$work/frames" <<'END' || fail "a partial frame was seen"
import os, random, signal, subprocess, sys, threading, time
sys.path.insert(0, sys.argv[1])
import picture

directory = sys.argv[2]
latest = os.path.join(directory, "latest.jpg")
seen, bad, done = 0, [], threading.Event()

def read():
    global seen
    while not done.is_set():
        try:
            picture.whole(latest)
            seen += 1
        except FileNotFoundError:
            pass
        except (ValueError, IndexError) as error:
            bad.append(str(error) or repr(error))

reader = threading.Thread(target=read)
reader.start()
random.seed(20260101)
for _ in range(200):
    writer = subprocess.Popen(["imgsnap", "test:road?size=320x240", "--every", "20ms", "-o", latest])
    time.sleep(random.uniform(0, 0.060))
    writer.send_signal(signal.SIGKILL)
    writer.wait()
done.set()
reader.join()
left = [name for name in os.listdir(directory) if name.startswith(".latest.jpg.")]
print("measured: 200 kills, %d whole reads, %d temporary files left" % (seen, len(left)))
if seen < 100:
    bad.append("only %d reads" % seen)
for line in bad[:5]:
    print(line)
sys.exit(bool(bad))
END
# The next run works beside what was left.
run 0 "after the kills" imgsnap test: -o "$work/frames/latest.jpg"
check "after the kills" picture whole "$work/frames/latest.jpg"
finish

#!/bin/sh
# A million frames of two years: imgprune deletes the oldest 900,000 of them, beside find -delete.
# usage: prune_bench.sh BIN_DIRECTORY [FRAMES [ROUNDS]]
#
# The tree is made anew for each run, in /dev/shm where that is there, else in $TMPDIR: empty files in
# a directory each day. CPU is user and system time of the whole program.
bin=$(cd "$1" && pwd) || exit 2
PATH=$bin:$PATH exec /usr/bin/python3 - "$bin/../tests/cost" "${2:-1000000}" "${3:-5}" <<'END'
import datetime, os, shutil, statistics, subprocess, sys, tempfile

cost, frames, rounds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
kept = frames // 10
first, last, end = (datetime.datetime(*day) for day in ((2025, 1, 1), (2026, 11, 1), (2027, 1, 1)))
room = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
tree = tempfile.mkdtemp(prefix="prune_bench.", dir=room)


def fill(begin, end, count):
    """So many frames from one day to another, evenly."""
    step, day = (end - begin) / count, None
    for i in range(count):
        time = begin + i * step
        if day != time.date():
            day = time.date()
            where = time.strftime(tree + "/%Y/%m/%d/")
            os.makedirs(where, exist_ok=True)
        name = time.strftime("%Y%m%dT%H%M%S.") + "%03dZ.jpg" % (time.microsecond // 1000)
        os.close(os.open(where + name, os.O_CREAT | os.O_WRONLY, 0o644))


def left():
    return sum(len(files) for _, _, files in os.walk(tree))


def measured(command):
    shutil.rmtree(tree)
    fill(first, last, frames - kept)
    fill(last, end, kept)
    assert left() == frames, left()
    words = subprocess.run([cost, "/dev/null", "/dev/null", *command], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.split()
    assert left() == kept, "%s left %d" % (command[0], left())
    return int(words[0]) / 1e6, int(words[1]) / 1024


commands = {
    "imgprune": ["imgprune", tree, "--keep-last", str(kept), "--max-delete", "100%"],
    "find": ["find", tree, "-type", "f", "-name", "*.jpg", "!", "-name", "202611*", "!", "-name",
             "202612*", "-delete"]}
os.environ["SOURCE_DATE_EPOCH"] = "1798761600"
try:
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(measured(command))
finally:
    shutil.rmtree(tree)
print("%d frames planned, %d deleted, %d runs in turn, in %s\n" % (
    frames, frames - kept, rounds, os.path.dirname(tree)))
print("| what | imgprune | find | ratio |\n|---|---|---|---|")
for what, column, middle in (("CPU s, median", 0, statistics.median), ("CPU s, least", 0, min),
                             ("peak RSS MiB", 1, max)):
    ours, peers = (middle(run[column] for run in runs[name]) for name in commands)
    print("| %s | %.2f | %.2f | %.2f |" % (what, ours, peers, ours / peers))
END

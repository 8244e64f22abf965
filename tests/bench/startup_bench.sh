#!/bin/sh
# What it costs to start each program: these are run by cron and in pipelines.
# usage: startup_bench.sh BIN_DIRECTORY
/usr/bin/python3 - "$1" <<'END'
import os, resource, subprocess, sys
runs = 50
print("Start of each program (--version), mean of %d runs\n" % runs)
print("| program | CPU ms | wall ms | shared libraries | FFmpeg's among them |")
print("|---|---|---|---|---|")
import time
for name in sorted(os.listdir(sys.argv[1])):
    path = os.path.join(sys.argv[1], name)
    if not name.startswith("img") or not os.access(path, os.X_OK):
        continue
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    for _ in range(runs):
        subprocess.run([path, "--version"], stdout=subprocess.DEVNULL, check=True)
    wall = (time.monotonic() - begin) / runs * 1000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / runs * 1000
    libraries = subprocess.run(["ldd", path], stdout=subprocess.PIPE, text=True).stdout.splitlines()
    video = any("libav" in line or "libsw" in line for line in libraries)
    print("| %s | %.1f | %.1f | %d | %s |" % (name, cpu, wall, len(libraries),
                                             "yes" if video else "no"))
END

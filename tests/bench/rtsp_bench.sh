#!/bin/sh
# One frame from an RTSP camera: imgsnap beside ffmpeg, joining at random between two key frames.
# usage: rtsp_bench.sh BIN_DIRECTORY [JOINS]
#
# Overhead is the time from the moment the camera sent the first key frame after PLAY until the
# program had ended and its file was there: what nobody can wait less for is left out.
here=$(cd "$(dirname "$0")" && pwd)
PATH=$1:$PATH PYTHONDONTWRITEBYTECODE=1 exec /usr/bin/python3 - "$here/../peers" "${2:-10}" <<'END'
import json, os, random, statistics, subprocess, sys, tempfile, threading, time
peers, joins = sys.argv[1], int(sys.argv[2])
sys.path.insert(0, peers)
import picture

work = tempfile.TemporaryDirectory()
target = os.path.join(work.name, "frame.jpg")
ffmpeg = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-rtsp_transport", "tcp"]
tuned = ["-fflags", "nobuffer", "-flags", "low_delay", "-analyzeduration", "0", "-probesize", "32",
         "-fpsprobesize", "0", "-max_delay", "0"]
programs = {
    "imgsnap": lambda url: ["imgsnap", "-o", target, url],
    "ffmpeg": lambda url: [*ffmpeg, "-i", url, "-frames:v", "1", target],
    "ffmpeg, tuned": lambda url: [*ffmpeg, *tuned, "-i", url, "-an", "-frames:v", "1", target],
}


class Camera:
    def __init__(self, gop):
        self.log = open(os.path.join(work.name, "camera.log"), "w+")
        self.process = subprocess.Popen(
            ["/usr/bin/python3", os.path.join(peers, "rtsp_camera.py"), "--size", "1280x720",
             "--fps", "15", "--gop", str(gop)], stdout=self.log, stderr=subprocess.DEVNULL)
        while not self.times("ready"):
            if self.process.poll() is not None:
                sys.exit("the camera does not start")
            time.sleep(0.1)
        self.url = "rtsp://127.0.0.1:%d/stream0" % self.port

    def times(self, event):
        times = []
        with open(self.log.name) as log:
            for line in log:
                if line.endswith("\n"):
                    entry = json.loads(line)
                    self.port = entry.get("port") or self.port
                    if entry["event"] == event:
                        times.append(entry["time"])
        return times

    port = 0

    def stop(self):
        self.process.kill()
        self.process.wait()


def join(camera, command):
    if os.path.exists(target):
        os.remove(target)
    begin = time.time()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # ffmpeg has no deadline of its own.
    limit = threading.Timer(20, child.kill)
    limit.start()
    _, status, used = os.wait4(child.pid, 0)
    limit.cancel()
    child.returncode = status
    end = time.time()
    result = {"wall": end - begin, "cpu": used.ru_utime + used.ru_stime, "failed": status != 0}
    if not status and os.path.exists(target):
        about = picture.facts(target)
        result["bad"] = about["grey"] or not about["clock"]
        if about["clock"]:
            result["age"] = end - about["clock"] / 1000
    play = [moment for moment in camera.times("play") if moment >= begin]
    keys = [moment for moment in camera.times("key") if play and moment >= play[0]]
    if keys:
        result["overhead"] = end - keys[0]
    return result


def spread(results, name, form="%.2f"):
    values = [result[name] for result in results if name in result]
    return (form + " / " + form) % (statistics.median(values), max(values)) if values else "-"


random.seed(1)
print("One frame over RTSP, H.264 1280x720 at 15/s, %d random joins each: median / worst\n" % joins)
print("| key frames each | program | wall s | overhead ms | age of the picture s | CPU ms | "
      "grey or broken |")
print("|---|---|---|---|---|---|---|")
for gop in (1, 2, 4):
    camera = Camera(gop)
    results = {name: [] for name in programs}
    for _ in range(joins):
        for name, command in programs.items():
            time.sleep(random.uniform(0, gop))
            results[name].append(join(camera, command(camera.url)))
    camera.stop()
    for name, of in results.items():
        for result in of:
            result["cpu"] *= 1000
            if "overhead" in result:
                result["overhead"] *= 1000
        wrong = sum(result["failed"] or result.get("bad", True) for result in of)
        print("| %d s | %s | %s | %s | %s | %s | %d |" % (
            gop, name, spread(of, "wall"), spread(of, "overhead", "%.0f"), spread(of, "age"),
            spread(of, "cpu", "%.0f"), wrong), flush=True)
END

#!/usr/bin/python3
"""Archives of frames for the tests of imgsync: makes them, goes on making them, and reads them.

make DIR COUNT [BYTES]      a frame each ten seconds, and pointers: latest.jpg, a link to the newest,
                            and index.json, which names the newest with their sums
produce DIR SECONDS [KEEP]  adds a frame each so many seconds, until killed; and removes the oldest
                            of more than KEEP
read DIR                    until SIGTERM: whatever pointers name is there and whole, and so is every
                            frame that is seen. Fails when it was not.
same DIR DIR                the same visible files, byte for byte; says what is hidden in the second
kill DIR ADD ROUNDS SECONDS SEED COMMAND...
                            runs the command and kills it at a random instant, within so many seconds
                            or a little more than what it needs, again and again: with so many frames
                            more each time, and with others that come meanwhile

A frame begins with its name and ends with the sum of what it holds, so that it says itself whether it
is whole.
"""
import datetime
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

BEGIN = datetime.datetime(2026, 11, 21)
NAMED = 20  # frames in index.json


def name_of(number):
    taken = BEGIN + datetime.timedelta(seconds=10 * number)
    return taken.strftime("%Y/%m/%d/%Y%m%dT%H%M%SZ.jpg")


def content_of(name, size):
    content = name.encode() + b"\n" + random.Random(name).randbytes(size)
    return content + hashlib.sha256(content).digest()


def whole(content):
    """The name that it says, or None."""
    if len(content) < 33 or hashlib.sha256(content[:-32]).digest() != content[-32:]:
        return None
    return content.split(b"\n", 1)[0].decode()


def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = os.path.join(os.path.dirname(path), "." + os.path.basename(path) + ".part")
    with open(part, "wb") as file:
        file.write(content)
    os.replace(part, path)


class Archive:
    def __init__(self, directory, size=20000):
        self.directory, self.size = directory, size
        self.names = sorted(name for name in visible(directory) if name.startswith("20"))
        self.sums = {}
        self.next = 0
        while self.names and name_of(self.next) <= self.names[-1]:
            self.next += 1

    def add(self, count):
        for _ in range(count):
            name = name_of(self.next)
            self.next += 1
            content = content_of(name, self.size)
            self.sums[name] = hashlib.sha256(content).hexdigest()
            put(os.path.join(self.directory, name), content)
            self.names.append(name)

    def point(self):
        link = os.path.join(self.directory, f".latest.{os.getpid()}")
        os.symlink(self.names[-1], link)
        os.replace(link, os.path.join(self.directory, "latest.jpg"))
        frames = [{"path": name, "sha256": self.sum(name)} for name in self.names[-NAMED:]]
        put(os.path.join(self.directory, "index.json"), json.dumps({"frames": frames}).encode())

    def sum(self, name):
        if name not in self.sums:
            with open(os.path.join(self.directory, name), "rb") as file:
                self.sums[name] = hashlib.sha256(file.read()).hexdigest()
        return self.sums[name]

    def prune(self, keep):
        while len(self.names) > max(keep, 2 * NAMED):
            os.remove(os.path.join(self.directory, self.names.pop(0)))


def make(directory, count, size="20000"):
    archive = Archive(directory, int(size))
    archive.add(int(count))
    archive.point()


def produce(directory, seconds, keep="0"):
    archive = Archive(directory)
    while True:
        archive.add(1)
        archive.point()
        if int(keep):
            archive.prune(int(keep))
        time.sleep(float(seconds))


def visible(directory):
    for place, inner, names in os.walk(directory):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                yield os.path.relpath(os.path.join(place, name), directory)


def hidden(directory):
    return [os.path.relpath(os.path.join(place, name), directory)
            for place, _, names in os.walk(directory) for name in names if name.startswith(".")]


class Reader:
    """Of what is published."""

    def __init__(self, directory):
        self.directory = directory
        self.polls, self.indexes, self.seen, self.faults = 0, set(), set(), []

    def content(self, name):
        try:
            with open(os.path.join(self.directory, name), "rb") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def poll(self):
        self.polls += 1
        for pointer, look in (("index.json", self.look_at_index), ("latest.jpg", self.look_at_latest)):
            content = self.content(pointer)
            if content is None:
                if pointer in self.seen:
                    self.faults.append(f"{pointer} is gone")
                continue
            self.seen.add(pointer)
            fault = look(content)
            # What a pointer named once may be pruned when it names other things.
            if fault and self.content(pointer) == content:
                self.faults.append(f"{pointer}: {fault}")
        if self.polls % 20 == 1:
            self.look_at_all()

    def look_at_index(self, content):
        self.indexes.add(hashlib.sha256(content).digest())
        try:
            frames = json.loads(content)["frames"]
        except (ValueError, KeyError):
            return "not whole"
        for frame in frames:
            there = self.content(frame["path"])
            if there is None:
                return f"{frame['path']} is not there"
            if hashlib.sha256(there).hexdigest() != frame["sha256"]:
                return f"{frame['path']} is another or not whole"
        return None

    def look_at_latest(self, content):
        name = whole(content)
        if name is None:
            return "not whole"
        return None if self.content(name) == content else f"{name} is not there as it shows"

    def look_at_all(self):
        names = [name for name in visible(self.directory) if name.endswith("Z.jpg")]
        for name in random.sample(names, min(20, len(names))):
            content = self.content(name)
            if content is not None and whole(content) != name:
                self.faults.append(f"{name} is not whole")


def read(directory):
    ends = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.append(True))
    reader = Reader(directory)
    print("ready", flush=True)
    while not ends:
        reader.poll()
        time.sleep(0.005)
    reader.poll()
    print(f"measured: {reader.polls} polls saw {len(reader.indexes)} indexes")
    if not reader.indexes:
        reader.faults.append("no index was ever seen")
    for fault in reader.faults[:5]:
        print(fault)
    return bool(reader.faults)


def sums(directory):
    found = {}
    for name in visible(directory):
        with open(os.path.join(directory, name), "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def same(one, other):
    here, there = sums(one), sums(other)
    wrong = [f"{name!r}: missing" for name in here if name not in there]
    wrong += [f"{name!r}: not from here" for name in there if name not in here]
    wrong += [f"{name!r}: another" for name in here if there.get(name, here[name]) != here[name]]
    left = hidden(other)
    print(f"measured: {len(here)} files, hidden there: {len(left)} {sorted(left)[:3]}")
    for line in sorted(wrong)[:5]:
        print(line)
    return bool(wrong)


def kill(directory, add, rounds, seconds, seed, *command):
    archive, chance, killed = Archive(directory), random.Random(int(seed)), 0
    longest = float(seconds)
    for _ in range(int(rounds)):
        archive.add(int(add))
        archive.point()
        begin = time.monotonic()
        child = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        end = begin + chance.uniform(0, longest)
        while child.poll() is None and time.monotonic() < end:
            if chance.random() < 0.2:
                archive.add(1)
                archive.point()
            time.sleep(0.002)
        if child.poll() is None:
            child.kill()
            killed += 1
            longest = min(longest * 1.05, float(seconds))
        else:
            longest = 1.2 * (time.monotonic() - begin)
        child.wait()
        if child.returncode not in (0, 75, -signal.SIGKILL):
            print(f"ended by itself with {child.returncode}")
            return True
    print(f"measured: {rounds} runs, {killed} of them killed")
    return not killed


def main():
    works = {work.__name__: work for work in (make, produce, read, same, kill)}
    sys.exit(bool(works[sys.argv[1]](*sys.argv[2:])))


if __name__ == "__main__":
    main()

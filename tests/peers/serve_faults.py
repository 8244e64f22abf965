"""Clients of imgserve that load it, hang, break off, and see whether what they get is right.

usage: serve_faults.py COMMAND PORT [ARGUMENT...]; ends with 1 and says why when it is not.
"""
import hashlib
import os
import resource
import select
import signal
import socket
import sys
import threading
import time

HOST = "127.0.0.1"


def connect(port, source=None):
    return socket.create_connection((HOST, port), 20, (source, 0) if source else None)


def read_answer(stream, method="GET"):
    """(status, headers, body) of one answer; None at a clean end before its first byte."""
    line = stream.readline()
    if not line:
        return None
    status = int(line.split()[1])
    headers = {}
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if line == b"":
        raise EOFError("the head is cut off")
    length = int(headers.get("content-length", 0))
    if method == "HEAD" or status in (204, 304):
        length = 0
    body = stream.read(length)
    if len(body) != length:
        raise EOFError(f"{len(body)} of {length} bytes")
    return status, headers, body


def get(port, path, source=None):
    with connect(port, source) as client, client.makefile("rb") as stream:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return read_answer(stream)


def many(port, count):
    """`count` connections at once, each of which has asked once and waits; all go on."""
    count = int(count)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
    clients = []
    for i in range(count):
        # Addresses of their own, so that ports do not run out.
        client = connect(port, f"127.0.{1 + i // 250}.{1 + i % 250}")
        client.sendall(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
        clients.append((client, client.makefile("rb")))
    for turn in (1, 2):
        for client, stream in clients:
            status, _, body = read_answer(stream)
            assert (status, body) == (200, b"hello\n"), (turn, status, body)
            if turn == 1:
                client.sendall(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert get(port, "/hello.txt", "127.1.0.1")[2] == b"hello\n"


def stop_under_load(port, process, path, digest):
    """Clients ask again and again while the server is told to end: every answer that begins is
    whole, and every connection ends between two answers."""
    answers, faults = [], []
    connected = threading.Barrier(16)

    def ask():
        try:
            with connect(port) as client, client.makefile("rb") as stream:
                connected.wait()
                while True:
                    try:
                        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                        answer = read_answer(stream)
                    except (BrokenPipeError, ConnectionResetError):
                        # The server was gone before it saw this request; no answer had begun.
                        return
                    if answer is None:
                        return
                    status, headers, body = answer
                    if status != 200 or hashlib.sha256(body).hexdigest() != digest:
                        faults.append(f"{status}, {len(body)} bytes")
                    answers.append(status)
                    if headers.get("connection") == "close":
                        assert stream.read(1) == b""
                        return
        except Exception as error:  # pylint: disable=broad-except
            faults.append(repr(error))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    while len(answers) < 100 and not faults:
        time.sleep(0.01)
    os.kill(int(process), signal.SIGTERM)
    for thread in threads:
        thread.join()
    assert not faults, faults[:5]


def half_open(port):
    """Clients that hang at every stage are let go by the server's deadlines, and nobody waits."""
    hanging = {}
    for stage in (b"", b"GET / HT", b"GET /hello.txt HTTP/1.1\r\nHost: local",
                  b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
                  b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n12",
                  b"GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n"):
        client = connect(port)
        client.sendall(stage)
        hanging[client] = stage
    assert get(port, "/hello.txt")[2] == b"hello\n"
    # The one who asks for much and takes nothing is not read from until the others are gone.
    taker = next(client for client, stage in hanging.items() if b"/big" in stage)
    waiting = set(hanging) - {taker}
    limit = time.monotonic() + 60
    while waiting:
        assert time.monotonic() < limit, [hanging[client] for client in waiting]
        for client in select.select(list(waiting), [], [], 1)[0]:
            try:
                if not client.recv(65536):
                    waiting.discard(client)
            except ConnectionResetError:
                waiting.discard(client)
    got = 0
    try:
        # Whether it is still served depends on its deadline alone; afterwards it is gone.
        time.sleep(3)
        while data := taker.recv(1 << 20):
            got += len(data)
    except ConnectionResetError:
        pass
    assert got < int(sys.argv[3]), "a client that took nothing was waited for"
    assert get(port, "/hello.txt")[2] == b"hello\n"


def shrink(port, path):
    """A file that is cut while it is sent: the connection ends early, and others are served."""
    with connect(port) as client, client.makefile("rb") as stream:
        client.sendall(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream.readline()
        os.truncate(path, 1000)
        try:
            rest = stream.read()
        except ConnectionResetError:
            rest = b""
        assert rest.strip(b"\0") or not rest or b"\r\n\r\n" in rest
    status, _, body = get(port, "/big.bin")
    assert (status, len(body)) == (200, 1000), (status, len(body))


def exhaust(port, count):
    """More clients than the server has descriptors for; when they go, all is well again."""
    clients = [connect(port, f"127.0.2.{1 + i % 250}") for i in range(int(count))]
    for client in clients:
        client.sendall(b"GET /hello.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
    for client in clients:
        client.close()
    for _ in range(100):
        try:
            if get(port, "/hello.txt")[2] == b"hello\n":
                return
        except (OSError, EOFError, TypeError):
            time.sleep(0.1)
    raise AssertionError("it does not recover")


COMMANDS = {each.__name__: each for each in (many, stop_under_load, half_open, shrink, exhaust)}

if __name__ == "__main__":
    port_of_server = int(sys.argv[2])
    try:
        COMMANDS[sys.argv[1]](port_of_server, *sys.argv[3:] if sys.argv[1] != "half_open" else [])
    except (AssertionError, EOFError, OSError) as error:
        sys.exit(f"{sys.argv[1]}: {error!r}")

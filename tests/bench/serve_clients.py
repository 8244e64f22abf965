"""Clients that wrk and ab are not.
serve_clients.py idle PORT COUNT PATH: COUNT connections with TLS, each after one GET of PATH, which
are held until stdin ends; "ready" is printed when they are.
serve_clients.py start PORT COMMAND...: milliseconds from starting COMMAND to the first connection
that 127.0.0.1:PORT accepts; then COMMAND is ended."""

import socket
import ssl
import subprocess
import sys
import time


def get(context, port, path):
    client = context.wrap_socket(socket.create_connection(("127.0.0.1", port)))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += client.recv(65536)
    head, body = got.split(b"\r\n\r\n", 1)
    length = next(
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    )
    left = length - len(body)
    while left > 0:
        left -= len(client.recv(65536))
    return client


def idle(port, count, path):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    clients = [get(context, port, path) for _ in range(count)]
    print("ready", flush=True)
    sys.stdin.read()
    for client in clients:
        client.close()


def start(port, command):
    begun = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.0002)
        took = time.monotonic() - begun
        server.terminate()
    print(f"{took * 1000:.1f}")


if sys.argv[1] == "idle":
    idle(int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
else:
    start(int(sys.argv[2]), sys.argv[3:])

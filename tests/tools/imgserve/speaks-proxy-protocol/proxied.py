"""Asks 127.0.0.1:PORT for /health behind a PROXY header of each kind; prints the status of the answer,
or that there was none. proxied.py PORT"""

import socket
import struct
import sys

port = int(sys.argv[1])
signature = b"\r\n\r\n\0\r\nQUIT\n"
ports = struct.pack("!HH", 56324, 443)


def version_2(command, transport, block):
    return signature + struct.pack("!BBH", command, transport, len(block)) + block


def four(address):
    return socket.inet_aton(address) + socket.inet_aton("192.0.2.80") + ports


def six(address):
    return socket.inet_pton(socket.AF_INET6, address) * 2 + ports


headers = [
    ("version 1, IPv4", b"PROXY TCP4 192.0.2.1 192.0.2.80 56324 443\r\n"),
    ("version 1, IPv6", b"PROXY TCP6 2001:db8::1 2001:db8::80 56324 443\r\n"),
    ("version 1, unknown", b"PROXY UNKNOWN\r\n"),
    ("version 2, IPv4", version_2(0x21, 0x11, four("192.0.2.2"))),
    ("version 2, IPv6", version_2(0x21, 0x21, six("2001:db8::2"))),
    ("version 2, with more", version_2(0x21, 0x11, four("192.0.2.3") + b"\x02\0\x01a")),
    ("version 2, local", version_2(0x20, 0, b"")),
    ("none", b""),
    ("malformed", b"PROXY TCP4 192.0.2.1\r\n"),
    ("of version 3", version_2(0x31, 0x11, four("192.0.2.4"))),
]
# What is forwarded is the client's invention.
request = (
    b"GET /health HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.99\r\n"
    b"Connection: close\r\n\r\n"
)

for name, header in headers:
    # At once, and in two pieces.
    for pieces in ([header + request], [header[:9], header[9:] + request]):
        answer = b""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                for piece in pieces:
                    connection.sendall(piece)
                while got := connection.recv(65536):
                    answer += got
            except (BrokenPipeError, ConnectionResetError):
                pass
        print(f"{name}:", answer.split(b"\r\n")[0].decode() or "closed")

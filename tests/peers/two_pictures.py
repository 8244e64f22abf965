#!/usr/bin/python3
"""Joins two JPEGs as phones do: the second behind the first, which has an index of both (CIPA DC-007).

usage: two_pictures.py II|MM FIRST SECOND OUT
"""
import struct
import sys


def index(order, first, offset, second):
    """The segment's payload; `offset` is counted from its byte order mark on."""
    sign = "<" if order == b"II" else ">"
    entries = 8 + 2 + 3 * 12 + 4
    return (b"MPF\0" + order + struct.pack(sign + "HIH", 42, 8, 3)
            + struct.pack(sign + "HHI4s", 0xB000, 7, 4, b"0100")
            + struct.pack(sign + "HHII", 0xB001, 4, 1, 2)
            + struct.pack(sign + "HHIII", 0xB002, 7, 32, entries, 0)
            + struct.pack(sign + "IIIHH", 0x20030000, first, 0, 0, 0)
            + struct.pack(sign + "IIIHH", 0x00020003, second, offset, 0, 0))


def main():
    order = sys.argv[1].encode()
    first, second = (open(path, "rb").read() for path in sys.argv[2:4])
    at = 2
    while first[at + 1] in (0xE0, 0xE1):
        at += 2 + int.from_bytes(first[at + 2:at + 4], "big")
    length = len(first) + 4 + len(index(order, 0, 0, 0))
    payload = index(order, length, length - (at + 8), len(second))
    segment = b"\xff\xe2" + (len(payload) + 2).to_bytes(2, "big") + payload
    with open(sys.argv[4], "wb") as out:
        out.write(first[:at] + segment + first[at:] + second)


main()

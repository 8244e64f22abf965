"""Sends stdin to 127.0.0.1:PORT as it is, a byte each PAUSE seconds or all at once, and prints what
comes back until the server hangs up, for 10 seconds at most. talk.py PORT PAUSE"""

import socket
import sys
import time

port, pause = int(sys.argv[1]), float(sys.argv[2])
text = sys.stdin.buffer.read()
deadline = time.monotonic() + 10
answer = b""
with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
    pieces = [text[i : i + 1] for i in range(len(text))] if pause else [text]
    try:
        for piece in pieces:
            connection.sendall(piece)
            if pause:
                connection.settimeout(pause)
                try:
                    got = connection.recv(65536)
                    answer += got
                    if not got:
                        break
                except TimeoutError:
                    pass
        while time.monotonic() < deadline:
            connection.settimeout(max(0.1, deadline - time.monotonic()))
            got = connection.recv(65536)
            answer += got
            if not got:
                break
        else:
            sys.exit("the server does not hang up")
    except TimeoutError:
        sys.exit("the server does not hang up")
    except (BrokenPipeError, ConnectionResetError):
        print("reset", file=sys.stderr)
sys.stdout.buffer.write(answer)

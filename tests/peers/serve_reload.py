"""Clients that ask again and again while certificates change: serve_reload.py PORT PID CERTIFICATES
LIVE COUNT FILE. Kept connections and new ones; COUNT swaps of LIVE.pem and LIVE.key for pairs of the
directory CERTIFICATES, each awaited. Says how many requests were answered, and each that was not."""

import glob
import http.client
import os
import signal
import ssl
import sys
import threading

port, server, pairs, live, count = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5], int(sys.argv[5])
names = sorted(path[:-4] for path in glob.glob(pairs + "/*.pem"))
everybody = ssl.create_default_context()
for name in names:
    everybody.load_verify_locations(name + ".pem")
over = threading.Event()
failures, answered, lock = [], [0], threading.Lock()


def visit(keeps):
    """Asks until it is over. What is kept must be the same connection all the time."""
    connection = first = None
    while not over.is_set():
        try:
            if connection is None:
                connection = http.client.HTTPSConnection("localhost", port, timeout=30,
                                                         context=everybody)
            connection.request("GET", "/file.bin")
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200 or body != expected:
                raise ValueError(f"{answer.status}, {len(body)} bytes")
            first = first or connection.sock
            if keeps and connection.sock is not first:
                raise ConnectionError("a kept connection was dropped")
            with lock:
                answered[0] += 1
        except Exception as error:  # whatever it is, it is a request that failed
            with lock:
                failures.append(f"{'kept' if keeps else 'new'}: {error!r}")
            connection = first = None
            continue
        if not keeps:
            connection.close()
            connection = None


def shown():
    """The certificate that a client is shown, as PEM."""
    return ssl.get_server_certificate(("localhost", port))


def swap(number):
    pair = names[number % len(names)]
    for end in ("key", "pem"):
        with open(f"{pair}.{end}", "rb") as source, open(f"{live}.{end}.next", "wb") as target:
            target.write(source.read())
        os.rename(f"{live}.{end}.next", f"{live}.{end}")
    os.kill(server, signal.SIGHUP)
    wanted = ssl.PEM_cert_to_DER_cert(open(pair + ".pem").read())
    for _ in range(1000):
        if ssl.PEM_cert_to_DER_cert(shown()) == wanted:
            return
    sys.exit(f"certificate {number} is never in use")


with open(sys.argv[6], "rb") as file:
    expected = file.read()
threads = [threading.Thread(target=visit, args=(kind,), daemon=True)
           for kind in [True] * 4 + [False] * 2]
for thread in threads:
    thread.start()
for number in range(1, count + 1):
    swap(number)
over.set()
for thread in threads:
    thread.join()
for failure in failures[:10]:
    print(failure)
print(f"{answered[0]} answered, {len(failures)} failed")
sys.exit(bool(failures) or answered[0] < count)

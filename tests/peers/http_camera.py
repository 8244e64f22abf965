#!/usr/bin/python3
"""A camera that answers HTTP requests on 127.0.0.1: snapshots, MJPEG, logins, and faults.

Its pictures are the files of --pictures, in turn, byte for byte. Stdout is a log, one object of
JSON a line: `ready` with the port, then `request` with path and the kind of login that came along.

/snapshot.jpg     a picture                    /stream.mjpg      multipart, see --parts
/empty            200 without a body           /page             200 with HTML
/status/NNN       that status                  /cut.jpg          half of a picture, well framed
/short.jpg        less than Content-Length     /tail.jpg         a picture and bytes behind it
/drip.jpg         a byte a 100 ms              /torn.mjpg        a torn part, then whole ones
/closed.mjpg      ends before a part is whole  /silent.jpg       nothing after the headers
/to?URL           redirects there              /huge.jpg         says that it has 1 TB
/tired.jpg        a picture, but only once
"""
import argparse
import base64
import hashlib
import itertools
import json
import os
import re
import secrets
import ssl
import sys
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REALM = "IP Camera(C0FFEE)"


def log(event, **facts):
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


class Camera(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    options = pictures = login = None
    nonces = set()
    tired = False

    def log_message(self, *_):
        pass

    def do_GET(self):
        log("request", path=self.path,
            login=self.headers.get("Authorization", "none").split(" ")[0])
        if self.login and not self.may_pass():
            return
        try:
            self.answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    # Logins.

    def may_pass(self):
        given = self.headers.get("Authorization", "")
        if self.options.login == "basic":
            good = given == "Basic " + base64.b64encode(":".join(self.login).encode()).decode()
            ask = f'Basic realm="{REALM}"'
        else:
            good = given.startswith("Digest ") and self.digest_is_right(given[7:])
            nonce = secrets.token_hex(16)
            self.nonces.add(nonce)
            ask = (f'Digest realm="{REALM}", qop="auth", nonce="{nonce}", '
                   f"algorithm={self.options.login}")
        if not good:
            self.reply(401, headers=[("WWW-Authenticate", ask)])
        return good

    def digest_is_right(self, text):
        """RFC 7616, section 3.4.1."""
        said = {key: quoted or plain for key, quoted, plain in
                re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)}
        algorithm = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[self.options.login]

        def hashed(*parts):
            return algorithm(":".join(parts).encode()).hexdigest()

        user, password = self.login
        return (said.get("nonce") in self.nonces and said.get("username") == user and
                said.get("uri") == self.path and
                said.get("response") == hashed(
                    hashed(user, REALM, password), said["nonce"], said.get("nc", ""),
                    said.get("cnonce", ""), said.get("qop", ""), hashed("GET", self.path)))

    # Answers.

    def reply(self, status=200, body=b"", kind="image/jpeg", headers=(), length=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def answer(self):
        picture = next(self.pictures)
        path, _, query = self.path.partition("?")
        if path == "/snapshot.jpg":
            self.reply(body=picture)
        elif path == "/stream.mjpg":
            self.stream(itertools.chain([picture], self.pictures))
        elif path == "/empty":
            self.reply()
        elif path == "/page":
            self.reply(body=b"<!doctype html><title>Log in</title>", kind="text/html")
        elif path.startswith("/status/"):
            self.reply(int(path[8:]), b"<h1>no</h1>", "text/html")
        elif path == "/cut.jpg":
            self.reply(body=picture[:len(picture) // 2])
        elif path == "/short.jpg":
            self.reply(body=picture[:len(picture) // 2], length=len(picture))
            self.close_connection = True
        elif path == "/tail.jpg":
            self.reply(body=picture + b"\0\0firmware 1.2\xff\xd9")
        elif path == "/drip.jpg":
            self.reply(length=len(picture))
            for byte in picture:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)
        elif path == "/tired.jpg" and not Camera.tired:
            Camera.tired = True
            self.reply(body=picture)
        elif path in ("/silent.jpg", "/tired.jpg"):
            self.reply(length=len(picture))
            time.sleep(60)
        elif path == "/huge.jpg":
            self.reply(length=10**12)
            while True:
                self.wfile.write(picture[:2] + b"\xff\xfe\xff\xff" + bytes(65533))
        elif path == "/torn.mjpg":
            self.stream([picture[:len(picture) // 2], next(self.pictures)])
        elif path == "/closed.mjpg":
            self.stream([picture[:len(picture) // 2]])
        elif path == "/to":
            self.reply(302, headers=[("Location", urllib.parse.unquote(query))])
        else:
            self.reply(404)

    def stream(self, pictures):
        said, sent = {
            "plain": ("camera", "--camera"),
            "dashes": ("--camera", "--camera"),
            "more-dashes": ("--camera", "----camera"),
            "quoted": ('"camera"', "--camera"),
            "no-length": ("camera", "--camera"),
            "wrong-length": ("camera", "--camera"),
        }[self.options.parts]
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=" + said)
        self.send_header("Connection", "close")
        self.end_headers()
        for picture in pictures:
            length = len(picture) + (7 if self.options.parts == "wrong-length" else 0)
            head = sent + "\r\nContent-Type: image/jpeg\r\n"
            if self.options.parts != "no-length":
                head += f"Content-Length: {length}\r\n"
            self.wfile.write(head.encode() + b"\r\n" + picture + b"\r\n")
            time.sleep(0.05)
        self.close_connection = True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", required=True, metavar="DIRECTORY")
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--user")
    parser.add_argument("--password-file")
    parser.add_argument("--login", choices=["MD5", "SHA-256", "basic"], default="MD5")
    parser.add_argument("--parts", default="plain", help="what is unusual about the multipart")
    parser.add_argument("--certificate", help="PEM file with the key, for https")
    options = parser.parse_args()
    files = [os.path.join(options.pictures, name) for name in sorted(os.listdir(options.pictures))]
    Camera.options = options
    Camera.pictures = itertools.cycle([open(name, "rb").read() for name in files])
    if options.user:
        password = open(options.password_file, encoding="utf-8").readline().rstrip("\n")
        Camera.login = (options.user, password)
    server = ThreadingHTTPServer((options.address, 0), Camera)
    server.daemon_threads = True
    if options.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    log("ready", port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()

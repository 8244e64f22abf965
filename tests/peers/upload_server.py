#!/usr/bin/python3
"""A receiver of uploads on 127.0.0.1, as the tide recorder's, with what goes wrong at such.

POST /upload        a form with `image` and `timestamp`, else 400. What is there under its name with
                    the same content is not stored again: 201 the first time, 200 then.
PUT, DELETE /files/PATH, GET /files/PATH
                    a file as a resource

Files are stored below --dir, whole or not at all. Stdout is a log, one object of JSON a line: `ready`
with the port, then `request` with what was asked, what came, and the status.
"""
import argparse
import base64
import email.message
import hashlib
import hmac
import json
import os
import re
import secrets
import signal
import socket
import ssl
import sys
import tempfile
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REALM = "uploads"
lock = threading.Lock()


def log(event, **facts):
    with lock:
        sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
        sys.stdout.flush()


class Server(ThreadingHTTPServer):
    """Shakes hands of TLS in the connection's own thread, so that one who is slow stops nobody."""
    daemon_threads = True
    request_queue_size = 128
    context = None

    def finish_request(self, request, client_address):
        if self.context:
            request.settimeout(20)
            request = self.context.wrap_socket(request, server_side=True,
                                               do_handshake_on_connect=False)
            try:
                request.do_handshake()
            except OSError as error:
                log("handshake", why=str(error))
                refuse(request)
                return
        try:
            self.RequestHandlerClass(request, client_address, self)
        except (OSError, ValueError):
            pass
        finally:
            request.close()


def refuse(connection):
    """Closes it when the client has, so that it can read why."""
    try:
        raw = socket.socket(fileno=connection.detach())
        raw.shutdown(socket.SHUT_WR)
        while raw.recv(65536):
            pass
        raw.close()
    except OSError:
        pass


def tls_context(certificate, key, client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def path_below(root, name):
    """None unless the name stays below."""
    path = os.path.normpath(os.path.join(root, name))
    return path if name and path.startswith(root + os.sep) and "\0" not in name else None


def store(path, content):
    """Whole or not at all."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), prefix=".part-",
                                     delete=False) as part:
        part.write(content)
    os.replace(part.name, path)


def content_of(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def form_fields(content_type, body):
    """Name -> (file's name or None, content); None when it is no form (RFC 7578)."""
    header = email.message.Message()
    header["Content-Type"] = content_type or ""
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not boundary:
        return None
    mark = b"\r\n--" + boundary.encode()
    pieces = (b"\r\n" + body).split(mark)
    if pieces[0] or not pieces[-1].startswith(b"--"):
        return None
    fields = {}
    for piece in pieces[1:-1]:
        head, gap, content = piece.partition(b"\r\n\r\n")
        if not gap or not head.startswith(b"\r\n"):
            return None
        part = email.message_from_bytes(head[2:] + b"\r\n\r\n")
        name = part.get_param("name", header="content-disposition")
        quoted = re.search(rb'filename="([^"]*)"', head)
        fields[name] = (quoted and urllib.parse.unquote(quoted[1].decode()), content)
    return fields


class Peer(BaseHTTPRequestHandler):
    """What all servers of uploads have in common: bodies, replies, faults by number."""
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    options = None
    count = 0

    def log_message(self, *_):
        pass

    def number(self):
        with lock:
            Peer.count += 1
            return Peer.count

    def body(self):
        """None when it did not come whole."""
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        return content if len(content) == length else None

    def die_at(self, number):
        """In the middle of a body, as a machine does whose power fails."""
        if self.options.die_after and number >= self.options.die_after:
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    def handle_expect_100(self):
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def reply(self, status, body=b"", kind="text/plain; charset=utf-8", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


class Receiver(Peer):
    nonces = set()

    def handle_one(self):
        number = self.number()
        self.facts = {"method": self.command, "path": self.path, "number": number,
                      "key": self.headers.get("Idempotency-Key"),
                      "digest": self.headers.get("Content-Digest"),
                      "type": self.headers.get("Content-Type")}
        self.die_at(number)
        if self.too_large():
            return
        body = self.body()
        if body is None:
            self.close_connection = True
            return
        if self.options.slow:
            time.sleep(self.options.slow)
        if self.options.fail and number % self.options.fail == 0:
            self.answer(503, b"busy\n", headers=[("Retry-After", "1")])
        elif self.may_pass():
            self.act(body)

    do_POST = do_PUT = do_DELETE = do_GET = do_HEAD = handle_one

    def answer(self, status, body=b"", headers=(), **facts):
        log("request", status=status, **self.facts, **facts)
        self.reply(status, body, headers=headers,
                   kind="application/json" if body.startswith(b"{") else "text/plain")

    def too_large(self):
        if int(self.headers.get("Content-Length") or 0) <= self.options.most_bytes:
            return False
        self.close_connection = True
        self.answer(413, b"too large\n", headers=[("Connection", "close")])
        return True

    # Who may.

    def may_pass(self):
        given = self.headers.get("Authorization", "")
        if self.options.token:
            if self.options.token_expired:
                self.answer(401, b"token expired\n", headers=[
                    ("WWW-Authenticate", 'Bearer error="invalid_token"')])
                return False
            wanted = content_of(self.options.token).decode().strip()
            good = hmac.compare_digest(given.encode(), ("Bearer " + wanted).encode())
            if not good:
                self.answer(401, b"no\n", headers=[("WWW-Authenticate", "Bearer")])
            return good
        if not self.options.login:
            return True
        login = content_of(self.options.login).decode().strip()
        if self.options.scheme == "basic":
            good = given == "Basic " + base64.b64encode(login.encode()).decode()
            ask = f'Basic realm="{REALM}"'
        else:
            good = given.startswith("Digest ") and self.digest_is_right(given[7:], login)
            nonce = secrets.token_hex(16)
            ask = f'Digest realm="{REALM}", qop="auth", nonce="{nonce}", algorithm=SHA-256'
            if not good:
                self.nonces.add(nonce)
        if not good:
            self.answer(401, b"who are you?\n", headers=[("WWW-Authenticate", ask)])
        return good

    def digest_is_right(self, text, login):
        """RFC 7616, section 3.4.1."""
        said = {key: quoted or plain for key, quoted, plain in
                re.findall(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))', text)}

        def hashed(*parts):
            return hashlib.sha256(":".join(parts).encode()).hexdigest()

        user, _, password = login.partition(":")
        return (said.get("nonce") in self.nonces and said.get("username") == user and
                said.get("uri") == self.path and
                said.get("response") == hashed(
                    hashed(user, REALM, password), said["nonce"], said.get("nc", ""),
                    said.get("cnonce", ""), said.get("qop", ""),
                    hashed(self.command, self.path)))

    # What they may.

    def act(self, body):
        path = urllib.parse.urlsplit(self.path).path
        if self.command == "POST" and path == "/upload":
            self.take_form(body)
        elif path.startswith("/files/"):
            file = path_below(self.options.dir, urllib.parse.unquote(path[7:]))
            self.take_file(file, body)
        elif path == "/elsewhere":
            self.answer(302, headers=[("Location", "https://elsewhere.invalid/?token=s3cr3t")])
        else:
            self.answer(405 if path == "/upload" else 404, b"no\n")

    def take_form(self, body):
        fields = form_fields(self.headers.get("Content-Type"), body)
        if not fields or "image" not in fields or not fields["image"][0] or \
                "timestamp" not in fields:
            self.answer(400, b"image and timestamp are needed\n")
            return
        name, content = fields["image"]
        text = {key: value.decode() for key, (_, value) in fields.items() if key != "image"}
        sha256 = hashlib.sha256(content).hexdigest()
        file = path_below(self.options.dir, text.get("path", os.path.basename(name)))
        if not file or text.get("sha256", sha256) != sha256:
            self.answer(422, b"a path that leads out, or another content than said\n")
            return
        self.keep(file, content, name=name, fields=text)

    def take_file(self, file, body):
        if not file:
            self.answer(400, b"a path that leads out\n")
        elif self.command == "PUT":
            said = self.headers.get("Content-Digest")
            right = base64.b64encode(hashlib.sha256(body).digest()).decode()
            if said and said != f"sha-256=:{right}:":
                self.answer(422, b"another content than said\n")
            else:
                self.keep(file, body)
        elif self.command == "DELETE":
            there = os.path.isfile(file)
            if there:
                os.remove(file)
            self.answer(204 if there else 404)
        else:
            content = content_of(file)
            self.answer(404 if content is None else 200, content or b"")

    def keep(self, file, content, **facts):
        sha256 = hashlib.sha256(content).hexdigest()
        new = content_of(file) != content
        if new:
            store(file, content)
        told = secrets.token_hex(32) if self.options.damage else sha256
        self.answer(201 if new else 200, json.dumps({"sha256": told}).encode(), sha256=sha256,
                    stored=new, **facts)


def common_options(parser):
    parser.add_argument("--dir", required=True, help="where files are stored")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    parser.add_argument("--client-ca", help="clients must show a certificate of this one")
    parser.add_argument("--fail", type=int, default=0, metavar="N", help="each Nth answer is 503")
    parser.add_argument("--die-after", type=int, default=0, metavar="N",
                        help="killed in the middle of the Nth request")


def serve(handler, options):
    options.dir = os.path.abspath(options.dir)
    os.makedirs(options.dir, exist_ok=True)
    handler.options = options
    server = Server(("127.0.0.1", options.port), handler)
    if options.tls:
        server.context = tls_context(*options.tls, options.client_ca)
    log("ready", port=server.server_address[1])
    server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common_options(parser)
    parser.add_argument("--token", metavar="FILE", help="the bearer token; read at each request")
    parser.add_argument("--token-expired", action="store_true")
    parser.add_argument("--login", metavar="FILE", help="USER:PASSWORD")
    parser.add_argument("--scheme", choices=["basic", "digest"], default="basic")
    parser.add_argument("--slow", type=float, default=0, metavar="SECONDS",
                        help="before each answer")
    parser.add_argument("--most-bytes", type=int, default=1 << 30, help="413 above")
    parser.add_argument("--damage", action="store_true", help="tells of another content")
    serve(Receiver, parser.parse_args())


if __name__ == "__main__":
    main()

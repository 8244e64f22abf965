"""Holds a server to a table of what a standard requires. rfc.py PORT TABLE [WORD...]

A row of the table is four parts, divided by " | ": the section, the requirement in words, the bytes
that are sent, and what is expected. Lines that are empty or begin with # are no rows. In the bytes,
\\r \\n \\t \\0 \\\\ and \\xNN are what they are in Python, {a*N} is "a" N times, {etag} and {date} are
the validators of /digits.txt, and {host} stands for "Host: a\\r\\n". What is expected is words:

    200,404       the status of the answer; once for each answer, in their order. An answer of 100
                  is passed over where HTTP/1.1 allows one.
    open, closed  whether another request is answered on the connection, or it ends
    then:text     more bytes, sent when those before are; ~ in them stands for a blank
    Name          the last answer has the field
    -Name         it has not
    Name=value    it has the field, with this value; ~ in it stands for a blank
    Name^value    the field's value begins so
    body=text     its body, with the escapes of above
    body~text     a part of its body

Each row is sent twice, at once and a byte at a time. Prints a line on stderr for each row that does
not hold, and how many do.
"""

import re
import socket
import sys

PATIENCE = 20  # seconds; what should come comes at once
LAST = b"OPTIONS /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class Answers:
    """What comes back on a connection, an answer at a time."""

    def __init__(self, connection):
        self.connection = connection
        self.bytes = b""
        self.ended = False

    def more(self):
        try:
            got = self.connection.recv(65536)
        except ConnectionResetError:
            got = b""
        self.ended = not got
        self.bytes += got
        return bool(got)

    def next(self, method):
        """Status, fields and body; None when the connection ends before an answer."""
        while b"\r\n\r\n" not in self.bytes:
            if not self.more():
                return None
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        if not re.fullmatch(r"HTTP/1\.1 \d{3} [ -~]*", lines[0]):
            sys.exit(f"no status line: {lines[0]!r}")
        status = int(lines[0].split(" ")[1])
        fields = [line.split(":", 1) for line in lines[1:]]
        fields = [(name.lower(), value.strip()) for name, value in fields]
        length = 0
        if method != "HEAD" and status >= 200 and status not in (204, 304):
            length = int(dict(fields).get("content-length", 0))
        while len(self.bytes) < length:
            if not self.more():
                return status, fields, None
        body, self.bytes = self.bytes[:length], self.bytes[length:]
        return status, fields, body


def unescape(text, names):
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    text = re.sub(r"\{(.)\*(\d+)\}", lambda found: found[1] * int(found[2]), text)
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


def send(connection, data, piece):
    try:
        for at in range(0, len(data), piece):
            connection.sendall(data[at : at + piece])
    except (BrokenPipeError, ConnectionResetError):
        pass  # it has said what it thinks of the first part


def check_field(word, fields):
    values = dict(fields)
    if word.startswith("-"):
        return word[1:].lower() not in values
    if "^" in word:
        name, value = word.split("^", 1)
        return values.get(name.lower(), "").startswith(value.replace("~", " "))
    if "=" in word:
        name, value = word.split("=", 1)
        return values.get(name.lower()) == value.replace("~", " ")
    return word.lower() in values


def check(port, request, expected, names, piece):
    """What does not hold, in words; None when all does."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = Answers(connection)
        methods = re.findall(rb"([A-Z]+) [^ \r\n]+ HTTP/1", request)
        send(connection, request, piece)
        last = None
        for word in expected:
            if word.startswith("then:"):
                send(connection, unescape(word[5:].replace("~", " "), names), piece)
            elif re.fullmatch(r"\d{3}(,\d{3})*", word):
                method = methods.pop(0).decode() if methods else ""
                last = answers.next(method)
                while last and last[0] == 100 and b"HTTP/1.0" not in request:
                    last = answers.next(method)
                status = last[0] if last else "no answer"
                if str(status) not in word.split(","):
                    return f"{status} instead of {word}"
                if last[2] is None:
                    return "the body is cut short"
            elif word == "open":
                send(connection, LAST, len(LAST))
                if not answers.next("OPTIONS"):
                    return "the connection ends"
                if answers.next("") or answers.bytes:
                    return "there are more answers than requests"
            elif word == "closed":
                send(connection, LAST, len(LAST))
                if not answers.ended:
                    try:
                        connection.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass  # it is gone already
                if answers.next("") or answers.bytes:
                    return "there are more answers than requests"
                if ("connection", "close") not in last[1]:
                    return "the end of the connection is not announced"
            elif word.startswith("body="):
                if last[2] != unescape(word[5:].replace("~", " "), names):
                    return f"the body is {last[2]!r}"
            elif word.startswith("body~"):
                if unescape(word[5:], names) not in last[2]:
                    return f"the body is {last[2]!r}"
            elif not check_field(unescape(word, names).decode("latin-1"), last[1]):
                return f"{word} does not hold: {last[1]}"
    return None


def validators(port):
    request = b"HEAD /digits.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        fields = dict(Answers(connection).next("HEAD")[1])
    return {"etag": fields["etag"], "date": fields["last-modified"], "host": r"Host: a\r\n"}


def main():
    port, table = int(sys.argv[1]), sys.argv[2]
    names = validators(port)
    held = rows = 0
    with open(table, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line or line.startswith("#"):
                continue
            parts = line.split(" | ")
            if len(parts) != 4:
                sys.exit(f"line {number} is no row")
            section, requirement, request, expected = parts
            rows += 1
            data = unescape(request, names)
            for piece in (len(data), 1):
                try:
                    wrong = check(port, data, expected.split(), names, piece)
                except TimeoutError:
                    wrong = "nothing comes"
                if wrong:
                    print(f"{number}: {section}: {requirement}: {wrong}", file=sys.stderr)
                    break
            else:
                held += 1
    print(f"{held} of {rows} requirements hold")
    sys.exit(held != rows)


main()

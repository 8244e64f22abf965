#!/usr/bin/python3
"""An object store on 127.0.0.1 that verifies signatures (S3, signature version 4).

The signature of each request is made again by botocore, Amazon's own, and must be the same. Bodies
must be what x-amz-content-sha256 and x-amz-checksum-sha256 say, dates within 15 minutes. Known are
PUT, GET, HEAD and DELETE of objects, ListObjectsV2 of buckets, and objects of several parts.

Objects are files below --dir, BUCKET/KEY, which appear whole or not at all. Stdout is a log, one
object of JSON a line: `ready` with the port, then `request` with what was asked, the status, and the
code of the error.
"""
import argparse
import base64
import datetime
import hashlib
import os
import re
import secrets
import sys
import threading
import urllib.parse
import xml.etree.ElementTree as ElementTree
from email.utils import formatdate
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from upload_server import Peer, common_options, content_of, log, path_below, serve, store

SMALLEST_PART = 5 << 20
STATUS = {"NoSuchKey": 404, "NoSuchBucket": 404, "NoSuchUpload": 404, "SlowDown": 503,
          "AccessDenied": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403,
          "RequestTimeTooSkewed": 403, "NotImplemented": 501}
uploads = {}
lock = threading.Lock()


def tag_of(content):
    return '"' + hashlib.md5(content).hexdigest() + '"'


class Refusal(Exception):
    def __init__(self, code, message=""):
        super().__init__(code)
        self.code, self.message = code, message


class Store(Peer):
    def handle_one(self):
        number = self.number()
        self.facts = {"method": self.command, "path": self.path, "number": number}
        for name in ("Content-Type", "Cache-Control", "x-amz-meta-time"):
            if self.headers.get(name):
                self.facts[name.lower()] = self.headers[name]
        self.die_at(number)
        body = self.body()
        if body is None:
            self.close_connection = True
            return
        try:
            if self.options.fail and number % self.options.fail == 0:
                raise Refusal("SlowDown", "Please reduce your request rate.")
            self.verify(body)
            self.act(body)
        except Refusal as refusal:
            text = (f"<Error><Code>{refusal.code}</Code>"
                    f"<Message>{escape(refusal.message)}</Message></Error>")
            self.answer(STATUS.get(refusal.code, 400), text, code=refusal.code)

    do_PUT = do_POST = do_DELETE = do_GET = do_HEAD = handle_one

    def answer(self, status, text="", headers=(), body=None, **facts):
        log("request", status=status, **self.facts, **facts)
        if text:
            body = b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()
        self.reply(status, body or b"", "application/xml", headers)

    # The store's clock.

    def time(self):
        return datetime.datetime.utcnow() + datetime.timedelta(seconds=self.options.skew)

    def date_time_string(self, timestamp=None):
        since = datetime.datetime(1970, 1, 1)
        return formatdate((self.time() - since).total_seconds(), usegmt=True)

    # Whether the request is what it says, of one who may.

    def verify(self, body):
        match = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,\s*"
            r"SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})",
            self.headers.get("Authorization", ""))
        if not match:
            raise Refusal("AccessDenied", "Anonymous access is forbidden.")
        key, day, region, signed, signature = match.groups()
        signed = signed.split(";")
        if self.options.expired:
            raise Refusal("ExpiredToken", "The provided token has expired.")
        if key != self.options.key:
            raise Refusal("InvalidAccessKeyId", "The AWS Access Key Id does not exist.")
        if region != self.options.region:
            raise Refusal("AuthorizationHeaderMalformed", f"The region '{region}' is wrong; "
                          f"expecting '{self.options.region}'")
        for name, values in ((name, self.headers.get_all(name)) for name in signed):
            if not values or len(values) > 1:
                raise Refusal("AccessDenied", "signed, but not there once: " + name)
        for name in self.headers:
            must = name.lower() == "host" or name.lower().startswith("x-amz-")
            if must and name.lower() not in signed:
                raise Refusal("AccessDenied", "There were headers present in the request which "
                              "were not signed: " + name)
        date = self.headers.get("x-amz-date", "")
        try:
            moment = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ")
        except ValueError:
            raise Refusal("AccessDenied", "x-amz-date is needed")
        if date[:8] != day or abs((self.time() - moment).total_seconds()) > 900:
            raise Refusal("RequestTimeTooSkewed",
                          "The difference between the request time and the current time is too "
                          "large.")
        if (self.headers.get("x-amz-security-token") or None) != self.options.token:
            raise Refusal("InvalidToken", "The provided token is malformed or otherwise invalid.")
        request = AWSRequest(self.command, "http://" + self.headers["Host"] + self.path,
                             headers={name: self.headers[name] for name in signed})
        request.context["timestamp"] = date
        signer = S3SigV4Auth(Credentials(self.options.key, self.options.secret), "s3", region)
        canonical = signer.canonical_request(request)
        if signer.signature(signer.string_to_sign(request, canonical), request) != signature:
            raise Refusal("SignatureDoesNotMatch", canonical)
        self.verify_body(body)

    def verify_body(self, body):
        digest = hashlib.sha256(body)
        if self.headers.get("x-amz-content-sha256") != digest.hexdigest():
            raise Refusal("XAmzContentSHA256Mismatch")
        checksum = self.headers.get("x-amz-checksum-sha256")
        if checksum and self.options.no_checksums:
            raise Refusal("NotImplemented", "Header 'x-amz-checksum-sha256' not implemented")
        if checksum and checksum != base64.b64encode(digest.digest()).decode():
            raise Refusal("BadDigest", "The SHA256 you specified did not match.")

    # What is asked.

    def act(self, body):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        bucket, _, key = urllib.parse.unquote(url.path).lstrip("/").partition("/")
        if bucket not in self.options.bucket:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist")
        file = path_below(os.path.join(self.options.dir, bucket), key) if key else None
        if key and not file:
            raise Refusal("InvalidURI")
        if not key:
            self.list(bucket, query)
        elif "uploads" in query and self.command == "POST":
            self.begin(file)
        elif "uploadId" in query:
            self.take_part(file, query, body)
        elif self.command == "PUT":
            store(file, body)
            self.answer(200, headers=[("ETag", tag_of(body))])
        elif self.command == "DELETE":
            if os.path.isfile(file):
                os.remove(file)
            self.answer(204)
        else:
            content = content_of(file)
            if content is None:
                raise Refusal("NoSuchKey")
            self.answer(200, headers=[("ETag", tag_of(content))], body=content)

    def list(self, bucket, query):
        if "uploads" in query:
            found = "".join(f"<Upload><UploadId>{name}</UploadId></Upload>" for name in uploads)
            self.answer(200, f"<ListMultipartUploadsResult>{found}</ListMultipartUploadsResult>")
            return
        if self.command != "GET" or query.get("list-type") != "2":
            raise Refusal("NotImplemented")
        root = os.path.join(self.options.dir, bucket)
        keys = sorted(os.path.relpath(os.path.join(place, name), root)
                      for place, _, names in os.walk(root) for name in names
                      if not name.startswith(".part-"))
        keys = [key for key in keys if key.startswith(query.get("prefix", ""))]
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key>"
            f"<Size>{os.path.getsize(os.path.join(root, key))}</Size></Contents>" for key in keys)
        self.answer(200, f"<ListBucketResult><KeyCount>{len(keys)}</KeyCount>"
                    f"<IsTruncated>false</IsTruncated>{found}</ListBucketResult>")

    # Objects of several parts.

    def begin(self, file):
        name = secrets.token_urlsafe(24) + "+/="
        with lock:
            uploads[name] = {"file": file, "parts": {}}
        self.answer(200, "<InitiateMultipartUploadResult>"
                    f"<UploadId>{name}</UploadId></InitiateMultipartUploadResult>")

    def take_part(self, file, query, body):
        upload = uploads.get(query["uploadId"])
        if not upload or upload["file"] != file:
            raise Refusal("NoSuchUpload")
        if self.command == "PUT":
            upload["parts"][int(query["partNumber"])] = body
            self.answer(200, headers=[("ETag", tag_of(body))], part=len(body))
        elif self.command == "DELETE":
            uploads.pop(query["uploadId"])
            self.answer(204)
        elif self.command == "POST":
            self.complete(file, query["uploadId"], upload["parts"], body)
        else:
            raise Refusal("NotImplemented")

    def complete(self, file, name, parts, body):
        try:
            wanted = [(int(part.findtext("PartNumber")), part.findtext("ETag"))
                      for part in ElementTree.fromstring(body).iter("Part")]
        except (ElementTree.ParseError, TypeError, ValueError):
            raise Refusal("MalformedXML")
        if wanted != sorted(wanted) or not wanted:
            raise Refusal("InvalidPartOrder")
        if any(tag_of(parts.get(number, b"")) != tag for number, tag in wanted):
            raise Refusal("InvalidPart")
        if any(len(parts[number]) < SMALLEST_PART for number, _ in wanted[:-1]):
            raise Refusal("EntityTooSmall")
        content = b"".join(parts[number] for number, _ in wanted)
        store(file, content)
        uploads.pop(name)
        self.answer(200, "<CompleteMultipartUploadResult><ETag>"
                    f"{escape(tag_of(content))}</ETag></CompleteMultipartUploadResult>")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    common_options(parser)
    parser.add_argument("--bucket", action="append", required=True)
    parser.add_argument("--key", default="AKIDEXAMPLE")
    parser.add_argument("--secret", default="s3cr3t")
    parser.add_argument("--token", help="of a session; without, none is taken")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--skew", type=int, default=0, metavar="SECONDS",
                        help="how far the store's clock is ahead")
    parser.add_argument("--expired", action="store_true", help="all sessions are over")
    parser.add_argument("--no-checksums", action="store_true",
                        help="refuses requests with x-amz-checksum-sha256")
    options = parser.parse_args()
    for bucket in options.bucket:
        os.makedirs(os.path.join(options.dir, bucket), exist_ok=True)
    serve(Store, options)


if __name__ == "__main__":
    main()

"""The five requests of the S3 protocol that a backup needs, signed by AWS Signature 4, over TLS alone."""

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote
from xml.etree import ElementTree

from production.backup.agent.settings import Bucket

PART = 8 * 1024 * 1024  # bytes; larger files go up in parts of this size, 10,000 at most
TIMEOUT = 30.0  # seconds
TRIES = 3
EMPTY = hashlib.sha256().hexdigest()
SPACE = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class StoreFailed(Exception):
    """The store refused, or could not be reached."""


class S3Client:
    """One connection to one bucket, addressed by path: every compatible store understands that."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._context = ssl.create_default_context(cafile=bucket.ca_file or None)
        self._connection: http.client.HTTPSConnection | None = None
        self._answer: http.client.HTTPResponse | None = None

    def objects(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Keys with the prefix and their sizes in bytes."""
        token = ""
        while True:
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": token} if token else {})
            page = ElementTree.fromstring(self._body("GET", "", query))  # noqa: S314  (no entities are expanded, and the store is ours)
            for entry in page.iter(f"{SPACE}Contents"):
                yield entry.findtext(f"{SPACE}Key", ""), int(entry.findtext(f"{SPACE}Size", "0"))
            token = page.findtext(f"{SPACE}NextContinuationToken", "")
            if not token:
                return

    def get(self, key: str) -> BinaryIO | None:
        """The object as a stream; None if there is none. Read it to its end, or close it."""
        answer = self._request("GET", key)
        if answer.status == http.client.NOT_FOUND:
            answer.read()
            return None
        return cast(BinaryIO, answer)

    def put(self, key: str, path: Path) -> None:
        """Store a file under a key, whole or not at all."""
        if path.stat().st_size <= PART:
            self._body("PUT", key, data=path.read_bytes())
            return
        upload = self._find("UploadId", self._body("POST", key, {"uploads": ""}))
        try:
            self._put_parts(key, path, upload)
        except BaseException:
            self._request("DELETE", key, {"uploadId": upload}).read()
            raise

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""
        self._request("DELETE", key).read()

    def _put_parts(self, key: str, path: Path, upload: str) -> None:
        tags: list[str] = []
        with path.open("rb") as file:
            while part := file.read(PART):
                answer = self._request("PUT", key, {"partNumber": str(len(tags) + 1), "uploadId": upload}, part)
                answer.read()
                tags.append(answer.headers.get("ETag", ""))
        parts = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>" for number, tag in enumerate(tags, 1))
        whole = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>".encode()
        self._find("ETag", self._body("POST", key, {"uploadId": upload}, whole))

    def _find(self, element: str, body: bytes) -> str:
        """The text of an element; a store may answer 200 and tell of an error in the body."""
        found = ElementTree.fromstring(body).findtext(f"{SPACE}{element}")  # noqa: S314
        if found is None:
            raise StoreFailed(f"the store answered without {element}: {body[:300]!r}")
        return found

    def _body(self, method: str, key: str, query: dict[str, str] | None = None, data: bytes = b"") -> bytes:
        answer = self._request(method, key, query, data)
        body = answer.read()
        if answer.status == http.client.NOT_FOUND:
            raise StoreFailed(f"{method} {key or 'the bucket'}: there is no such bucket or object")
        return body

    def _request(self, method: str, key: str, query: dict[str, str] | None = None, data: bytes = b"") -> http.client.HTTPResponse:
        """The answer, 2xx or 404; tried again where the connection or the server failed. Raises StoreFailed."""
        failure = ""
        for tried in range(TRIES):
            if tried:
                self._connection = None
                time.sleep(2**tried)
            try:
                answer = self._send(method, key, query or {}, data)
            except (OSError, http.client.HTTPException) as error:
                failure = f"{self._bucket.endpoint} cannot be reached: {error}"
                continue
            if answer.status < http.client.MULTIPLE_CHOICES or answer.status == http.client.NOT_FOUND:
                return answer
            failure = f"{method} {key or 'the bucket'}: the store answered {answer.status} {_reason(answer.read())}"
            if answer.status < http.client.INTERNAL_SERVER_ERROR:
                break
        raise StoreFailed(failure)

    def _send(self, method: str, key: str, query: dict[str, str], data: bytes) -> http.client.HTTPResponse:
        path = f"/{quote(self._bucket.name)}/{quote(key)}" if key else f"/{quote(self._bucket.name)}"
        asked = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))
        if self._connection is None or (self._answer is not None and self._answer.length):  # the last answer was not read to its end
            self._connection = http.client.HTTPSConnection(self._bucket.endpoint, timeout=TIMEOUT, context=self._context)
        headers = sign(self._bucket, method, path, asked, hashlib.sha256(data).hexdigest() if data else EMPTY, datetime.now(UTC))
        self._connection.request(method, f"{path}?{asked}" if asked else path, body=data or None, headers=headers)
        self._answer = self._connection.getresponse()
        return self._answer


def sign(bucket: Bucket, method: str, path: str, query: str, content: str, at: datetime) -> dict[str, str]:
    """The headers of a signed request; ``content`` is the SHA-256 of its body."""
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    headers = {"host": bucket.endpoint, "x-amz-content-sha256": content, "x-amz-date": stamp}
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join([method, path, query, lines, names, content])
    scope = f"{day}/{bucket.region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    key = f"AWS4{bucket.secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={bucket.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers | {"authorization": credential}


def _reason(body: bytes) -> str:
    try:
        page = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError:
        return body[:200].decode(errors="replace")
    return f"{page.findtext('Code', '')}: {page.findtext('Message', '')}"

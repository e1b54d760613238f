"""Optimistic locking by version: ETag out, If-Match in."""

import re

from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.errors import PreconditionFailed, PreconditionRequired

ETAG = re.compile(r'(?:W/)?"v(\d{1,9})"')  # a proxy that compresses makes a tag weak


def etag(version: int) -> str:
    """The tag of a version."""
    return f'"v{version}"'


def expected_version(request: Request) -> int:
    """The version that the client saw. Raises PreconditionRequired (428) without If-Match, PreconditionFailed (412) for a foreign tag."""
    given = request.headers.get("If-Match")
    if given is None:
        raise PreconditionRequired
    match = ETAG.fullmatch(given.strip())
    if match is None:
        raise PreconditionFailed
    return int(match[1])


def check_version(actual: int, expected: int | None) -> None:
    """Raise PreconditionFailed (412) if somebody else was faster. Ask it under the row's lock."""
    if expected is not None and actual != expected:
        raise PreconditionFailed


def with_etag(response: Response, version: int) -> Response:
    """The response, carrying the tag of what it shows."""
    response["ETag"] = etag(version)
    return response

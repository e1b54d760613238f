"""Who opens a socket: a program by its Bearer token, a browser by its cookie if the page is ours."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import parse_cookie

from servicekit.authentication import verify
from servicekit.errors import Forbidden, NotAuthenticated, require
from servicekit.principal import Principal


class ForeignOrigin(Forbidden):
    code, title = "foreign_origin", "The page that opens the socket is not ours"


def authenticate(headers: Iterable[tuple[bytes, bytes]]) -> Principal:
    """The principal of a handshake. Raises NotAuthenticated, or ForeignOrigin for another site's page.

    A browser sends its cookies whatever page it shows, so a cookie counts only with our Origin; a program sends none.
    """
    values = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
    origin, bearer = values.get("origin"), _bearer(values.get("authorization", ""))
    require(origin == _our_origin() or (origin is None and bearer is not None), ForeignOrigin)
    token = bearer or parse_cookie(values.get("cookie", "")).get(settings.ACCESS_COOKIE)
    if token is None:
        raise NotAuthenticated
    return verify(token)[0]


def _bearer(header: str) -> str | None:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _our_origin() -> str:
    parts = urlsplit(settings.BASE_URL)
    return f"{parts.scheme}://{parts.netloc}"

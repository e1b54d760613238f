"""From a request to a principal: Bearer for programs, cookie + CSRF header for browsers."""

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from servicekit import revocation
from servicekit.errors import Forbidden, NotAuthenticated
from servicekit.keyring import KeyringBackend, make_backend
from servicekit.principal import Principal, principal_from_claims

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
REMEMBERED = 1024  # verified tokens kept by a process; a signature is then checked once per token


class TokenInvalid(NotAuthenticated):
    title = "The access token is not valid"


class TokenExpired(NotAuthenticated):
    code, title = "token_expired", "The access token has expired"


class CsrfFailed(Forbidden):
    code, title = "csrf_failed", "The X-CSRF-Token header is missing or wrong"


_remembered: OrderedDict[str, tuple[float, Mapping[str, Any], Principal]] = OrderedDict()
_lock = threading.Lock()


@cache
def _backend() -> KeyringBackend:
    return make_backend()


def verify(token: str) -> tuple[Principal, Mapping[str, Any]]:
    """The principal and the claims of an access token that is signed, in time and not revoked.

    Raises TokenInvalid, TokenExpired, TokenOutdated or SessionRevoked (all 401), Unavailable (503).
    """
    with _lock:
        known = _remembered.get(token)
    if known is None or known[0] < time.time():
        known = _verify_signature(token)
        with _lock:
            _remembered[token] = known
            while len(_remembered) > REMEMBERED:
                _remembered.popitem(last=False)
    _, claims, principal = known
    revocation.check(principal)
    return principal, claims


def _verify_signature(token: str) -> tuple[float, Mapping[str, Any], Principal]:
    try:
        claims = _backend().decode(token)  # type: ignore[arg-type]  # the stub does not know what PyJWT takes
        if claims["typ"] != "access":
            raise TokenInvalid
        return float(claims["exp"]), claims, principal_from_claims(claims)
    except TokenBackendExpiredToken as error:
        raise TokenExpired from error
    except (TokenBackendError, KeyError, ValueError, TypeError) as error:
        raise TokenInvalid from error


def authenticate_cookie(request: HttpRequest) -> Principal | None:
    """The principal of the browser's access cookie; None without one. For doors other than the API; checks no CSRF."""
    token = request.COOKIES.get(settings.ACCESS_COOKIE)
    return verify(token)[0] if token else None


class TokenAuthentication(BaseAuthentication):
    """DRF's door to ``verify``."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """(principal, claims), or None for somebody who brings no token."""
        token, by_cookie = self._token(request)
        if token is None:
            return None
        principal, claims = verify(token)
        if by_cookie and request.method not in SAFE_METHODS:
            self._check_csrf(request, claims)
        request._request.principal_id = str(principal.id)  # type: ignore[attr-defined]  # for the access log
        return principal, claims

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"

    def _token(self, request: Request) -> tuple[str | None, bool]:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and value:
            return value.strip(), False
        return request.COOKIES.get(settings.ACCESS_COOKIE), True

    def _check_csrf(self, request: Request, claims: Mapping[str, Any]) -> None:
        sent, expected = request.headers.get("X-CSRF-Token", ""), str(claims.get("csrf", ""))
        if not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
            raise CsrfFailed

"""The three cookies of a browser's session."""

from django.conf import settings
from rest_framework.response import Response

from tokens.services import Issued

#: the refresh cookie goes to auth alone
REFRESH_PATH = "/api/v1/auth/"


def set_cookies(response: Response, issued: Issued) -> Response:
    """Tokens where scripts cannot read them, and the CSRF token where they can. Without "remember me" they end with the browser."""
    max_age = int(issued.session.lifetime.total_seconds()) if issued.session.is_remembered else None
    return _write(response, issued.access, issued.refresh, issued.csrf, max_age)


def clear_cookies(response: Response) -> Response:
    """Take the three cookies back."""
    return _write(response, "", "", "", 0)


def _write(response: Response, access: str, refresh: str, csrf: str, max_age: int | None) -> Response:
    secure = settings.SECURE
    # Lax: a link in a mail may lead into the admin; the others are of use to our own pages only
    response.set_cookie(settings.ACCESS_COOKIE, access, max_age, secure=secure, httponly=True, samesite="Lax")
    response.set_cookie(settings.REFRESH_COOKIE, refresh, max_age, path=REFRESH_PATH, secure=secure, httponly=True, samesite="Strict")
    response.set_cookie(settings.CSRF_TOKEN_COOKIE, csrf, max_age, secure=secure, samesite="Strict")
    return response

"""The three cookies of a browser's session."""

from django.conf import settings
from rest_framework.response import Response

from tokens.services import Issued

#: the refresh cookie goes to auth alone
REFRESH_PATH = "/api/v1/auth/"


def set_cookies(response: Response, issued: Issued) -> Response:
    """Tokens where scripts cannot read them, and the CSRF token where they can. Without "remember me" they end with the browser."""
    max_age = int(issued.session.lifetime.total_seconds()) if issued.session.is_remembered else None
    secure = settings.SECURE
    # Lax: a link in a mail may lead into the admin
    response.set_cookie(settings.ACCESS_COOKIE, issued.access, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")
    response.set_cookie(
        settings.REFRESH_COOKIE, issued.refresh, max_age=max_age, path=REFRESH_PATH, secure=secure, httponly=True, samesite="Strict"
    )
    response.set_cookie(settings.CSRF_TOKEN_COOKIE, issued.csrf, max_age=max_age, path="/", secure=secure, httponly=False, samesite="Strict")
    return response


def clear_cookies(response: Response) -> Response:
    """Take the three cookies back."""
    for name, path, same_site in (
        (settings.ACCESS_COOKIE, "/", "Lax"),
        (settings.REFRESH_COOKIE, REFRESH_PATH, "Strict"),
        (settings.CSRF_TOKEN_COOKIE, "/", "Strict"),
    ):
        response.set_cookie(name, "", max_age=0, path=path, secure=settings.SECURE, httponly=True, samesite=same_site)  # type: ignore[arg-type]
    return response

"""Access and refresh tokens, signed with the current key and verified with every key that is still accepted."""

import hmac
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Self, cast
from uuid import UUID

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac
from jwt.types import Options
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import Token

from access.selectors import Held
from accounts.models import User
from servicekit.authentication import CsrfFailed
from servicekit.errors import require
from servicekit.keyring import KeyringBackend
from tokens.errors import RefreshTokenInvalid
from tokens.keys import key_id, read_signing_key
from tokens.models import REMEMBERED, Session, SessionKind

#: refresh tokens are for auth alone: no other service accepts this audience
REFRESH_AUDIENCE = "tts-refresh"


class SigningBackend(KeyringBackend):
    """simplejwt's backend, naming the key in the header so that verifiers find it."""

    def __init__(self, audience: str) -> None:
        super().__init__("EdDSA", signing_key=settings.JWT_SIGNING_KEY, audience=audience, issuer=settings.JWT_ISSUER)

    @cached_property
    def kid(self) -> str:
        """The id of the signing key."""
        return key_id(read_signing_key(settings.JWT_SIGNING_KEY).public_key())

    def encode(self, payload: dict[str, Any]) -> str:
        """The signed token."""
        claims = {**payload, "aud": self.audience, "iss": self.issuer}
        return jwt.encode(claims, self.prepared_signing_key, algorithm=self.algorithm, headers={"kid": self.kid})

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """The claims of a genuine token. Its time is not looked at: the session's row knows it, by the one clock."""
        timeless: Options = {"verify_exp": False, "verify_iat": False}
        try:
            return jwt.decode(
                token, self.get_verifying_key(token), algorithms=["EdDSA"], audience=self.audience, issuer=self.issuer, options=timeless
            )
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("not genuine") from error


class AccessToken(Token):
    """Who somebody is and what he may do, for ten minutes."""

    token_type = "access"  # noqa: S105
    lifetime = timedelta(minutes=10)

    def get_token_backend(self) -> SigningBackend:
        """Signs for every service."""
        return SigningBackend(settings.JWT_AUDIENCE)

    @classmethod
    def of(cls, session: Session, user: User, held: Held, *, at: datetime) -> Self:
        """The access token of a session at a moment."""
        token = cls()
        token.set_iat(at_time=at)
        token.set_exp(from_time=at)
        token.payload |= {
            "sub": str(user.id),
            "sid": str(session.id),
            "name": user.name,
            "email": user.email,
            "roles": list(held.roles),
            "perms": list(held.permissions),
            "av": user.access_version,
            **csrf_claim(session),
        }
        return token


class RefreshToken(Token):
    """A turn at prolonging a session. It follows from the session's row: the same row gives the same token."""

    token_type = "refresh"  # noqa: S105
    lifetime = REMEMBERED

    def get_token_backend(self) -> SigningBackend:
        """Signs for auth alone."""
        return SigningBackend(REFRESH_AUDIENCE)

    @classmethod
    def of(cls, session: Session) -> Self:
        """The session's current refresh token."""
        token = cls()
        token.set_iat(at_time=session.last_used_at)
        token.set_exp(from_time=session.expires_at, lifetime=timedelta())
        token.payload |= {"jti": str(session.refresh_id), "sub": str(session.user_id), "sid": str(session.id), **csrf_claim(session)}
        return token

    @classmethod
    def read(cls, text: str, kind: SessionKind) -> Self:
        """The genuine token of a browser or of a program. Raises RefreshTokenInvalid."""
        try:
            token = cls(cast(Any, text))  # simplejwt's annotation says Token, its code wants text
        except TokenError as error:
            raise RefreshTokenInvalid from error
        require(("csrf" in token) == (kind == SessionKind.BROWSER), RefreshTokenInvalid)
        return token

    def verify(self) -> None:
        """Beyond the signature: that it is a refresh token at all. Whether it is in time, the session's row says."""
        self.verify_token_type()

    def check_csrf(self, header: str) -> None:
        """Raise CsrfFailed unless the header repeats what only this origin's scripts can read."""
        require(hmac.compare_digest(header.encode(), str(self["csrf"]).encode()), CsrfFailed)

    @property
    def id(self) -> UUID:
        """Tells it from the others of its family."""
        return UUID(self["jti"])

    @property
    def user_id(self) -> UUID:
        """Whose it is."""
        return UUID(self["sub"])

    @property
    def session_id(self) -> UUID:
        """The family."""
        return UUID(self["sid"])


def csrf_token(session: Session) -> str:
    """What a browser's scripts must repeat in ``X-CSRF-Token``; bound to the session."""
    return salted_hmac("tts.csrf", str(session.id), algorithm="sha256").hexdigest()


def csrf_claim(session: Session) -> dict[str, str]:
    """Only a browser's tokens carry one."""
    return {"csrf": csrf_token(session)} if session.kind == SessionKind.BROWSER else {}

"""The public keys that access tokens are verified with: auth's JWKS, fetched rarely and kept when auth is away."""

import threading
import time
from typing import Any

import jwt
import msgspec
from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError

from servicekit import http
from servicekit.errors import Unavailable

LIFETIME = 300.0  # seconds until known keys are looked up again
RETRY = 5.0  # seconds between look-ups for a key id that is not known


class Keyring:
    """Key id → public key. Rotation needs no restart: an unknown id makes one look-up."""

    def __init__(self) -> None:
        self._keys: dict[str, Any] = {}
        self._loaded_at = float("-inf")
        self._tried_at = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str) -> Any:
        """The public key named ``kid``. Raises TokenBackendError if auth has none, Unavailable if no key was ever loaded."""
        with self._lock:
            if self._is_due(kid):
                self._load()
        if not self._keys:
            raise Unavailable("The keys to verify logins with cannot be had just now.")
        try:
            return self._keys[kid]
        except KeyError:
            raise TokenBackendError("unknown key") from None

    def _is_due(self, kid: str) -> bool:
        now = time.monotonic()
        stale = now - self._loaded_at > LIFETIME
        return (stale or kid not in self._keys) and now - self._tried_at > RETRY

    def _load(self) -> None:
        self._tried_at = time.monotonic()
        try:
            document = (
                msgspec.json.decode(settings.JWKS)
                if settings.JWKS
                else http.fetch_json(f"{settings.AUTH_SERVICE_URL}/.well-known/jwks.json")
            )
        except Unavailable:
            return  # the keys at hand stay good until their tokens expire
        self._keys = {key["kid"]: jwt.PyJWK(key).key for key in document["keys"]}
        self._loaded_at = time.monotonic()


keyring = Keyring()


class KeyringBackend(TokenBackend):
    """simplejwt's verifier, asking the keyring for the key that the token names."""

    def get_verifying_key(self, token: Any) -> Any:
        """The key of the token's ``kid``. Raises TokenBackendError when it names none."""
        try:
            kid = jwt.get_unverified_header(token)["kid"]
        except (jwt.InvalidTokenError, KeyError) as error:
            raise TokenBackendError("no key id") from error
        return keyring.key(str(kid))


def make_backend() -> KeyringBackend:
    """The verifier of access tokens: EdDSA alone, auth's issuer, our audience, 5 s of clock difference."""
    return KeyringBackend("EdDSA", audience=settings.JWT_AUDIENCE, issuer=settings.JWT_ISSUER, leeway=5)

"""The key that tests sign access tokens with, and the tokens."""

import base64
import hashlib
import json
import time
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from servicekit.contracts.permissions import BUILT_IN_ROLES
from servicekit.principal import Principal

_key = Ed25519PrivateKey.generate()
_public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(_key.public_key()))
_canonical = json.dumps({name: _public[name] for name in ("crv", "kty", "x")}, separators=(",", ":")).encode()
#: the key's RFC 7638 thumbprint, which is how auth names its keys
KID = base64.urlsafe_b64encode(hashlib.sha256(_canonical).digest()).rstrip(b"=").decode()


def private_pem() -> str:
    """The private key as PEM, as auth reads it."""
    return _key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def jwks() -> str:
    """The public half as a JWKS document."""
    return json.dumps({"keys": [_public | {"kid": KID, "use": "sig", "alg": "EdDSA"}]})


def make_principal(
    role: str = "hdts.employee", *, user_id: UUID | None = None, name: str | None = None, permissions: Any = None, access_version: int = 1
) -> Principal:
    """Somebody with a built-in role, or with other permissions than it has."""
    title, rights = BUILT_IN_ROLES[role]
    user_id = user_id or uuid4()
    return Principal(
        id=user_id,
        name=name or f"{title} {user_id.hex[:4]}",
        email=f"{user_id.hex[:8]}@example.org",
        session_id=uuid4(),
        roles=frozenset({role}),
        permissions=frozenset(rights if permissions is None else permissions),
        access_version=access_version,
    )


def claims_of(principal: Principal, **changes: Any) -> dict[str, Any]:
    """The claims that auth would write for the principal."""
    issued = int(time.time())
    claims = {
        "sub": str(principal.id),
        "sid": str(principal.session_id),
        "name": principal.name,
        "email": principal.email,
        "roles": sorted(principal.roles),
        "perms": sorted(principal.permissions),
        "av": principal.access_version,
        "typ": "access",
        "iss": "tts-auth",
        "aud": "tts",
        "iat": issued,
        "exp": issued + 600,
    }
    return claims | changes


def sign(claims: dict[str, Any], *, kid: str = KID) -> str:
    """A token with these claims."""
    return jwt.encode(claims, _key, algorithm="EdDSA", headers={"kid": kid})


def token_for(principal: Principal, **changes: Any) -> str:
    """An access token of the principal."""
    return sign(claims_of(principal, **changes))

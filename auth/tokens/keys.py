"""The keys that tokens are signed and verified with. Nothing of Django here: the settings read it."""

import base64
import hashlib
import json
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key

PEM_BLOCK = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


class UnfitKey(ValueError):
    """Not a PEM of an Ed25519 key."""


def read_signing_key(pem: str) -> Ed25519PrivateKey:
    """The private key. Raises UnfitKey."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnfitKey("it is not an unencrypted PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UnfitKey("it is not an Ed25519 key")
    return key


def read_retired_keys(pems: str) -> list[Ed25519PublicKey]:
    """Public keys, one PEM after the other. Raises UnfitKey."""
    if PEM_BLOCK.sub("", pems).strip():
        raise UnfitKey("it holds something else than PEM public keys")
    return [_read_public_key(pem) for pem in PEM_BLOCK.findall(pems)]


def key_id(key: Ed25519PublicKey) -> str:
    """The key's RFC 7638 thumbprint: the same wherever it is computed."""
    canonical = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": _x(key)}, separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def key_set(keys: list[Ed25519PublicKey]) -> str:
    """The JWKS document (RFC 7517, RFC 8037) of these keys."""
    entries = [{"kty": "OKP", "crv": "Ed25519", "x": _x(key), "kid": key_id(key), "alg": "EdDSA", "use": "sig"} for key in keys]
    return json.dumps({"keys": entries})


def _read_public_key(pem: str) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnfitKey("it holds something else than PEM public keys") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UnfitKey("it holds something else than Ed25519 keys")
    return key


def _x(key: Ed25519PublicKey) -> str:
    return _base64url(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

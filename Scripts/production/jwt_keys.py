"""The keys that tokens are signed with, as auth reads them."""

import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, load_pem_public_key

PEM_BLOCK = re.compile(r"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----", re.DOTALL)


def blocks(pems: str) -> list[str]:
    """Public keys that stand one after the other, each by itself."""
    return [match[0] for match in PEM_BLOCK.finditer(pems)]


def public_pem(private_pem: str) -> str:
    """The public half of a signing key. Raises ValueError."""
    key = load_pem_private_key(private_pem.encode(), password=None)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode().strip()


def fault_of_signing_key(pem: str) -> str:
    """Why auth would not take a key; nothing if it would."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "it is not an unencrypted PEM private key"
    return "" if isinstance(key, Ed25519PrivateKey) else "it is not an Ed25519 key"


def fault_of_retired_keys(pems: str) -> str:
    """Why auth would not take retired keys; nothing if it would."""
    if PEM_BLOCK.sub("", pems).strip():
        return "it holds something else than PEM public keys"
    try:
        keys = [load_pem_public_key(pem.encode()) for pem in PEM_BLOCK.findall(pems)]
    except (ValueError, UnsupportedAlgorithm):
        return "it holds something else than PEM public keys"
    return "" if all(isinstance(key, Ed25519PublicKey) for key in keys) else "it holds something else than Ed25519 keys"

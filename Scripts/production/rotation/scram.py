"""PostgreSQL's own form of a password, made here, so that no server log or process list ever holds the password."""

import base64
import hashlib
import hmac
import secrets

ITERATIONS, SALT_BYTES = 4096, 16  # PostgreSQL's defaults


def verifier(password: str, salt: bytes | None = None) -> str:
    """SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey (RFC 5803), for a password of ASCII."""
    salt = salt or secrets.token_bytes(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${ITERATIONS}:{_text(salt)}${_text(stored)}:{_text(server)}"


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

"""The authority, and the two certificates by which db and backup know each other. Made where they are missing; never leave the host."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=3650)
HOSTS = ("backup", "db")
Pair = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def ensure(folder: Path) -> bool:
    """Make ``ca.crt``, ``backup.crt|key``, ``db.crt|key`` unless all are there; True if they were made.

    The authority's key is thrown away: to renew, delete the folder's files and restart backup.
    """
    wanted = [folder / "ca.crt", *(folder / f"{host}.{kind}" for host in HOSTS for kind in ("crt", "key"))]
    if all(path.is_file() for path in wanted):
        return False
    authority = _issue("tts backup", None)
    for host in HOSTS:
        certificate, key = _issue(host, authority)
        _write(folder / f"{host}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        _write(folder / f"{host}.crt", certificate.public_bytes(Encoding.PEM))
    _write(folder / "ca.crt", authority[0].public_bytes(Encoding.PEM))
    return True


def _issue(name: str, authority: Pair | None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (authority[0].subject, authority[1]) if authority else (subject, key)
    at = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return certificate, key


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)

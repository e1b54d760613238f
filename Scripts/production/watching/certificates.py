"""The certificate that is served, held against the one on the disk."""

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

PEM = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Certificate:
    """``matches`` is None where the file on the disk cannot be read."""

    expires: datetime
    issuer: str
    is_self_signed: bool
    matches: bool | None

    def days_left(self, now: datetime) -> float:
        """Until it ends; negative afterwards."""
        return (self.expires - now).total_seconds() / 86400


def judge(served: bytes, on_disk: bytes | None) -> Certificate:
    """``served`` in DER, ``on_disk`` a chain in PEM, its first certificate the server's."""
    certificate = x509.load_der_x509_certificate(served)
    return Certificate(
        expires=certificate.not_valid_after_utc,
        issuer=certificate.issuer.rfc4514_string(),
        is_self_signed=certificate.issuer == certificate.subject,
        matches=_is_same(certificate, on_disk),
    )


def _is_same(certificate: x509.Certificate, on_disk: bytes | None) -> bool | None:
    first = PEM.search(on_disk or b"")
    if first is None:
        return None
    try:
        return x509.load_pem_x509_certificate(first[0]) == certificate
    except ValueError:
        return None

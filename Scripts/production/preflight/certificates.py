"""A certificate and its key: there, in time, for the right name, and belonging together."""

from collections.abc import Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import ExtensionOID

from production.findings import Finding

WARNED_DAYS = 14  # certbot renews at 30
OBTAIN = (
    "TTS_CERTIFICATE=own: `Scripts/tts certificate install FULLCHAIN KEY` puts it there. "
    "acme: `Scripts/tts up` begins with a self-signed one and asks for a real one."
)
RENEW = "Scripts/tts logs certbot tells why it was not renewed."


def check(chain: str, key: str, domain: str, now: datetime | None = None) -> list[Finding]:
    """PEM texts; an empty chain is a missing certificate."""
    if not chain or not key:
        return [Finding("certificate", "there is no certificate", OBTAIN)]
    try:
        certificate = x509.load_pem_x509_certificate(chain.encode())
    except ValueError:
        return [Finding("certificate", "the certificate cannot be read as PEM", "Put the full chain of your certificate in its place.")]
    return [*_time(certificate, now or datetime.now(UTC)), *_name(certificate, domain), *_pair(certificate, key)]


def days_left(chain: str, now: datetime | None = None) -> int | None:
    """Whole days until it ends; None for no certificate."""
    try:
        certificate = x509.load_pem_x509_certificate(chain.encode())
    except ValueError:
        return None
    return (certificate.not_valid_after_utc - (now or datetime.now(UTC))).days


def names(certificate: x509.Certificate) -> list[str]:
    """The host names that it is for."""
    try:
        extension = certificate.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
    except x509.ExtensionNotFound:
        return []
    return list(extension.get_values_for_type(x509.DNSName)) if isinstance(extension, x509.SubjectAlternativeName) else []


def _time(certificate: x509.Certificate, now: datetime) -> Iterator[Finding]:
    left = (certificate.not_valid_after_utc - now).days
    if certificate.not_valid_before_utc > now:
        yield Finding(
            "certificate", f"the certificate is not valid before {certificate.not_valid_before_utc:%Y-%m-%d}", "Look at the clock."
        )
    if left < 0:
        yield Finding("certificate", f"the certificate ended on {certificate.not_valid_after_utc:%Y-%m-%d}", RENEW)
    elif left < WARNED_DAYS:
        yield Finding("certificate", f"the certificate ends in {left} days", RENEW, is_warning=True)


def _name(certificate: x509.Certificate, domain: str) -> Iterator[Finding]:
    held = names(certificate)
    if domain not in held and f"*.{domain.partition('.')[2]}" not in held:
        yield Finding(
            "certificate", f"the certificate is for {', '.join(held) or 'no host name'}, not for {domain}", "Get one for TTS_DOMAIN."
        )


def _pair(certificate: x509.Certificate, key: str) -> Iterator[Finding]:
    try:
        public = load_pem_private_key(key.encode(), password=None).public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        yield Finding("certificate", "the certificate's key cannot be read as PEM", "Put the unencrypted private key in its place.")
        return
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*form) != certificate.public_key().public_bytes(*form):
        yield Finding(
            "certificate",
            "the certificate and its key do not belong together",
            "Put the key that the certificate was made for in its place.",
        )

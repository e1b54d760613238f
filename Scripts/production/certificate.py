"""The certificate that nginx serves: what lies in the volume ``certificates``, and what comes over the wire."""

import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from production.compose import Compose, ComposeFailed

FOLDER = "/etc/nginx/certificates"


def on_disk(compose: Compose) -> tuple[str, str] | None:
    """Chain and key in PEM as nginx sees them; None where nginx does not run or has none."""
    try:
        return compose.exec("nginx", "cat", f"{FOLDER}/fullchain.pem"), compose.exec("nginx", "cat", f"{FOLDER}/privkey.pem")
    except ComposeFailed:
        return None


def served(host: str, port: int, name: str) -> str:
    """The certificate in PEM that a server shows for a name; raises OSError. Nothing is verified here: it is looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=5) as raw, context.wrap_socket(raw, server_hostname=name) as wrapped:
        encoded = wrapped.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(encoded).public_bytes(Encoding.PEM).decode() if encoded else ""

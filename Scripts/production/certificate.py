"""The certificate that nginx serves: what lies in the volume ``certificates``, and what comes over the wire."""

import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from production.compose import Compose, ComposeFailed

#: nginx's own script knows where it looks; its placeholder is no certificate
PRINT = '. /edge/edge.sh; at=$(pair_folder); [ "$at" = "$placeholder" ] || { cat "$at/fullchain.pem" && echo && cat "$at/privkey.pem"; }'


def on_disk(compose: Compose) -> tuple[str, str] | None:
    """Chain and key in PEM that nginx is to serve; None where there is none yet, and it serves its placeholder."""
    try:
        text = compose.exec("nginx", "sh", "-c", PRINT)
    except ComposeFailed:
        return None  # it does not run
    at = text.find("-----BEGIN", text.rfind("-----END CERTIFICATE-----"))
    return (text[:at].strip(), text[at:].strip()) if text.strip() else None


def served(host: str, port: int, name: str) -> str:
    """The certificate in PEM that a server shows for a name; raises OSError. Nothing is verified here: it is looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=5) as raw, context.wrap_socket(raw, server_hostname=name) as wrapped:
        encoded = wrapped.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(encoded).public_bytes(Encoding.PEM).decode() if encoded else ""

"""The certificate that nginx serves: what lies in the volume ``certificates``, and what comes over the wire."""

import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from production.compose import Compose, ComposeFailed

FOLDER = "/etc/nginx/certificates"
PRINT = f"cd {FOLDER} && [ ! -r fullchain.pem ] || {{ cat fullchain.pem && echo && cat privkey.pem; }}"


def on_disk(compose: Compose) -> tuple[str, str] | None:
    """Chain and key in PEM that nginx is to serve, also while it does not run; None where it would serve its placeholder."""
    try:
        text = compose.exec("nginx", "sh", "-c", PRINT)
    except ComposeFailed:
        text = _in_volume(compose)
    at = text.find("-----BEGIN", text.rfind("-----END CERTIFICATE-----"))
    return (text[:at].strip(), text[at:].strip()) if text.strip() else None


def _in_volume(compose: Compose) -> str:
    """Read without starting anything that lasts; a volume that is not there is not made."""
    volume, values = f"{compose.home.project}_certificates", compose.home.values
    image = f"{values.get('TTS_REGISTRY') or 'tts'}/nginx:{values.get('TTS_RELEASE') or 'local'}"
    command = ("run", "--rm", "--network", "none", "-v", f"{volume}:{FOLDER}:ro", "--entrypoint", "/bin/sh", image, "-c", PRINT)
    try:
        is_there = compose.docker("volume", "ls", "-q", "--filter", f"name=^{volume}$").strip()
        return compose.docker(*command) if is_there and compose.docker("image", "ls", "-q", image).strip() else ""
    except ComposeFailed:
        return ""


def install(compose: Compose, chain: str, key: str) -> None:
    """Put a pair into nginx's volume, in place of what is there. nginx takes it over within seconds. Raises ComposeFailed."""
    script = f"""set -eu; umask 077; cd {FOLDER}
awk -v n=0 '/^-----BEGIN .*PRIVATE KEY-----/ {{n=1}} {{print > (n ? ".privkey.new" : ".fullchain.new")}}'
mv -f .privkey.new privkey.pem; mv -f .fullchain.new fullchain.pem"""
    words = ("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "/bin/sh", "nginx", "-c", script)
    compose.run(*words, capture=True, input=f"{chain.strip()}\n{key.strip()}\n", timeout=120)


def served(host: str, port: int, name: str) -> str:
    """The certificate in PEM that a server shows for a name; raises OSError. Nothing is verified here: it is looked at."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=5) as raw, context.wrap_socket(raw, server_hostname=name) as wrapped:
        encoded = wrapped.getpeercert(binary_form=True)
    return x509.load_der_x509_certificate(encoded).public_bytes(Encoding.PEM).decode() if encoded else ""

"""An S3-compatible store for a test: signatures are checked, and its certificate is signed by an authority of its own."""

import json
import secrets
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

IMAGE, NAME, BUCKET = "tts-tests/store", "s3.tts.test", "tickets"
CONTEXT = Path(__file__).with_name("store")


@dataclass(frozen=True)
class TestStore:
    """A running store. It is reached as ``s3.tts.test:8333`` from the network that it was started in."""

    __test__ = False  # no test, whatever pytest thinks of its name

    container: str
    folder: Path
    key: str
    secret: str

    @property
    def settings(self) -> dict[str, str]:
        """What ``.env.production`` needs."""
        return {
            "BACKUP_TARGET": "s3",
            "TTS_OVERLAYS": "s3",
            "S3_ENDPOINT": f"{NAME}:8333",
            "S3_BUCKET": BUCKET,
            "S3_REGION": "eu-test-1",
            "S3_CA_FILE": str(self.folder / "ca.crt"),
        }

    def pause(self) -> None:
        """It hangs, as a store does that cannot be reached."""
        docker("pause", self.container)

    def unpause(self) -> None:
        """It answers again."""
        docker("unpause", self.container)

    def stop(self) -> None:
        """Gone, with all that it holds."""
        docker("rm", "-f", "-v", self.container)


def start_store(folder: Path, network: str, container: str, python_image: str = "") -> TestStore:
    """Build, start and wait for a store with one empty bucket."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    base = python_image or "python:3.13-slim"
    docker("build", "-q", "--build-arg", f"PYTHON_IMAGE={base}", "-t", IMAGE, str(CONTEXT))
    key, secret = secrets.token_hex(10), secrets.token_hex(20)
    _certificates(folder)
    identity = {"name": "tts", "credentials": [{"accessKey": key, "secretKey": secret}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    for path in folder.iterdir():
        path.chmod(0o644)
    options = ["-s3.config=/etc/store/s3.json", "-s3.cert.file=/etc/store/server.crt", "-s3.key.file=/etc/store/server.key"]
    command = ["weed", "server", "-dir=/data", "-s3", "-ip.bind=0.0.0.0", "-master.volumeSizeLimitMB=64", "-volume.max=200", *options]
    docker(
        "run", "-d", "--name", container, "--network", network, "--network-alias", NAME, "-v", f"{folder}:/etc/store:ro", IMAGE, *command
    )
    _make_bucket(container)
    return TestStore(container, folder, key, secret)


def _make_bucket(container: str) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        command = ["docker", "exec", "-i", container, "weed", "shell"]
        said = subprocess.run(
            command, input=f"s3.bucket.create -name {BUCKET}\ns3.bucket.list\n", capture_output=True, text=True, check=False
        )
        if f"  {BUCKET}" in said.stdout:
            return
        time.sleep(1)
    raise RuntimeError(f"the store made no bucket: {said.stdout[-500:]} {said.stderr[-500:]}")


def _certificates(folder: Path) -> None:
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _sign("Test authority", authority_key, None, authority_key)
    server = _sign(NAME, server_key, authority, authority_key)
    private = server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    contents = {
        "ca.crt": authority.public_bytes(Encoding.PEM),
        "server.crt": server.public_bytes(Encoding.PEM),
        "server.key": private,
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def _sign(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Certificate | None, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    at = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )


def docker(*arguments: str) -> str:
    """What ``docker …`` prints."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()[-800:]}")
    return done.stdout

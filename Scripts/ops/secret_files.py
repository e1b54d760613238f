"""The secrets of an instance: made once at random, each in a file that only its owner reads."""

import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


class SecretFiles:
    """The folder of an instance's secrets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def random(self, name: str) -> Path:
        """The file of a random secret, made when it does not exist."""
        return self._keep(name, lambda: secrets.token_urlsafe(48))

    def signing_key(self, name: str) -> Path:
        """The file of an Ed25519 private key in PEM, made when it does not exist."""
        return self._keep(name, _new_signing_key)

    def store(self, name: str, value: str) -> Path:
        """The file of a secret that was given or put together; whoever reads it meanwhile finds the old value or the new one."""
        path = self.folder / name
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix=".", delete=False) as new:  # made for its owner alone
            new.write(value)
        Path(new.name).rename(path)
        return path

    def _keep(self, name: str, make: Callable[[], str]) -> Path:
        path = self.folder / name
        return path if path.is_file() and path.stat().st_size else self.store(name, make())


def _new_signing_key() -> str:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

"""A new secret that is not in force yet: kept beside the old one, so that a rotation that was cut off goes on with the same."""

from collections.abc import Callable

from production import failpoints
from production.files import write_atomically
from production.secret_files import SecretFiles, random_secret


def prepare(secrets: SecretFiles, name: str, make: Callable[[], str] = random_secret) -> str:
    """The next value of a secret: the one that an earlier try left, else a new one."""
    path = secrets.folder / f"{name}.next"
    if not path.is_file():
        write_atomically(path, make())
    failpoints.reached(f"prepared {name}")
    return path.read_text(encoding="utf-8").strip()


def is_under_way(secrets: SecretFiles, name: str) -> bool:
    """Whether an earlier try was cut off."""
    return (secrets.folder / f"{name}.next").is_file()


def finish(secrets: SecretFiles, name: str) -> None:
    """The new value is in force everywhere."""
    (secrets.folder / f"{name}.next").unlink(missing_ok=True)

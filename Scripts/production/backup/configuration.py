"""The deployment's own files, settings and secrets, on their way into the store and back."""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from production import jwt_keys
from production.backup.container import Agent, BackupFailed
from production.compose import Compose
from production.errors import WrongUse
from production.files import make_folder, write_atomically
from production.home import Home

NOTE = "configuration-backup.json"
AGAIN = timedelta(hours=24)
#: what is written all the time, or belongs to this machine alone
TRANSIENT = frozenset({"lock", NOTE, "backup.json", "status", "synthetic", "drill"})


def keep(home: Home) -> bool:
    """Save the configuration unless nothing has changed since yesterday; whether it was saved. Raises BackupFailed, BackupDoesNotRun."""
    files = collect(home)
    digest = _digest(files)
    note = home.state / NOTE
    if _is_fresh(note, digest):
        return False
    about = {"release": home.values.get("TTS_RELEASE", ""), "url": home.url, "files": len(files), "jwt_key": fingerprint(home)}
    Agent(Compose(home)).ask("keep-configuration", "--about", json.dumps(about), data=pack(files), timeout=120)
    write_atomically(note, json.dumps({"digest": digest, "at": datetime.now(UTC).isoformat()}) + "\n")
    return True


def fetch(folder: Path, image: str, settings: Mapping[str, str], secrets: Mapping[str, str], network: str = "bridge") -> list[str]:
    """Make a home of what the store holds, on a machine that has nothing else; the names of the files.

    Raises WrongUse where there is a deployment already, BackupFailed where nothing can be had.
    """
    if (folder / ".env.production").exists():
        raise WrongUse(f"There is a deployment in {folder} already: nothing was changed. --home names another folder.")
    with tempfile.TemporaryDirectory() as temporary:
        for name, value in {"db_password": "-", **secrets}.items():
            path = Path(temporary) / name
            path.write_text(value, encoding="utf-8")
            path.chmod(0o444)
        Path(temporary).chmod(0o755)
        content = _ask_store(image, settings, temporary, network)
    return unpack(content, folder)


def fingerprint(home: Home) -> str:
    """The signing key, told apart from every other without telling it; empty where it cannot be read."""
    try:
        public = jwt_keys.public_pem((home.secrets / "jwt_signing_key.pem").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return ""
    return "sha256:" + hashlib.sha256(public.encode()).hexdigest()


def collect(home: Home) -> dict[str, Path]:
    """Every file of the home that another machine would need, by its path in it."""
    chosen = [home.env_file, *sorted(home.secrets.rglob("*")), *sorted(home.state.rglob("*"))]
    found = {str(path.relative_to(home.path)): path for path in chosen if path.is_file() and not path.is_symlink()}
    return {name: path for name, path in found.items() if not TRANSIENT & set(Path(name).parts[1:])}


def pack(files: Mapping[str, Path]) -> bytes:
    """An archive of the files, with their modes: some of them containers read, which run as other users."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, path in files.items():
            data = path.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), path.stat().st_mode & 0o777
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def unpack(content: bytes, folder: Path) -> list[str]:
    """Write the files of an archive. Raises BackupFailed, and writes nothing, for names that lead elsewhere."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        entries = archive.getmembers()
        if any(not entry.isfile() or Path(entry.name).is_absolute() or ".." in Path(entry.name).parts for entry in entries):
            raise BackupFailed("the saved configuration holds something that is no file of a home")
        for entry in entries:
            stream = archive.extractfile(entry)
            path = folder / entry.name
            make_folder(path.parent)
            path.write_bytes(stream.read() if stream else b"")
            path.chmod(entry.mode & 0o666)
    return [entry.name for entry in entries]


def _ask_store(image: str, settings: Mapping[str, str], secrets: str, network: str) -> bytes:
    mounts = ["--volume", f"{secrets}:/run/secrets:ro"]
    values = dict(settings)
    if authorities := values.pop("S3_CA_FILE", ""):
        mounts += ["--volume", f"{Path(authorities).resolve()}:/etc/tts/authorities.crt:ro"]
        values["S3_CA_FILE"] = "/etc/tts/authorities.crt"
    variables = [word for name, value in values.items() for word in ("--env", f"{name}={value}")]
    command = ["docker", "run", "--rm", "--network", network, *mounts, *variables, "--env", "BACKUP_TARGET=s3", image, "give-configuration"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupFailed(said[-1] if said else "the store gave nothing")
    return done.stdout


def _digest(files: Mapping[str, Path]) -> str:
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        data = path.read_bytes()
        digest.update(f"{name}\0{path.stat().st_mode:o}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def _is_fresh(note: Path, digest: str) -> bool:
    try:
        told: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        return bool(told["digest"] == digest and datetime.now(UTC) - datetime.fromisoformat(told["at"]) < AGAIN)
    except (OSError, ValueError, KeyError):
        return False

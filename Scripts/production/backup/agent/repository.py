"""pgBackRest: its configuration, bases, what it has, and the way back."""

import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from production.backup.agent.settings import STANZA, Settings

Said = Callable[[str], None]
USABLE = {0, 1, 2, 3}  # well; or nothing was ever written there
SEGMENT = re.compile(r"/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}")


class PgBackRestFailed(Exception):
    """pgBackRest ended with an error; the message is what it said."""


@dataclass(frozen=True)
class Base:
    """A base backup. ``repository`` is 1 (volume) or 2 (bucket); sizes in bytes: of the databases, and stored."""

    label: str
    kind: str
    repository: int
    started_at: datetime
    ended_at: datetime
    database_bytes: int
    stored_bytes: int
    is_damaged: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "label": self.label,
            "kind": self.kind,
            "repository": self.repository,
            "started_at": self.started_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
            "bytes": self.database_bytes,
            "stored_bytes": self.stored_bytes,
        }


def configuration(settings: Settings) -> str:
    """The text of pgbackrest.conf in the backup container."""
    folder = settings.certificates
    common = {
        "compress-type": "zst",
        "compress-level": "3",
        "start-fast": "y",
        "archive-check": "y",
        "io-timeout": "15",  # seconds: a store that hangs must not hold up a restore from the volume
        "log-level-console": "info",
        "log-level-file": "off",
        "log-level-stderr": "off",
        "tls-server-address": "*",
        "tls-server-auth": f"db={STANZA}",
        "tls-server-ca-file": str(folder / "ca.crt"),
        "tls-server-cert-file": str(folder / "backup.crt"),
        "tls-server-key-file": str(folder / "backup.key"),
    }
    lines = ["[global]", *_lines(common), *_lines(_repository(settings, 1, {"path": str(settings.repository)}))]
    if settings.bucket:
        bucket = settings.bucket
        host, _, port = bucket.endpoint.partition(":")
        own = {
            "type": "s3",
            "path": f"/{bucket.prefix}/pgbackrest",
            "s3-endpoint": host,
            "s3-bucket": bucket.name,
            "s3-region": bucket.region,
            "s3-key": bucket.key,
            "s3-key-secret": bucket.secret,
            "s3-uri-style": "path",
        }
        own |= {"storage-port": port} if port else {}
        own |= {"storage-ca-file": bucket.ca_file} if bucket.ca_file else {}
        lines += _lines(_repository(settings, 2, own))
    return "\n".join([*lines, "", f"[{STANZA}]", f"pg1-path={settings.data}", "pg1-user=postgres", "pg1-database=postgres", ""])


def call(*arguments: str, said: Said | None = None) -> str:
    """What pgBackRest prints; ``said`` hears each line as it comes. Raises PgBackRestFailed."""
    code, output = _run(*arguments, said=said)
    if code:
        raise PgBackRestFailed(reason(output) or f"pgbackrest {arguments[0]} ended with {code}")
    return output


def reason(output: str) -> str:
    """The error in pgBackRest's output, without its times and without its hints."""
    errors = [line.partition("ERROR: ")[2] for line in output.splitlines() if "ERROR: " in line]
    return "; ".join(errors)[:500]


def bases() -> list[Base]:
    """All base backups of every repository that can be read, the newest first. Raises PgBackRestFailed where none can."""
    told = json.loads(call("info", "--output=json", "--log-level-console=off"))
    stanza: dict[str, Any] = told[0] if told else {}
    broken = [repo["status"]["message"] for repo in stanza.get("repo", []) if repo["status"]["code"] not in USABLE]
    if broken and len(broken) == len(stanza["repo"]):
        raise PgBackRestFailed(f"no repository can be read: {broken[0]}")
    return sorted((_base(entry) for entry in stanza.get("backup", [])), key=lambda base: base.ended_at, reverse=True)


def take(kind: str, repository: int, said: Said | None = None) -> Base:
    """Make a base backup (full or diff); a diff without a full before it becomes one. What is too old goes. Raises PgBackRestFailed."""
    call("backup", f"--repo={repository}", f"--type={kind}", said=said)
    return next(base for base in bases() if base.repository == repository)


def verify(number: int) -> list[str]:
    """What is wrong with the files of a repository: damaged or missing ones, and gaps in the WAL. Nothing if all is well."""
    code, output = _run("verify", f"--repo={number}", "--output=text", "--log-level-console=off", "--log-level-stderr=error")
    told = [line.strip() for line in output.splitlines() if "status: invalid" in line or "total WAL checked" in line]
    faults = [f"repository {number}: {line}" for line in told] if "status: error" in output else []
    if code and not faults:
        raise PgBackRestFailed(reason(output) or f"pgbackrest verify ended with {code}")
    return faults + [f"repository {number}: {gap}" for gap in _gaps(number)]


def segments(names: Iterable[str]) -> dict[str, set[int]]:
    """Timeline → numbers of the WAL segments that a listing of the archive names."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in names:
        if match := SEGMENT.search(name):
            timeline, log, segment = match.groups()
            found[timeline].add(int(log, 16) * 256 + int(segment, 16))
    return found


def gaps(found: Mapping[str, set[int]]) -> list[str]:
    """What is missing between the first and the last segment of each timeline."""
    missing = {timeline: sorted(set(range(min(present), max(present))) - present) for timeline, present in found.items()}
    return [
        f"{len(numbers)} WAL segments are missing, the first is {timeline}{numbers[0] // 256:08X}{numbers[0] % 256:08X}"
        for timeline, numbers in sorted(missing.items())
        if numbers
    ]


def _gaps(number: int) -> list[str]:
    """pgBackRest's own verification counts what is there and does not miss what is not."""
    listing = call("repo-ls", f"archive/{STANZA}", f"--repo={number}", "--recurse", "--log-level-console=off")
    return gaps(segments(listing.splitlines()))


def _run(*arguments: str, said: Said | None = None) -> tuple[int, str]:
    command = ["pgbackrest", f"--stanza={STANZA}", *arguments]
    lines: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        assert process.stdout is not None  # noqa: S101  (it is a pipe)
        for line in process.stdout:
            lines.append(line)
            if said:
                said(line.rstrip())
    return process.returncode, "".join(lines)


def _base(entry: dict[str, Any]) -> Base:
    info = entry["info"]
    stored = info["repository"]
    return Base(
        label=entry["label"],
        kind=entry["type"],
        repository=entry["database"]["repo-key"],
        started_at=datetime.fromtimestamp(entry["timestamp"]["start"], UTC),
        ended_at=datetime.fromtimestamp(entry["timestamp"]["stop"], UTC),
        database_bytes=info["size"],
        stored_bytes=stored.get("size") or stored.get("delta") or 0,
        is_damaged=bool(entry.get("error")),
    )


def _repository(settings: Settings, number: int, own: dict[str, str]) -> dict[str, str]:
    common = {
        "cipher-type": "aes-256-cbc",
        "cipher-pass": settings.passphrase,
        "retention-full-type": "time",
        "retention-full": str(settings.retention_days),
        "bundle": "y",
    }
    return {f"repo{number}-{name}": value for name, value in (own | common).items()}


def _lines(options: dict[str, str]) -> Sequence[str]:
    return [f"{name}={value}" for name, value in options.items()]

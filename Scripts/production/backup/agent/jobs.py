"""The layers of the backup, one function each; every one leaves a record of how it went."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from production.backup.agent import dumps, manifest, media, repository
from production.backup.agent.postgres import PostgresFailed
from production.backup.agent.records import Records
from production.backup.agent.repository import PgBackRestFailed, Said
from production.backup.agent.s3 import StoreFailed
from production.backup.agent.seal import Broken
from production.backup.agent.settings import Settings
from production.backup.agent.store import Missing, Vault

SUNDAY = 7
STAMP = "%Y%m%d-%H%M%SZ"
FAILURES = (PostgresFailed, PgBackRestFailed, StoreFailed, Broken, Missing, OSError)
DATED = ("dumps/", "configuration/", "manifests/")


class JobFailed(Exception):
    """A layer could not do its work; the record holds the same message."""


class Jobs:
    """All layers of one deployment."""

    def __init__(self, settings: Settings, said: Said | None = None) -> None:
        self.settings, self.said = settings, said
        self.records = Records(settings.records)
        self.vault = Vault(settings)

    def base(self, kind: str = "") -> list[dict[str, Any]]:
        """A base backup in every repository, with its manifest.

        ``kind`` is full or diff; empty: full on Sunday and after damage, else diff.
        """
        with self._recorded("base") as details:
            if not kind:
                is_damaged = bool(self.records.read("check").error)
                kind = "full" if is_damaged or datetime.now(self.settings.zone).isoweekday() == SUNDAY else "diff"
            repository.call("stanza-create", said=self.said)
            counted = manifest.count(self.settings)
            made = [repository.take(kind, number, self.said) for number in self.settings.repositories]
            for base in made:
                manifest.keep(self.vault, base.label, counted)
            newest = made[0]
            details |= {"label": newest.label, "kind": newest.kind, "bytes": newest.database_bytes, "stored_bytes": newest.stored_bytes}
        return [base.as_json() for base in made]

    def dump(self) -> dict[str, Any]:
        """A logical dump of every database, read back; then what is too old goes."""
        with self._recorded("dump") as details:
            details |= dumps.take(self.vault, datetime.now(UTC).strftime(STAMP))
            details["expired"] = self.expire()
        return details

    def media(self) -> dict[str, Any]:
        """Files that came since the last look."""
        with self._recorded("media", lane="media") as details:
            done = media.copy_new(self.settings, self.vault)
            details |= {"copied": done.copied, "uploaded": done.uploaded}
            _refuse_damaged(done.damaged)
        return details

    def reconcile(self) -> dict[str, Any]:
        """Every file against every store, both ways."""
        with self._recorded("reconcile", lane="media") as details:
            self.vault.folder.clear_leftovers()
            done = media.copy_new(self.settings, self.vault, everything=True)
            forgotten = media.forget_deleted(self.settings, self.vault, self.records)
            details |= {"objects": done.objects, "copied": done.copied, "uploaded": done.uploaded, "forgotten": forgotten}
            _refuse_damaged(done.damaged)
        return details

    def check(self) -> dict[str, Any]:
        """Archiving works from end to end, every file of the repository is what it was, and every stored file opens."""
        with self._recorded("check") as details:
            repository.call("check", said=self.said)
            read = (
                [1] if datetime.now(self.settings.zone).isoweekday() != SUNDAY else list(self.settings.repositories)
            )  # S3 asks money for reads
            faults = [fault for number in read for fault in repository.verify(number)]
            faults += [*self._unreadable("media/"), *self._unreadable("manifests/")]
            if faults:
                raise JobFailed("; ".join(faults))
            details["verified"] = read
        return details

    def configuration(self, chunks: Iterable[bytes], about: dict[str, Any]) -> str:
        """Keep the configuration and the secrets, as an archive that the operator's tool made; its name."""
        with self._recorded("configuration") as details:
            at = datetime.now(UTC)
            name = f"configuration/{at.strftime(STAMP)}"
            size = self.vault.keep(f"{name}.tar", chunks)
            told = {**about, "name": f"{name}.tar", "at": at.isoformat(timespec="seconds")}
            self.vault.keep(f"{name}.json", [json.dumps(told).encode()])
            self.vault.mirror("configuration/")
            details |= {"bytes": size, **about}
        return f"{name}.tar"

    def expire(self) -> int:
        """Delete dumps, configurations and manifests past their time, but never the newest of a kind; how many files."""
        limit = (datetime.now(UTC) - timedelta(days=self.settings.retention_days + 7)).strftime(STAMP)
        count = 0
        for prefix in DATED:
            names = self.vault.names(prefix)
            newest = max((_stamp(name) for name in names), default="")
            old = [name for name in names if _stamp(name)[:16] < limit and _stamp(name) != newest]
            for name in old:
                self.vault.delete(name)
            count += len(old)
        return count

    def _unreadable(self, prefix: str) -> list[str]:
        """Sealed files that do not open any more."""
        faults = []
        for name in self.vault.names(prefix):
            try:
                for _ in self.vault.read(name):
                    pass
            except (Broken, Missing) as error:
                faults.append(str(error))
        return faults

    @contextmanager
    def _recorded(self, layer: str, lane: str = "database") -> Iterator[dict[str, Any]]:
        """One at a time in a lane; success or failure is written down. Raises JobFailed."""
        details: dict[str, Any] = {}
        with self.records.alone(lane):
            try:
                yield details
            except (*FAILURES, JobFailed) as error:
                self.records.failed(layer, str(error))
                raise JobFailed(str(error)) from error
            self.records.succeeded(layer, repositories=len(self.settings.repositories), **details)


def _refuse_damaged(digests: list[str]) -> None:
    if digests:
        raise JobFailed(f"{len(digests)} files have not the content that their names say: {', '.join(digests[:3])}")


def _stamp(name: str) -> str:
    """The part of a name that sorts by time."""
    return name.split("/")[1].partition(".")[0]


#: names on the command line
JOBS: dict[str, Callable[[Jobs], Any]] = {
    "base": Jobs.base,
    "dump": Jobs.dump,
    "media": Jobs.media,
    "reconcile": Jobs.reconcile,
    "check": Jobs.check,
}

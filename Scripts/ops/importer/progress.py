"""How far an import has come: on disk, so that one that was killed goes on where it stopped."""

import csv
import hashlib
import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from ops.importer.rows import BadRow
from ops.importer.sending import Outcome


@dataclass(frozen=True)
class Progress:
    """Counts over all rows up to ``rows``."""

    rows: int = 0
    created: int = 0
    existing: int = 0
    failed: int = 0

    def after(self, count: int, outcome: Outcome, unsent: int) -> "Progress":
        """The progress once ``count`` more rows are done, ``unsent`` of which could not be sent at all."""
        return replace(
            self,
            rows=self.rows + count,
            created=self.created + outcome.created,
            existing=self.existing + outcome.existing,
            failed=self.failed + len(outcome.errors) + unsent,
        )


class Cursor:
    """The progress of one file into one source and status; removed once the import is through."""

    def __init__(self, folder: Path, file: Path, source: str, status: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.errors_file = folder / f"{source}-errors.csv"
        self._file = folder / f"{source}-{status}-{fingerprint(file)}.json"

    def load(self) -> Progress:
        """Where the last run stopped; nothing when it went through."""
        if not self._file.exists():
            self.errors_file.unlink(missing_ok=True)
            return Progress()
        known = {field.name for field in fields(Progress)}
        return Progress(**{name: value for name, value in json.loads(self._file.read_text()).items() if name in known})

    def save(self, progress: Progress) -> None:
        """Replace the file in one step, so that a kill leaves the old or the new one."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(progress)))
        fresh.replace(self._file)

    def finish(self) -> None:
        """The import is through: the next one begins at the first row."""
        self._file.unlink(missing_ok=True)

    def note_errors(self, errors: list[BadRow]) -> None:
        """Add the rows that were not taken to the file of errors."""
        if not errors:
            return
        is_new = not self.errors_file.exists()
        with self.errors_file.open("a", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            if is_new:
                writer.writerow(["row", "external_id", "field", "message"])
            writer.writerows([error.position, error.external_id, error.field, error.message] for error in errors)


def fingerprint(file: Path) -> str:
    """A short name for the content of the file: its size and its first mebibyte."""
    with file.open("rb") as stream:
        digest = hashlib.sha256(stream.read(1 << 20))
    digest.update(str(file.stat().st_size).encode())
    return digest.hexdigest()[:16]

"""One import from beginning to end."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ops.importer.limits import CHUNK
from ops.importer.progress import Cursor, Progress
from ops.importer.rows import BadRow, ImportRow, chunked, read_rows
from ops.importer.sending import ImportApi


@dataclass(frozen=True)
class Job:
    """What is to be imported, and how."""

    file: Path
    source: str
    status: str
    category: str
    dry_run: bool


def run_import(job: Job, api: ImportApi, cursor: Cursor, tell: Callable[[Progress, list[BadRow]], None]) -> Progress:
    """Send every row from where the last run stopped; ``tell`` hears of each chunk.

    A dry run begins at the first row and leaves no cursor.
    """
    progress = Progress() if job.dry_run else cursor.load()
    with job.file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        rows = islice(read_rows(lines, job.category), progress.rows, None)
        for chunk in chunked(rows, CHUNK):
            unsent = [row for row in chunk if isinstance(row, BadRow)]
            outcome = api.send(job.source, job.status, [row for row in chunk if isinstance(row, ImportRow)], dry_run=job.dry_run)
            progress = progress.after(len(chunk), outcome, len(unsent))
            errors = sorted([*unsent, *outcome.errors], key=lambda error: error.position)
            if not job.dry_run:
                cursor.note_errors(errors)
                cursor.save(progress)
            tell(progress, errors)
    if not job.dry_run:
        cursor.finish()
    return progress


def count_rows(file: Path) -> int:
    """How many rows the file has, for the progress bar: as many as the reader will give."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        return sum(1 for _ in read_rows(lines, ""))

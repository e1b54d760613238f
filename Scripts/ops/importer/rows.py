"""From lines of a CSV file to rows that the import API takes. Pure: no file, no network.

A row that cannot be sent becomes a ``BadRow`` that says why, and the ones after it still go.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

from ops.importer.limits import FIELD_LIMIT, MAX_DESCRIPTION, MAX_SUBJECT

#: columns that the file must have; others are read over
REQUIRED_COLUMNS = ("title", "body", "urgency", "impact")


class NotATicketFile(ValueError):
    """The file as a whole cannot be imported."""


@dataclass(frozen=True)
class ImportRow:
    """One ticket as the API wants it, and the row of the file that it came from (the first after the header is 1)."""

    position: int
    external_id: str
    subject: str
    description: str
    category: str
    urgency: int
    impact: int

    def as_json(self) -> dict[str, object]:
        """The body of one row in the request."""
        return {name: value for name, value in asdict(self).items() if name != "position"}


@dataclass(frozen=True)
class BadRow:
    """A row that is not sent, or that the server refused."""

    position: int
    external_id: str
    field: str
    message: str


def read_rows(lines: Iterable[str], category: str) -> Iterator[ImportRow | BadRow]:
    """Every row of the file in its order, good or bad."""
    csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(lines)
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise NotATicketFile(f"the header lacks: {', '.join(missing)}")
    seen: Counter[str] = Counter()
    position = 0
    while True:
        position += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(position, "", "", f"not CSV: {error}")
            continue
        yield _row(position, header, cells, category, seen)


def _row(position: int, header: list[str], cells: list[str], category: str, seen: Counter[str]) -> ImportRow | BadRow:
    external_id = _external_id(cells, seen)
    if len(cells) != len(header):
        return BadRow(position, external_id, "", f"{len(cells)} cells where the header has {len(header)}")
    unreadable = next((name for name, cell in zip(header, cells, strict=True) if not _is_text(cell)), None)
    if unreadable:
        return BadRow(position, external_id, unreadable, "is not UTF-8 text")
    values = dict(zip(header, cells, strict=True))
    for name in ("urgency", "impact"):
        if not (values[name].isascii() and values[name].isdigit()):
            return BadRow(position, external_id, name, f"is not a whole number: {values[name][:20]!r}")
    body = values["body"].strip()
    subject = subject_of(values["title"], body)
    if not subject:
        return BadRow(position, external_id, "title", "title and body are both empty")
    if len(body) > MAX_DESCRIPTION:
        return BadRow(position, external_id, "body", f"has {len(body)} characters, {MAX_DESCRIPTION} are allowed")
    return ImportRow(position, external_id, subject, body or subject, category, int(values["urgency"]), int(values["impact"]))


def _external_id(cells: list[str], seen: Counter[str]) -> str:
    """The row's own content names it, so that a file sorted anew or grown at its head still meets its tickets; twins are numbered."""
    digest = hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    seen[digest] += 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"


def _is_text(cell: str) -> bool:
    return "\x00" not in cell and not any(0xD800 <= ord(character) <= 0xDFFF for character in cell)


def subject_of(title: str, body: str) -> str:
    """The title on one line; an empty one is replaced by the first words of the body; both are cut at a word's end."""
    text = " ".join((title if title.strip() else body).split())
    limit = MAX_SUBJECT if title.strip() else 80
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def chunked(rows: Iterable[ImportRow | BadRow], size: int) -> Iterator[list[ImportRow | BadRow]]:
    """The rows in lists of at most ``size``."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, size)):
        yield chunk

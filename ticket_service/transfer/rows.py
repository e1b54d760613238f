"""One row of an import: untrusted, from who knows which system. Pure."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from servicekit.contracts import Person
from tickets.models import DESCRIPTION_LENGTH, SUBJECT_LENGTH
from tickets.status import Priority
from transfer.priority import LEAST, priority_of

KEYS = frozenset({"external_id", "subject", "description", "category", "urgency", "impact", "requester_name"})
EXTERNAL_ID_LENGTH = 100
NAME_LENGTH = 150
FIRST_WORDS = 80  # the length of a subject made from a body


class BadRow(Exception):
    """The row cannot be imported, because of one of its fields."""

    def __init__(self, external_id: str, field: str, message: str) -> None:
        super().__init__(message)
        self.external_id, self.field, self.message = external_id, field, message


@dataclass(frozen=True)
class Row:
    """A row that can be imported."""

    external_id: str
    subject: str
    description: str
    category: str
    priority: Priority
    requester: Person
    urgency: int
    impact: int


def read_row(given: Any, *, source: str, categories: Collection[str]) -> Row:
    """The row, cleaned. Raises BadRow for the first field that will not do."""
    if not isinstance(given, Mapping):
        raise BadRow("", "", "A row is an object.")
    external_id = _text(given, "external_id", "", most=EXTERNAL_ID_LENGTH)
    if not external_id:
        raise BadRow("", "external_id", "This field is required.")
    unknown = sorted(str(key) for key in given if key not in KEYS)
    if unknown:
        raise BadRow(external_id, unknown[0][:100], "Unknown field.")
    category = _text(given, "category", external_id, most=60)
    if category not in categories:
        raise BadRow(external_id, "category", "There is no such category.")
    subject, description = _what(given, external_id)
    urgency, impact = _level(given, "urgency", external_id), _level(given, "impact", external_id)
    name = _text(given, "requester_name", external_id, most=NAME_LENGTH) or f"Unknown ({source})"
    return Row(external_id, subject, description, category, priority_of(urgency, impact), stranger(source, name), urgency, impact)


def stranger(source: str, name: str) -> Person:
    """Somebody of another system, who has no account here: the same name is the same person."""
    return Person(id=uuid5(NAMESPACE_URL, f"tts:{source}:{name}"), name=name[:NAME_LENGTH])


def clean(text: str) -> str:
    """The text in its composed form, without control characters, NUL and halves of characters."""
    return "".join(
        mark for mark in unicodedata.normalize("NFC", text) if mark in "\n\t" or unicodedata.category(mark) not in {"Cc", "Cs"}
    ).strip()


def _what(given: Mapping[str, Any], external_id: str) -> tuple[str, str]:
    """Subject and description: each may be made from the other. What is cut from a long subject opens the description."""
    title = " ".join(_text(given, "subject", external_id, most=DESCRIPTION_LENGTH).split())
    body = _text(given, "description", external_id, most=DESCRIPTION_LENGTH)
    if not title and not body:
        raise BadRow(external_id, "subject", "Subject and description are both empty.")
    subject = shorten(title, SUBJECT_LENGTH) if title else shorten(" ".join(body.split()), FIRST_WORDS)
    description = f"{title}\n\n{body}".strip() if len(title) > SUBJECT_LENGTH else body or title
    if len(description) > DESCRIPTION_LENGTH:
        raise BadRow(external_id, "description", f"At most {DESCRIPTION_LENGTH} characters.")
    return subject, description


def shorten(text: str, most: int) -> str:
    """The text, cut after a word if it is longer than that."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _text(given: Mapping[str, Any], key: str, external_id: str, *, most: int) -> str:
    value = given.get(key)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadRow(external_id, key, "This must be text.")
    text = clean(value)
    if len(text) > most:
        raise BadRow(external_id, key, f"At most {most} characters.")
    return text


def _level(given: Mapping[str, Any], key: str, external_id: str) -> int:
    text = _text(given, key, external_id, most=10)
    if not (text.isascii() and text.isdigit() and int(text) <= LEAST):
        raise BadRow(external_id, key, f"A whole number from 0, the gravest, to {LEAST}.")
    return int(text)

"""What one person is told of one event, before it is cut to a channel."""

import re
from dataclasses import dataclass
from uuid import UUID

from rules.kinds import Kind

TITLE_LENGTH = 200
BODY_LENGTH = 2000
LINK_LENGTH = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


@dataclass(frozen=True, slots=True)
class Message:
    """A title, a body and a path in the SPA for one person."""

    user_id: UUID
    kind: Kind
    title: str
    body: str
    link: str


def one_line(text: str, length: int) -> str:
    """The text on one line without control characters, cut with an ellipsis: safe as a title and as a mail header."""
    return _cut(" ".join(_CONTROL.sub(" ", text).split()), length)


def paragraphs(text: str, length: int) -> str:
    """The text with its line breaks but no other control characters, cut with an ellipsis."""
    return _cut(_CONTROL.sub("", text).strip(), length)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"

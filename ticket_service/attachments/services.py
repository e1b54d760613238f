"""Every write of files."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from pathlib import PurePath
from uuid import UUID

from django.db import transaction

from attachments import storage
from attachments.errors import FileTooLarge, TooManyUnattached
from attachments.kinds import ALLOWED, content_type
from attachments.models import NAME_LENGTH, Attachment
from servicekit.clock import now
from servicekit.errors import InvalidInput, require
from servicekit.principal import Principal

LARGEST = 25 * 1024 * 1024
MOST_PER_TICKET = 10
MOST_UNBOUND = 50  # of one person
UNBOUND_FOR = timedelta(hours=24)


def store_attachment(*, name: str, chunks: Iterable[bytes], by: Principal) -> Attachment:
    """Keep an uploaded file of an allowed type; it is its uploader's alone until he binds it to a ticket."""
    require(Attachment.objects.filter(uploader_id=by.id, ticket=None).count() < MOST_UNBOUND, TooManyUnattached)
    name = clean_name(name)
    with storage.receive(chunks) as received:
        if received.size > LARGEST:
            raise FileTooLarge
        kind = content_type(received.path, name)
        if kind is None:
            allowed = ", ".join(ending.removeprefix(".") for ending in ALLOWED)
            raise InvalidInput(fields={"file": [f"This content is none of the allowed types: {allowed}."]})
        with transaction.atomic():
            storage.keep(received)
            return Attachment.objects.create(
                uploader_id=by.id, uploader_name=by.name, name=name, size=received.size, content_type=kind, sha256=received.sha256,
                created_at=now(),
            )  # fmt: skip


def clean_name(name: str) -> str:
    """The last part of a file name, without what a header or a terminal might take amiss."""
    last = PurePath(name.replace("\\", "/")).name
    kept = "".join(mark for mark in unicodedata.normalize("NFC", last) if mark.isprintable() and mark not in '"<>|:*?').strip(" .")
    path = PurePath(kept or "file")
    ending = path.suffix[:20]
    return path.stem[: NAME_LENGTH - len(ending)] + ending


def bind_attachments(*, ticket_id: UUID, ids: tuple[UUID, ...], by: Principal) -> list[str]:
    """Give a person's own unbound files to a ticket, at most 10 in all; their names. The caller holds the ticket, in its transaction."""
    if not ids:
        return []
    files = list(Attachment.objects.select_for_update().filter(id__in=ids, uploader_id=by.id, ticket=None).order_by("id"))
    if len(files) != len(set(ids)):
        raise InvalidInput(fields={"attachments": ["Upload each file first, and attach it once."]})
    if len(files) + Attachment.objects.filter(ticket_id=ticket_id).count() > MOST_PER_TICKET:
        raise InvalidInput(fields={"attachments": [f"A ticket has at most {MOST_PER_TICKET} files."]})
    Attachment.objects.filter(id__in=ids).update(ticket_id=ticket_id)
    return [file.name for file in files]


def purge_unbound() -> int:
    """Forget files that nobody bound within a day, and what aborted uploads left; how many rows went."""
    storage.clear_incoming(UNBOUND_FOR)
    return Attachment.objects.filter(ticket=None, created_at__lt=now() - UNBOUND_FOR).delete()[0]


@transaction.atomic
def sweep_contents() -> int:
    """Delete contents that no row names any more; how many. Never in the transaction that removed the rows: it may roll back."""
    return sum(_discard_unless_named(sha256) for folder in storage.folders() for sha256 in _unnamed(folder))


def _unnamed(contents: list[str]) -> list[str]:
    named = set(Attachment.objects.filter(sha256__in=contents).values_list("sha256", flat=True))
    return [sha256 for sha256 in contents if sha256 not in named]


def _discard_unless_named(sha256: str) -> bool:
    """Ask again while nobody can upload the same: the row of one under way is visible now."""
    storage.hold(sha256)
    if _unnamed([sha256]):
        storage.discard(sha256)
        return True
    return False

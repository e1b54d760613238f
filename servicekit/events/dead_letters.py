"""What could not be handled: kept with its reason, seen by admins, replayed or dismissed by them."""

import logging
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from servicekit.clock import now
from servicekit.events.handling import handlers, read, run
from servicekit.models import DeadLetter, ScheduledJob

logger = logging.getLogger("tts.events")


def keep_event(message: Any, *, reason: str, handler: str = "") -> DeadLetter:
    """Keep an event that cannot be handled; ``handler`` where only that one failed."""
    readable = isinstance(message, dict)
    name = str(message.get("type", ""))[:120] if readable else ""
    logger.error("dead letter", extra={"event_type": name, "reason": reason, "handler": handler})
    return DeadLetter.objects.create(
        source="event",
        name=name,
        handler=handler,
        event_id=_event_id(message),
        reason=_storable(reason),
        payload=_clean(message) if readable else None,
        raw="" if readable else _storable(repr(message))[:10000],
        created_at=now(),
    )


def keep_raw(body: bytes | str, *, reason: str) -> DeadLetter:
    """Keep a message that is no event at all, or that the broker gave up on."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    logger.error("dead letter", extra={"reason": reason})
    return DeadLetter.objects.create(source="broker", reason=_storable(reason), raw=_storable(text)[:100000], created_at=now())


@transaction.atomic
def replay(letter_id: int) -> DeadLetter:
    """Handle a dead letter again, at once. Whatever fails again is raised and the letter stays as it was."""
    letter = DeadLetter.objects.select_for_update().get(id=letter_id)
    if letter.source == "job" and letter.payload:
        ScheduledJob.objects.update_or_create(
            kind=letter.name, key=letter.payload["key"], defaults={"run_at": now(), "payload": letter.payload["payload"], "attempts": 0}
        )
    else:
        event, meta = read(letter.payload if letter.payload is not None else msgspec.json.decode(letter.raw))
        for name in [letter.handler] if letter.handler else list(handlers.get(event.type, {})):
            run(name, event, meta)
    return _resolve(letter, "replayed")


def try_replay(letter_id: int) -> str:
    """Handle a dead letter again; why it failed, or "" if it did not. For people at a list, who want the next one tried all the same."""
    try:
        replay(letter_id)
    except Exception as error:  # what a handler may raise is not known here; the letter stays and shows it
        logger.exception("replay failed", extra={"letter": letter_id})
        return f"{type(error).__name__}: {error}"
    return ""


@transaction.atomic
def dismiss(letter_id: int) -> DeadLetter:
    """Give a dead letter up: nothing will come of it."""
    return _resolve(DeadLetter.objects.select_for_update().get(id=letter_id), "dismissed")


def _resolve(letter: DeadLetter, resolution: str) -> DeadLetter:
    letter.resolved_at, letter.resolution = now(), resolution
    letter.save(update_fields=["resolved_at", "resolution"])
    return letter


def _event_id(message: Any) -> UUID | None:
    try:
        return UUID(str(message["id"]))
    except (TypeError, KeyError, ValueError):
        return None


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd")  # PostgreSQL keeps no NUL


def _clean(message: Any) -> Any:
    text = msgspec.json.encode(message).decode()
    return msgspec.json.decode(text.replace("\\u0000", "\\ufffd"))

"""From the service's queue to the handlers: a message is lost in no case."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from servicekit import metrics
from servicekit.clock import now
from servicekit.contracts import Event
from servicekit.database import wait_for_database
from servicekit.events import dead_letters
from servicekit.events.handling import Malformed, Meta, Run, handlers, read, run, run_all
from servicekit.jobs import job, schedule
from servicekit.models import Redelivery

logger = logging.getLogger("tts.events")
TRIES = 5
RETRY_JOB = "servicekit.retry_event"
DELIVERY_LIMIT = 5


def receive_all(bodies: Sequence[tuple[bytes, bool]]) -> None:
    """Handle messages (body, whether it was handed out before) in their order: in one transaction if that works, else each for itself.

    Only a service whose handlers wait for no row that its requests hold while they wait for another (``EVENTS_TOGETHER``) shares one.
    """
    messages = [(_decode(body), redelivered) for body, redelivered in bodies]
    if settings.EVENTS_TOGETHER and not any(redelivered for _, redelivered in messages):
        try:
            run_all(_runs(message for message, _ in messages))
        except Exception as error:  # noqa: BLE001  (the worker's outer loop: who fails, and why, comes out one by one)
            logger.info("events are handled one by one", extra={"reason": f"{type(error).__name__}: {error}"})
        else:
            return
    for message, redelivered in messages:
        receive(message, redelivered=redelivered)


def _decode(body: bytes | str) -> Any:
    """The JSON in a message, or the body itself where it holds none; what is no event is kept as a dead letter."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body


def _runs(messages: Iterable[Any]) -> list[Run]:
    events = [read(message) for message in messages]
    return [Run(name, event, meta) for event, meta in events for name in list(handlers.get(event.type, {}))]


def receive(message: Any, *, redelivered: bool = False) -> None:
    """Give the message to every handler of its type.

    A handler that fails is tried again later, on its own; a message that cannot be read is kept with the reason.
    """
    try:
        event, meta = read(message)
    except Malformed as error:
        wait_for_database()
        dead_letters.keep_event(message, reason=str(error))
        return
    if redelivered:
        wait_for_database()
    if redelivered and _redelivered_too_often(meta.event_id):
        dead_letters.keep_event(message, reason=f"handed out more than {DELIVERY_LIMIT + 1} times: it seems to kill its worker")
        return
    for name in list(handlers.get(event.type, {})):
        attempt(name, event, meta, message, tried=0)


def attempt(name: str, event: Event, meta: Meta, message: Any, *, tried: int) -> None:
    """Run a handler; on failure plan the next try (2, 4, 8, 16 s later), after the fifth keep a dead letter."""
    try:
        _run_when_possible(name, event, meta)
    except Malformed as error:
        dead_letters.keep_event(message, reason=str(error), handler=name)
    except Exception as error:  # the worker's outer loop: nothing may be lost by an error we did not foresee
        wait_for_database()
        metrics.HANDLED.labels(name, "failed").inc()
        logger.exception("handler failed", extra={"handler": name, "event_id": str(meta.event_id), "attempt": tried + 1})
        _postpone(name, message, meta.event_id, tried + 1, f"{type(error).__name__}: {error}")


def _run_when_possible(name: str, event: Event, meta: Meta) -> None:
    """Run the handler; if the database went away under it, once more when it is back."""
    try:
        run(name, event, meta)
    except (OperationalError, InterfaceError):
        wait_for_database()
        run(name, event, meta)


def _postpone(name: str, message: Any, event_id: UUID, tried: int, reason: str) -> None:
    if tried >= TRIES:
        dead_letters.keep_event(message, reason=reason, handler=name)
        return
    with transaction.atomic():
        schedule(
            RETRY_JOB,
            f"{event_id}:{name}",
            now() + timedelta(seconds=2**tried),
            {"message": message, "handler": name, "tried": tried},
        )


@job(RETRY_JOB, atomic=False)
def retry_event(key: str, payload: dict[str, Any]) -> None:
    """The next try of a handler that failed."""
    event, meta = read(payload["message"])
    if payload["handler"] in handlers.get(event.type, {}):
        attempt(payload["handler"], event, meta, payload["message"], tried=payload["tried"])


def _redelivered_too_often(event_id: UUID) -> bool:
    _, created = Redelivery.objects.get_or_create(event_id=event_id, defaults={"count": 1})
    if not created:
        Redelivery.objects.filter(event_id=event_id).update(count=F("count") + 1)
    return Redelivery.objects.filter(event_id=event_id, count__gt=DELIVERY_LIMIT).exists()

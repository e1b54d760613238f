"""Doors for other services' facts: each handler does its work once per event, in one transaction with its inbox row."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db import connection, transaction

from servicekit import metrics
from servicekit.clock import now
from servicekit.context import correlation_id
from servicekit.contracts import Event, registry

E = TypeVar("E", bound=Event)
Handler = Callable[[Any, "Meta"], None]


class Malformed(Exception):
    """The event cannot be handled, now or later: to the dead letters, with this reason, without another try."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What surrounds an event."""

    event_id: UUID
    occurred_at: datetime
    source: str
    correlation_id: str


class Envelope(msgspec.Struct, frozen=True):
    """The message as it travels."""

    id: UUID
    type: str
    schema: int
    source: str
    occurred_at: datetime
    correlation_id: str
    data: msgspec.Raw | dict[str, Any]


#: event type → its handlers, by name
handlers: dict[str, dict[str, Handler]] = defaultdict(dict)


def handles(*events: type[E]) -> Callable[[Callable[[E, Meta], None]], Callable[[E, Meta], None]]:
    """Make a function the handler of these events. It may be called again after a crash, never after success."""

    def register(function: Callable[[E, Meta], None]) -> Callable[[E, Meta], None]:
        for event in events:
            handlers[event.type][f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return register


def read(message: Any) -> tuple[Event, Meta]:
    """The event in a message. Raises Malformed, with the reason, for what no contract describes."""
    try:
        envelope = msgspec.convert(message, Envelope)
        contract = registry.get((envelope.type, envelope.schema))
        if contract is None:
            raise Malformed(f"no contract for {envelope.type} with schema {envelope.schema}")
        event = msgspec.convert(envelope.data, contract)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error
    return event, Meta(envelope.id, envelope.occurred_at, envelope.source, envelope.correlation_id)


def run(name: str, event: Event, meta: Meta) -> bool:
    """Run one handler for one event unless it has done so before; True if it ran. Whatever it raises undoes all."""
    reset = correlation_id.set(meta.correlation_id)
    try:
        with transaction.atomic():
            first = _enter(name, meta.event_id)
            if first:
                handlers[event.type][name](event, meta)
    finally:
        correlation_id.reset(reset)
    metrics.HANDLED.labels(name, "done" if first else "duplicate").inc()
    return first


def _enter(name: str, event_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO servicekit_inboxentry (handler, event_id, handled_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [name, event_id, now()],
        )
        return bool(cursor.rowcount == 1)

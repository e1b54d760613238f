"""Doors for other services' facts: each handler does its work once per event, in one transaction with its inbox row."""

from collections import defaultdict
from collections.abc import Callable, Sequence
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
from servicekit.database import gathering

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


@dataclass(frozen=True, slots=True)
class Run:
    """One handler and the event that it is to handle."""

    handler: str
    event: Event
    meta: Meta


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
    return run_all([Run(name, event, meta)]) == 1


def run_all(runs: Sequence[Run]) -> int:
    """Run handlers in order and in one transaction, each unless it has done so before; how many ran. Whatever one raises undoes all."""
    with transaction.atomic(), gathering():
        fresh = _enter(runs) if runs else set()
        ran = [_run_if_fresh(one, fresh) for one in runs]
    _count(runs, ran)
    return sum(ran)


def _count(runs: Sequence[Run], ran: Sequence[bool]) -> None:
    at = now()
    for one, is_done in zip(runs, ran, strict=True):
        metrics.HANDLED.labels(one.handler, "done" if is_done else "duplicate").inc()
        if is_done:
            age = (at - one.meta.occurred_at).total_seconds()
            metrics.DELIVERY.labels(one.event.type).observe(max(0.0, age))  # a clock that was set back makes no negative sum


def _run_if_fresh(one: Run, fresh: set[tuple[str, UUID]]) -> bool:
    """Run it unless its pair of handler and event is not, or no longer, fresh: the same message may have come twice."""
    key = (one.handler, one.meta.event_id)
    if key not in fresh:
        return False
    fresh.remove(key)
    _call(one)
    return True


def _call(one: Run) -> None:
    reset = correlation_id.set(one.meta.correlation_id)
    try:
        handlers[one.event.type][one.handler](one.event, one.meta)
    finally:
        correlation_id.reset(reset)


def _enter(runs: Sequence[Run]) -> set[tuple[str, UUID]]:
    """Write the inbox rows; which of them are new."""
    at = now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO servicekit_inboxentry (handler, event_id, handled_at) VALUES {', '.join(['(%s, %s, %s)'] * len(runs))} "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING handler, event_id",
            [value for one in runs for value in (one.handler, one.meta.event_id, at)],
        )
        return set(cursor.fetchall())

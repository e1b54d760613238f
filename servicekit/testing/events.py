"""The outbox, the inbox and the timers, as tests see them."""

from typing import Any
from uuid import UUID, uuid4

import msgspec

from servicekit import jobs
from servicekit.clock import now
from servicekit.contracts import Event, registry
from servicekit.events import receiving
from servicekit.events.handling import handlers, read, run
from servicekit.models import OutboxEvent, ScheduledJob


def published_events(of: type[Event] | None = None) -> list[Any]:
    """The events of the outbox, of one class or of all, oldest first."""
    rows = OutboxEvent.objects.order_by("id")
    events = [msgspec.convert(row.data, registry[(row.type, row.schema)]) for row in rows]
    return [event for event in events if of is None or isinstance(event, of)]


def message_of(event: Event, *, event_id: UUID | None = None) -> dict[str, Any]:
    """The event as it travels."""
    return {
        "id": str(event_id or uuid4()),
        "type": event.type,
        "schema": event.schema,
        "source": "test",
        "occurred_at": now().isoformat(),
        "correlation_id": "test-correlation",
        "data": msgspec.to_builtins(event),
    }


def deliver_event(event: Event, *, times: int = 1, event_id: UUID | None = None) -> UUID:
    """Hand the event to every handler of this service, ``times`` times with one id; a handler that fails, fails the test."""
    message = message_of(event, event_id=event_id)
    for _ in range(times):
        known, meta = read(message)
        for name in handlers[event.type]:
            run(name, known, meta)
    return UUID(message["id"])


def receive_message(message: Any, *, redelivered: bool = False) -> None:
    """Hand in a raw message as the worker does: failures become retries and dead letters."""
    receiving.receive(message, redelivered=redelivered)


def run_all_due_jobs(limit: int = 1000) -> int:
    """Run what is due; how many ran. Raises what a job raises."""
    for count in range(limit):
        row = ScheduledJob.objects.filter(run_at__lte=now()).order_by("run_at").first()
        if row is None:
            return count
        known = jobs.registry[row.kind]
        row.delete()
        known.function(row.key, row.payload)
    raise AssertionError(f"more than {limit} jobs are due")

"""Exchanges, queues and bindings, derived from the handlers in the code; nothing about the broker is configured by hand."""

from django.conf import settings
from kombu import Connection, Exchange, Queue, binding

from servicekit.events.handling import handlers

EVENTS = Exchange("tts.events", type="topic", durable=True)
DEAD = Exchange("tts.dead", type="topic", durable=True)
QUORUM = {"x-queue-type": "quorum"}


def direct_key(service: str) -> str:
    """The routing key that reaches this service alone."""
    return f"to.{service}"


def dead_queue(service: str) -> Queue:
    """Where the broker puts what it gave up on; the worker moves it to the dead letters."""
    return Queue(f"{service}.events.dead", exchange=DEAD, routing_key=service, durable=True, queue_arguments=QUORUM)


def events_queue(service: str) -> Queue:
    """The service's queue, bound to exactly what it handles."""
    return Queue(
        f"{service}.events",
        durable=True,
        bindings=[binding(EVENTS, routing_key=name) for name in (direct_key(service), *sorted(handlers))],
        queue_arguments=QUORUM
        | {
            "x-delivery-limit": 5,
            "x-dead-letter-exchange": DEAD.name,
            "x-dead-letter-routing-key": service,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-max-length": 50000,
        },
    )


def declare(connection: Connection) -> None:
    """Make this service's part of the topology. Safe to repeat; must be done for all services before any of them publishes."""
    with connection.channel() as channel:
        for entity in (EVENTS, DEAD):
            entity(channel).declare()
        for queue in (dead_queue(settings.SERVICE_NAME), events_queue(settings.SERVICE_NAME)):
            queue(channel).declare()

"""The relay's side of the broker: many messages on their way at once, each confirmed or returned."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from celery import Celery
from kombu import Connection, Producer

from servicekit import metrics
from servicekit.events.topology import EVENTS, declare

logger = logging.getLogger("tts.relay")
CONFIRM = 5.0  # seconds the broker may take to confirm what it was sent


class Message(NamedTuple):
    """An event as it travels: its id, the type that routes it, and the envelope as JSON."""

    event_id: str
    type: str
    body: bytes


@dataclass
class Fate:
    """What became of the messages that were sent, by event id."""

    confirmed: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)  # no queue takes them
    refused: set[str] = field(default_factory=set)  # a queue is full


class Sender:
    """One connection for publishing. Whatever fails raises; ``close`` and another ``open`` begin anew."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._broker: Connection | None = None
        self._producer: Producer | None = None
        self._has_confirms = False
        self._tags: dict[int, str] = {}
        self._next_tag = 1
        self._fate = Fate()
        self.is_blocked = False

    def open(self) -> None:
        """Connect and declare the topology, unless that is done."""
        if self._producer is not None:
            return
        self._broker = self._app.connection_for_write(transport_options=self._transport_options())
        self._broker.ensure_connection(max_retries=1, timeout=5)
        declare(self._broker)
        channel = self._broker.channel()
        self._has_confirms = hasattr(channel, "confirm_select")  # RabbitMQ; Valkey has taken a message when the call returns
        if self._has_confirms:
            channel.confirm_select()
            channel.events["basic_ack"].add(self._on_ack)
            channel.events["basic_nack"].add(self._on_nack)
            channel.events["basic_return"].add(self._on_returned)
        self._tags, self._next_tag = {}, 1
        self._producer = Producer(channel, EVENTS, auto_declare=False)
        self._set_blocked(False)

    def close(self) -> None:
        """Drop the connection."""
        broker, self._broker, self._producer = self._broker, None, None
        if broker is not None:
            broker.collect()

    def send(self, messages: Sequence[Message]) -> Fate:
        """Publish, and wait until the broker has confirmed all of it or refused it. Raises TimeoutError if it does neither."""
        assert self._producer is not None  # noqa: S101  (open was called)
        self._fate = Fate()
        for message in messages:
            if self._has_confirms:
                self._tags[self._next_tag] = message.event_id
                self._next_tag += 1
            self._publish(message)
            if not self._has_confirms:
                self._fate.confirmed.add(message.event_id)
        self._await_confirms()
        self._fate.confirmed -= self._fate.returned
        return self._fate

    def wait_until_unblocked(self, seconds: float) -> None:
        """Listen to the broker for that long, or until it says something."""
        assert self._broker is not None  # noqa: S101  (open was called)
        try:
            self._broker.drain_events(timeout=seconds)
        except TimeoutError:
            return

    def _publish(self, message: Message) -> None:
        assert self._producer is not None  # noqa: S101  (open was called)
        self._producer.publish(
            message.body,
            routing_key=message.type,
            headers={"id": message.event_id},
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            mandatory=True,
            timeout=CONFIRM,
        )

    def _await_confirms(self) -> None:
        deadline = time.monotonic() + CONFIRM
        while self._tags:
            assert self._broker is not None  # noqa: S101  (open was called)
            self._broker.drain_events(timeout=max(0.01, deadline - time.monotonic()))

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._fate.confirmed |= self._settled(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._fate.refused |= self._settled(tag, multiple)

    def _settled(self, tag: int, multiple: bool) -> set[str]:
        tags = [known for known in self._tags if known <= tag] if multiple else [tag]
        return {self._tags.pop(known) for known in tags if known in self._tags}

    def _on_returned(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        self._fate.returned.add(str(message.headers.get("id")))

    def _transport_options(self) -> dict[str, Any]:
        options = dict(self._app.conf.broker_transport_options)
        if self._app.conf.broker_url.startswith("amqp"):
            options |= {"on_blocked": lambda reason: self._set_blocked(True), "on_unblocked": lambda: self._set_blocked(False)}
        return options

    def _set_blocked(self, blocked: bool) -> None:
        if blocked != self.is_blocked:
            logger.warning("broker refuses publishes" if blocked else "broker takes publishes again")
        self.is_blocked = blocked
        metrics.RELAY_BLOCKED.set(int(blocked))

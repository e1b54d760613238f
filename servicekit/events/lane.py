"""The thread of a worker that handles the service's messages, in the order in which they come, as many at once as have come."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from servicekit.events import receiving
from servicekit.loops import Loop

AT_ONCE = 100  # messages in hand: with more, a crash hands out more of them again
A_FEW = 10
PATIENCE = 1.0  # seconds to wait for a message before the loop turns


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as the broker handed it out; ``message`` is kombu's, and only the consumer's own thread may acknowledge it."""

    message: Any
    redelivered: bool


class Lane(Loop):
    """Takes deliveries from the consumer's thread and gives them back once they are handled.

    One after the other, so that what happened first is seen first; whatever came meanwhile shares the next transaction.
    """

    name = "lane"

    def __init__(self) -> None:
        super().__init__()
        self._waiting: SimpleQueue[Delivery] = SimpleQueue()
        self._in_hand: list[Delivery] = []
        self._handled: deque[Delivery] = deque()
        self._bell_out, self._bell_in = os.pipe()
        os.set_blocking(self._bell_out, False)

    @property
    def bell(self) -> int:
        """A file descriptor that becomes readable when something was handled."""
        return self._bell_out

    def is_behind(self) -> bool:
        """Whether more than a few messages wait."""
        return self._waiting.qsize() > A_FEW

    def put(self, delivery: Delivery) -> None:
        """Queue a delivery."""
        self._waiting.put(delivery)

    def turn(self) -> None:
        """Handle what is there; what a failed turn left in hand comes first."""
        self._in_hand = self._in_hand or self._take()
        if not self._in_hand:
            return
        receiving.receive_all([(delivery.message.body, delivery.redelivered) for delivery in self._in_hand])
        self._handled.extend(self._in_hand)
        self._in_hand = []
        os.write(self._bell_in, b".")

    def take_handled(self) -> Iterator[Delivery]:
        """What has been handled since the last call, to be acknowledged by the thread that owns the connection."""
        with suppress(BlockingIOError):
            os.read(self._bell_out, 65536)
        while self._handled:
            yield self._handled.popleft()

    def _take(self) -> list[Delivery]:
        taken: list[Delivery] = []
        with suppress(Empty):
            taken.append(self._waiting.get(timeout=PATIENCE))
            while len(taken) < AT_ONCE:
                taken.append(self._waiting.get_nowait())
        return taken

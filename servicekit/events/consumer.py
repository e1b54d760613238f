"""Celery's consumer, as events need it: it keeps the connection, takes messages and acknowledges those that its lane has handled."""

import logging
from typing import Any

from celery.worker.consumer import Consumer

from servicekit.events.lane import AT_ONCE, Delivery, Lane

logger = logging.getLogger("tts.events")
CAREFUL = 1


class EventConsumer(Consumer):  # type: ignore[misc]  # Celery has no types
    """Messages are events, not Celery's tasks: see documentation/decisions/0004-events-in-batches.md.

    It begins carefully, with one message at a time, and takes more once the broker hands out one that is new: a message that
    kills its worker then comes alone when it comes again, and takes no other with it to its delivery limit.
    """

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc]
        """Without the 28 delay queues that Celery would declare for timers; ours are rows."""

        default_steps = [step for step in Consumer.Blueprint.default_steps if not str(step).endswith("DelayedDelivery")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial_prefetch_count = CAREFUL
        self._is_careful = True

    @property
    def lane(self) -> Lane:
        """The worker's."""
        lane: Lane = self.controller.lane
        return lane

    def create_task_handler(self, *args: Any, **kwargs: Any) -> Any:
        """What Celery does with a message; called once for each connection."""
        self._is_careful = True
        self.hub.add_reader(self.lane.bell, self._acknowledge)
        return self._take

    def stop(self) -> None:
        """Let the lane end what it has in hand, and acknowledge that while there is a connection."""
        self.lane.stop()
        self._acknowledge()
        super().stop()

    def _take(self, message: Any) -> None:
        redelivered = bool((message.delivery_info or {}).get("redelivered"))
        if self._is_careful and not redelivered:
            self._take_more()
        self.lane.put(Delivery(message, redelivered))

    def _take_more(self) -> None:
        """A limit holds for consumers that begin after it is set, so this one begins anew."""
        self._is_careful = False
        self.task_consumer.cancel()
        self.task_consumer.qos(prefetch_count=AT_ONCE)
        self.task_consumer.consume()

    def _acknowledge(self) -> None:
        for delivery in self.lane.take_handled():
            delivery.message.ack_log_error(logger, self.connection_errors)

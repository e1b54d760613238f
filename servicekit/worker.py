"""The worker of a service: Celery on the service's queue, with the lane, the relay, the jobs and the heartbeat as threads beside it."""

import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import django
from celery import Celery, bootsteps
from celery.signals import setup_logging
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from servicekit.environment import environment

log = logging.getLogger("tts.worker")

STOP_WITHIN = 10.0
BROKER_OPTIONS = {
    "amqp": {"connect_timeout": 4, "read_timeout": 5, "write_timeout": 5},
    # Valkey has no acknowledgement of its own: what a dead worker held is handed out again after the visibility time-out
    "redis": {"visibility_timeout": 30, "unacked_restore_interval": 5, "unacked_restore_throttle": 1, "socket_keepalive": True},
}


def make_app(package: str) -> Celery:
    """The Celery app of the service whose Django project is ``package``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{package}.settings")
    django.setup()
    if not settings.CELERY_BROKER_URL:
        raise ImproperlyConfigured("CELERY_BROKER_URL is none: a worker needs a broker")
    setup_logging.connect(_leave_logging_alone)
    app = Celery(package, broker=settings.CELERY_BROKER_URL)
    app.conf.update(_configuration())
    app.steps["worker"].add(Threads)
    app.steps["consumer"].add(ConsumerPulse)
    return app


def _leave_logging_alone(**_: Any) -> None:
    """Somebody who listens to this signal keeps Celery from setting levels: the settings' LOGGING holds in workers, too."""


def _configuration() -> dict[str, Any]:
    from servicekit.events.topology import EVENTS, direct_key, events_queue

    queue = events_queue(settings.SERVICE_NAME)
    kind = "amqp" if settings.CELERY_BROKER_URL.startswith("amqp") else "redis"
    return {
        "task_queues": [queue],
        "task_default_queue": queue.name,
        "task_default_exchange": EVENTS.name,
        "task_default_exchange_type": EVENTS.type,
        "task_default_routing_key": direct_key(settings.SERVICE_NAME),
        "task_create_missing_queues": False,
        "worker_consumer": "servicekit.events.consumer:EventConsumer",
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "broker_transport_options": BROKER_OPTIONS[kind],
        "broker_heartbeat": 30 if kind == "amqp" else 0,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "timezone": "UTC",
        "enable_utc": True,
    }


class Threads(bootsteps.StartStopStep):  # type: ignore[misc]
    """Starts the loops beside the consumer, and ends the process if one of them dies: the supervisor starts it anew."""

    requires = ("celery.worker.components:Pool",)  # the consumer starts last, and its start returns at the end

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        from servicekit.events.lane import Lane

        self.app = worker.app
        self.loops: list[Any] = []
        worker.lane = Lane()

    def start(self, worker: Any) -> None:
        """Start the metrics, the relay, the lane of events, the jobs, the dead-letter drain and the heartbeat that watches them."""
        from servicekit.events.drain import DeadLetterDrain
        from servicekit.events.relay import Relay
        from servicekit.health import Pulse
        from servicekit.jobs import JobRunner
        from servicekit.metrics_port import serve_metrics

        serve_metrics()
        self.loops = worker.loops = [Relay(self.app), worker.lane, JobRunner(worker.lane.is_behind)]
        if self.app.conf.broker_url.startswith("amqp"):
            self.loops.append(DeadLetterDrain(self.app))
        self.loops.append(Pulse(list(self.loops)))
        for loop in self.loops:
            loop.start()
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        log.info("worker started", extra={"loops": ", ".join(type(loop).__name__ for loop in self.loops)})

    def stop(self, worker: Any) -> None:
        """End them within ``STOP_WITHIN`` seconds in all, the relay last: it takes along what the others said at their end.

        A turn that hangs is given up as in a crash, by which nothing is lost.
        """
        until = time.monotonic() + STOP_WITHIN
        for loop in self.loops[1:]:  # each may sleep up to a second: all are asked before the first is waited for
            loop.stopping.set()
        for loop in reversed(self.loops):
            loop.stop(until - time.monotonic())
        log.info("worker stopped")

    def _watch(self) -> None:
        for loop in self.loops:
            loop.join()  # returns when a loop has ended; the first to end on its own ends the process
            if not loop.stopping.is_set():
                os.kill(os.getpid(), signal.SIGTERM)
                return


class ConsumerPulse(bootsteps.StartStopStep):  # type: ignore[misc]
    """Touches the file WORKER_PULSE, which servicekit.probe looks at, while the consumer is connected and turns and the loops do, too."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        super().__init__(consumer, **kwargs)
        self.file = environment.text("WORKER_PULSE")
        self.entry: Any = None

    def include_if(self, consumer: Any) -> bool:
        """Only where somebody looks."""
        return bool(self.file)

    def start(self, consumer: Any) -> None:
        """One beat now, the others every 5 s by the consumer's own clock, which stands still when the consumer hangs."""
        self._beat(consumer)
        self.entry = consumer.timer.call_repeatedly(5.0, self._beat, (consumer,))

    def stop(self, consumer: Any) -> None:
        """No broker, no pulse."""
        if self.entry is not None:
            self.entry.cancel()

    def _beat(self, consumer: Any) -> None:
        if all(loop.is_turning for loop in consumer.controller.loops):
            Path(self.file).touch()

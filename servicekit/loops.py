"""Threads of the worker that do one thing over and over, and are seen to do it."""

import logging
import threading
import time

from django.db import connection

logger = logging.getLogger("tts.worker")
LONGEST_PAUSE = 3.0  # seconds: what comes back after an outage is used at once
ALIVE = 60.0  # seconds within which a healthy loop turns at least once


class Loop(threading.Thread):
    """Calls ``turn`` until stopped. A turn that fails is logged and tried again after a pause (1, 2, 3, 3 … s)."""

    name = "loop"

    def __init__(self) -> None:
        super().__init__(name=type(self).name, daemon=True)
        self.stopping = threading.Event()
        self.turned_at = time.monotonic()

    def turn(self) -> None:
        """One round; returns soon (within seconds) so that stopping is quick."""
        raise NotImplementedError(type(self).__name__)

    def release(self) -> None:
        """Give back what a failed turn may have left in a bad state."""

    def run(self) -> None:
        """The loop itself."""
        failures = 0
        while not self.stopping.is_set():
            try:
                self.turn()
                failures, self.turned_at = 0, time.monotonic()
            except Exception:  # the worker's outer loop
                failures += 1
                logger.exception("loop failed", extra={"loop": self.name, "failures": failures})
                self.release()
                connection.close()
                self.stopping.wait(min(float(failures), LONGEST_PAUSE))
        self.release()
        connection.close()

    def stop(self, within: float = 10.0) -> None:
        """Ask it to end and wait for the present turn, for so many seconds at most."""
        self.stopping.set()
        self.join(timeout=max(0.0, within))

    @property
    def is_turning(self) -> bool:
        """True if the thread lives and its last good turn was not long ago."""
        return self.is_alive() and time.monotonic() - self.turned_at < ALIVE

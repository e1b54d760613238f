"""One LISTEN connection per process that hands on what is new."""

import select
import threading
from collections.abc import Callable, Mapping

from django.db import connection

from servicekit.loops import Loop
from servicekit.stream.rows import Row, latest, read_after

SWEEP = 1.0  # seconds between looks without a wake-up
BATCH = 100  # rows in memory at once: a comment can take some 100 KB
Receiver = Callable[[list[Row]], None]


class Follower(Loop):
    """Calls ``receive`` with the new rows, in order, from the thread's start on; each once unless ``receive`` fails.

    ``channels`` are further NOTIFY channels, each with what to call with its payloads; those are not kept and may get lost.
    """

    name = "follower"

    def __init__(self, receive: Receiver, channels: Mapping[str, Callable[[str], None]] | None = None) -> None:
        super().__init__()
        self._receive = receive
        self._channels = dict(channels or {})
        self._listening = False
        self.is_listening = threading.Event()  # set once nothing that is said from now on is missed
        self.position = -1

    def turn(self) -> None:
        """Read what is new; unless there is more at once, sleep until woken."""
        if not self._listening:
            self._listen()
        rows = read_after(self.position, limit=BATCH)
        if rows:
            self._receive(rows)
            self.position = rows[-1].number
        if len(rows) < BATCH:
            self._sleep()

    def release(self) -> None:
        """Listen again on a new connection; the position is kept, so nothing is missed."""
        self._listening = False

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            for channel in ("stream", *self._channels):
                cursor.execute(f"LISTEN {channel}")
        if self.position < 0:
            self.position = latest()
        self._listening = True
        self.is_listening.set()

    def _sleep(self) -> None:
        link = connection.connection
        link.poll()
        if not link.notifies:  # else one came in with the answer to a query
            select.select([link], [], [], SWEEP)
            link.poll()
        notices = list(link.notifies)
        link.notifies.clear()
        for notice in notices:
            if notice.channel in self._channels:
                self._channels[notice.channel](notice.payload)

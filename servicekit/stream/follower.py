"""One LISTEN connection per process that hands on what is new."""

import select
from collections.abc import Callable

from django.db import connection

from servicekit.loops import Loop
from servicekit.stream.rows import Row, latest, read_after

SWEEP = 1.0  # seconds between looks without a wake-up
Receiver = Callable[[list[Row]], None]


class Follower(Loop):
    """Calls ``receive`` with the new rows, in order, each once, from the thread's start on."""

    name = "follower"

    def __init__(self, receive: Receiver) -> None:
        super().__init__()
        self._receive = receive
        self._listening = False
        self.position = -1

    def turn(self) -> None:
        """Read until nothing is new, then sleep until woken."""
        if not self._listening:
            self._listen()
        rows = read_after(self.position)
        if rows:
            self.position = rows[-1].number
            self._receive(rows)
        else:
            self._sleep()

    def release(self) -> None:
        """Listen again on a new connection; the position is kept, so nothing is missed."""
        self._listening = False

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("LISTEN stream")
        if self.position < 0:
            self.position = latest()
        self._listening = True

    def _sleep(self) -> None:
        link = connection.connection
        select.select([link], [], [], SWEEP)
        link.poll()
        link.notifies.clear()

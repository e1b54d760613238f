"""One topic on one socket."""

import asyncio
from uuid import UUID

from realtime import frames
from realtime.lanes import Lanes
from realtime.outlet import Outlet
from servicekit.stream.rows import Row, latest, oldest, read_after

PAGE = 50  # rows read at once
FROM_NOW = -1  # instead of a number: tell nothing of the past
MOST = 2000  # rows told again; who missed more loads the topic anew


class Subscription:
    """First catches up from the table, then lives on what the hub hands it.

    While it catches up, a row from the hub only says that there is more to read. It turns live in the same step of the
    event loop that finds nothing unread, and what it has read already it does not take again: no row is missed or doubled.
    """

    def __init__(self, topic: str, audiences: frozenset[str], reader: UUID, outlet: Outlet, after: int) -> None:
        self.topic = topic
        self.audiences = audiences
        self.position = after  # the last number that was told
        self.catching_up: asyncio.Task[None] | None = None
        self._reader = reader
        self._outlet = outlet
        self._is_live = False
        self._is_behind = False

    def take(self, row: Row, encoded: dict[str, str]) -> None:
        """A new row, from the hub."""
        if row.number <= self.position:
            return
        if not self._is_live:
            self._is_behind = True
            return
        self.position = row.number
        if self.topic not in encoded:
            encoded[self.topic] = frames.event(self.topic, row)
        self._outlet.offer(encoded[self.topic])

    def overhear(self, whisper: frames.Whisper) -> None:
        """Somebody is writing; not worth telling to himself or to one who is still catching up."""
        if self._is_live and whisper.person.id != self._reader:
            self._outlet.offer(frames.typing(self.topic, whisper.person))

    def stop(self) -> None:
        """Tell nothing more; the hub must not know the subscription any longer."""
        if self.catching_up is not None:
            self.catching_up.cancel()

    async def catch_up(self, lanes: Lanes) -> None:
        """Tell what came after the position, then go live. Call it when the hub already knows the subscription."""
        first, newest = await lanes.run(_bounds)
        if self.position == FROM_NOW:
            self.position = newest
        elif not first - 1 <= self.position <= newest:  # purged since, or a number from before the database was restored
            await self._start_anew(newest)
        self._is_behind = self._is_behind or self.position < newest
        await self._replay(lanes)
        self.position = max(self.position, newest)
        await self._outlet.put(frames.subscribed(self.topic, self.position))
        await self._replay(lanes)  # what came while there was no room
        self._is_live = True

    async def _replay(self, lanes: Lanes) -> None:
        """Read and tell until nothing is left; after the last look there is no await, so nothing can come in between."""
        told = 0
        while self._is_behind:
            self._is_behind = False
            if told >= MOST:
                await self._start_anew(await lanes.run(latest))
                told = 0
            rows = await lanes.run(read_after, self.position, self.audiences, PAGE)
            for row in rows:
                await self._outlet.put(frames.event(self.topic, row))
                self.position = row.number
            told += len(rows)
            self._is_behind = self._is_behind or len(rows) == PAGE

    async def _start_anew(self, position: int) -> None:
        self.position = position
        self._is_behind = True  # what came meanwhile was held against the old position
        await self._outlet.put(frames.resync(self.topic))


def _bounds() -> tuple[int, int]:
    return oldest(), latest()

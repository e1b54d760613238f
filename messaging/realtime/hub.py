"""Hands what is new in the stream to this process's sockets. See documentation/decisions/0003-live-updates-hub.md."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection
from prometheus_client import Gauge

from realtime import frames
from realtime.lanes import Lanes
from servicekit.stream.follower import Follower
from servicekit.stream.rows import Row, latest

PATIENCE = 30.0  # seconds that the follower waits for a busy event loop before it tries again
WHISPERS = "whispers"  # the NOTIFY channel of what is told and not kept
DRAIN_RATE = 25.0  # sockets sent away in a second: the process that takes them in must bear it
LONGEST_DRAIN = 30.0  # seconds

SOCKETS = Gauge("live_sockets", "Open browser sockets", multiprocess_mode="livesum")


class Listener(Protocol):
    """Whoever hears audiences; called in the event loop, and never to wait."""

    def take(self, row: Row, encoded: dict[str, str]) -> None:
        """A new row of one of his audiences. ``encoded`` holds the row's frame by topic, made once for all listeners."""

    def overhear(self, whisper: frames.Whisper) -> None:
        """Something that is not kept."""


class Hub:
    """Audience → listeners. One follower thread per process feeds it; all else happens in the event loop, so it needs no lock."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._listeners: defaultdict[str, set[Listener]] = defaultdict(set)
        self._sockets: Counter[UUID] = Counter()
        self._farewells: set[Callable[[], None]] = set()
        self.is_draining = False
        self._follower: Follower | None = None
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Follow the stream from now on; returns when it does. Called for each socket, since Daphne has no start-up event."""
        if self._follower is not None:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._follow())
        await asyncio.shield(self._starting)

    async def _follow(self) -> None:
        loop = asyncio.get_running_loop()

        def receive(rows: list[Row]) -> None:
            asyncio.run_coroutine_threadsafe(self._pass_on(rows), loop).result(PATIENCE)

        def overhear(payload: str) -> None:
            loop.call_soon_threadsafe(self._overhear, payload)

        follower = Follower(receive, {WHISPERS: overhear})
        follower.position = await self._lanes.run(latest)
        follower.start()
        await asyncio.to_thread(follower.is_listening.wait, PATIENCE)  # who types now is seen, though typing is kept nowhere
        self._follower = follower

    def stop(self) -> None:
        """Follow no more."""
        if self._follower is not None:
            self._follower.stop()
            self._follower = None

    def enter(self, person: UUID, send_away: Callable[[], None]) -> bool:
        """Count a socket of the person; False if there are too many of them already. ``send_away`` asks it to come back elsewhere."""
        if self._sockets[person] >= settings.SOCKETS_PER_PERSON:
            return False
        self._sockets[person] += 1
        self._farewells.add(send_away)
        SOCKETS.inc()
        return True

    def leave(self, person: UUID, send_away: Callable[[], None]) -> None:
        """One socket fewer."""
        SOCKETS.dec()
        self._farewells.discard(send_away)
        self._sockets[person] -= 1
        if not self._sockets[person]:
            del self._sockets[person]

    async def drain(self) -> int:
        """Take no more sockets and send all away, spread at random so that they do not come back all at once; how many there were."""
        self.is_draining = True
        leaving = set(self._farewells)
        window = min(LONGEST_DRAIN, len(leaving) / DRAIN_RATE)
        for send_away in leaving:
            asyncio.get_running_loop().call_later(random.uniform(0.0, window), send_away)  # noqa: S311  (no secret)
        while self._farewells:
            for send_away in self._farewells - leaving:  # those that were on their way in
                send_away()
            await asyncio.sleep(0.05)
        return len(leaving)

    def attach(self, listener: Listener, audiences: frozenset[str]) -> None:
        """From here on the listener hears the audiences."""
        for audience in audiences:
            self._listeners[audience].add(listener)

    def detach(self, listener: Listener, audiences: frozenset[str]) -> None:
        """The listener hears them no more."""
        for audience in audiences:
            self._listeners[audience].discard(listener)
            if not self._listeners[audience]:
                del self._listeners[audience]

    async def _pass_on(self, rows: list[Row]) -> None:
        """Deliver, and let the outlets send it before the follower reads on: who reads in time never finds his outlet full."""
        self.deliver(rows)
        await asyncio.sleep(0)

    def deliver(self, rows: list[Row]) -> None:
        """Hand new rows to whoever hears their audiences."""
        for row in rows:
            encoded: dict[str, str] = {}
            for listener in tuple(self._listeners.get(row.audience, ())):
                listener.take(row, encoded)

    def _overhear(self, payload: str) -> None:
        whisper = frames.read_whisper(payload)
        for listener in tuple(self._listeners.get(whisper.audience, ())):
            listener.overhear(whisper)


def tell_all(whisper: frames.Whisper) -> None:
    """Whisper to the hubs of all processes, ours included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [WHISPERS, whisper.to_json()])

"""How the process ends: it takes no more connections, sends its sockets away and finishes what it is answering."""

import asyncio
import logging
import signal
from typing import Any

from twisted.internet import reactor, tcp

from messaging.http import ThreadedHttp
from realtime.hub import Hub

logger = logging.getLogger("tts.live")

PATIENCE = 45.0  # seconds for everything: the sockets' 30, and the slowest request
FAREWELL = 0.5  # seconds in which the last close frame is answered


class Leaving:
    """SIGTERM begins it; a second one ends the process at once, as Daphne does by itself at the first."""

    def __init__(self, hub: Hub, http: ThreadedHttp) -> None:
        self._hub = hub
        self._http = http
        self._reactor: Any = reactor
        self._task: asyncio.Task[None] | None = None

    def await_signal(self) -> None:
        """Once Daphne runs and has taken its signals, SIGTERM is ours. Elsewhere nothing happens."""
        self._reactor.callWhenRunning(self._reactor.callLater, 0, self._take_signal)

    def _take_signal(self) -> None:
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGTERM, lambda number, frame: loop.call_soon_threadsafe(self._begin))

    def _begin(self) -> None:
        if self._task is not None:
            self._reactor.stop()
            return
        self._task = asyncio.create_task(self._leave())

    async def _leave(self) -> None:
        ports: list[Any] = [reader for reader in self._reactor.getReaders() if isinstance(reader, tcp.Port)]
        for port in ports:
            port.stopListening()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._finish()
        except TimeoutError:
            logger.warning("ending, though not all is finished")
        finally:
            self._reactor.stop()

    async def _finish(self) -> None:
        sent_away = await self._hub.drain()
        while self._http.in_flight:
            await asyncio.sleep(0.05)
        logger.info("everybody was sent away", extra={"sockets": sent_away})
        await asyncio.sleep(FAREWELL)

"""What is on its way to one browser."""

import asyncio
from collections.abc import Awaitable, Callable

SIZE = 500  # frames
LARGE = 4_000_000  # characters that wait for a browser that does not read


class Outlet:
    """A bounded queue and the loop that empties it. A reader that falls behind is cut off: nothing is dropped in silence."""

    def __init__(self, send: Callable[[str], Awaitable[None]], on_overflow: Callable[[], None], size: int = SIZE) -> None:
        self._send = send
        self._on_overflow = on_overflow
        self._queue: asyncio.Queue[str] = asyncio.Queue(size)
        self._waiting = 0  # characters in the queue
        self._is_clear = asyncio.Event()
        self._is_clear.set()

    def offer(self, frame: str) -> None:
        """Queue a frame that happens now; if there is no room the reader is too slow."""
        if self._queue.full() or (self._waiting > LARGE and not self._is_clear.is_set()):
            self._on_overflow()
        else:
            self._queue.put_nowait(frame)
            self._waiting += len(frame)

    async def put(self, frame: str) -> None:
        """Queue a frame of the past, once the browser reads and there is room."""
        await self._is_clear.wait()
        await self._queue.put(frame)
        self._waiting += len(frame)

    def pause(self) -> None:
        """The browser does not read just now."""
        self._is_clear.clear()

    def resume(self) -> None:
        """It reads again."""
        self._is_clear.set()

    async def run(self) -> None:
        """Send what is queued, for as long as the socket lives."""
        while True:
            frame = await self._queue.get()
            await self._is_clear.wait()
            await self._send(frame)
            self._waiting -= len(frame)

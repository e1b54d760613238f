"""What is on its way to one browser."""

import asyncio
from collections.abc import Awaitable, Callable

SIZE = 500  # frames


class Outlet:
    """A bounded queue and the loop that empties it. A reader that falls behind is cut off: nothing is dropped in silence."""

    def __init__(self, send: Callable[[str], Awaitable[None]], on_overflow: Callable[[], None], size: int = SIZE) -> None:
        self._send = send
        self._on_overflow = on_overflow
        self._queue: asyncio.Queue[str] = asyncio.Queue(size)
        self._is_clear = asyncio.Event()
        self._is_clear.set()

    def offer(self, frame: str) -> None:
        """Queue a frame that happens now; if there is no room the reader is too slow."""
        try:
            self._queue.put_nowait(frame)
        except asyncio.QueueFull:
            self._on_overflow()

    async def put(self, frame: str) -> None:
        """Queue a frame of the past, once there is room."""
        await self._queue.put(frame)

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

"""Browsers' sockets, many at once: each comes back after a break with its last number and keeps all that it hears."""

import asyncio
import json
import random
import threading
from collections.abc import Sequence
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from tests.system.harness.client import Client
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack


class Listener:
    """One socket on one topic."""

    def __init__(self, topic: str, client: Client) -> None:
        self.topic, self.client = topic, client
        self.heard: list[tuple[int, str, dict[str, Any]]] = []
        self.last: int | None = None
        self.is_subscribed = False
        self.connections = 0
        self.closed_with: int | None = None
        self.refusals: list[dict[str, Any]] = []

    def numbers(self) -> list[int]:
        """The numbers of all that it heard, in the order of hearing."""
        return [number for number, _, _ in self.heard]


class Gallery:
    """Listeners in a thread of their own. They come back with a jitter, as browsers do; or only until they are let in."""

    def __init__(self, stack: Stack, listeners: Sequence[Listener], comes_back: bool = True) -> None:
        self._url = stack["messaging"].url.replace("http", "ws", 1) + "/ws/"
        self.listeners = list(listeners)
        self._comes_back = comes_back
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._listen(),), daemon=True)
        self._stop = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self.wait_subscribed()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all sockets."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()

    def wait_subscribed(self, seconds: float = 40.0) -> None:
        """Until all are subscribed."""
        wait_until(self._are_subscribed, f"all {len(self.listeners)} sockets are subscribed", seconds)

    def _are_subscribed(self) -> bool:
        refusals = [refusal for listener in self.listeners for refusal in listener.refusals]
        assert not refusals, refusals[0]
        return all(listener.is_subscribed for listener in self.listeners)

    async def _listen(self) -> None:
        tasks = [asyncio.create_task(self._follow(listener)) for listener in self.listeners]
        await self._stop.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _follow(self, listener: Listener) -> None:
        while True:
            try:
                await self._once(listener)
            except ConnectionClosed as closed:
                listener.closed_with = closed.rcvd.code if closed.rcvd else None
            except (InvalidHandshake, InvalidMessage, OSError, TimeoutError):
                pass
            listener.is_subscribed = False
            if listener.connections and not self._comes_back:
                return
            await asyncio.sleep(random.uniform(0.1, 1.5))

    async def _once(self, listener: Listener) -> None:
        headers = {"Authorization": f"Bearer {listener.client.access}"}
        async with connect(self._url, additional_headers=headers, proxy=None, open_timeout=20) as socket:
            listener.connections += 1
            await socket.send(json.dumps({"type": "subscribe", "topic": listener.topic, "after": listener.last}))
            async for message in socket:
                self._hear(listener, json.loads(message))

    @staticmethod
    def _hear(listener: Listener, frame: dict[str, Any]) -> None:
        if frame["type"] == "subscribed":
            listener.is_subscribed = True
            listener.last = frame["number"]
        elif frame["type"] == "event":
            listener.last = frame["number"]
            listener.heard.append((frame["number"], frame["kind"], frame["body"]))
        elif frame["type"] in {"error", "resync"}:
            listener.refusals.append(frame)

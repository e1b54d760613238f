"""One live socket as one person: subscribes, hands on every event once, and comes back after a break with what it missed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from ops.replay.api import Api, Person

Heard = Callable[[str, str, dict[str, Any]], None]


class LiveSocket:
    """Follows the topics until it is closed; ``heard(topic, kind, body)`` is called for each event."""

    def __init__(self, api: Api, person: Person, topics: list[str], heard: Heard) -> None:
        self._api, self._person, self._heard = api, person, heard
        self._last: dict[str, int | None] = dict.fromkeys(topics)
        self._waiting = set(topics)
        self.subscribed = asyncio.Event()
        self.reconnects = -1
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start to follow; returns once all topics are subscribed."""
        self._task = asyncio.create_task(self._follow())
        await asyncio.wait_for(self.subscribed.wait(), 20)

    async def close(self) -> None:
        """Stop following."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        url = self._api.base_url.replace("http", "ws", 1) + "/ws/"
        while True:
            try:
                async with connect(url, additional_headers={"Authorization": f"Bearer {self._person.access}"}, proxy=None) as socket:
                    self.reconnects += 1
                    await self._subscribe(socket)
                    async for message in socket:
                        self._receive(json.loads(message))
            except (ConnectionClosed, InvalidHandshake, OSError):
                pass
            await asyncio.sleep(0.5)
            await self._api.renew(self._person)

    async def _subscribe(self, socket: ClientConnection) -> None:
        for topic, last in self._last.items():
            await socket.send(json.dumps({"type": "subscribe", "topic": topic, "after": last}))

    def _receive(self, message: dict[str, Any]) -> None:
        topic = message.get("topic", "")
        if message["type"] == "subscribed":
            if self._last[topic] is None:
                self._last[topic] = message["number"]
            self._waiting.discard(topic)
            if not self._waiting:
                self.subscribed.set()
        elif message["type"] == "event":
            last = self._last[topic]
            if last is None or message["number"] > last:
                self._last[topic] = message["number"]
                self._heard(topic, message["kind"], message["body"])
        elif message["type"] == "error":
            raise RuntimeError(f"the socket refuses {topic}: {message.get('code')}")

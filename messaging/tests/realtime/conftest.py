"""Browsers on a hub of their own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from channels.testing import WebsocketCommunicator
from django.db import transaction

from comments import services
from realtime.consumers import BrowserSocket
from realtime.hub import Hub
from realtime.lanes import Lanes
from servicekit.principal import Principal
from servicekit.stream import follower
from servicekit.stream.rows import append, latest
from servicekit.testing.keys import token_for

ORIGIN = "http://testserver"
SOON, QUIET = 5.0, 0.2  # seconds: within which something must, and nothing may be heard


class Browser:
    """One page with its socket."""

    def __init__(self, application: Any, headers: dict[str, str]) -> None:
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.socket = WebsocketCommunicator(application, "/ws/", headers=encoded)

    async def open(self) -> "Browser":
        """Connect; it must be let in."""
        is_in, _ = await self.socket.connect(timeout=SOON)
        assert is_in
        return self

    async def is_refused(self) -> bool:
        """Connect; True if the handshake is answered with a 403."""
        is_in, _ = await self.socket.connect(timeout=SOON)
        return not is_in

    async def say(self, **message: Any) -> None:
        """Send a message."""
        await self.socket.send_to(text_data=json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        """The next frame."""
        frame: dict[str, Any] = await self.socket.receive_json_from(timeout=SOON)
        return frame

    async def subscribe(self, topic: str, after: int | None = None) -> int:
        """Subscribe without anything to catch up with; the number from which on the topic is heard."""
        await self.say(type="subscribe", topic=topic, after=after)
        frame = await self.hear()
        assert (frame["type"], frame["topic"]) == ("subscribed", topic), frame
        return int(frame["number"])

    async def hears_nothing(self) -> bool:
        """True if it stays quiet for a moment."""
        return bool(await self.socket.receive_nothing(timeout=QUIET))

    async def close_code(self) -> int:
        """Skip what is still said; the code that the server closes with."""
        while True:
            message = await self.socket.receive_output(timeout=SOON)
            if message["type"] == "websocket.close":
                return int(message["code"])

    async def stall(self) -> None:
        """Stop reading: the transport fills up."""
        await self.socket.send_input({"type": "transport.paused"})

    async def leave(self) -> None:
        """Close the page."""
        await self.socket.disconnect(timeout=SOON)


class Live:
    """A hub as one Daphne has it, and the browsers that came to it."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.hub = Hub(self.lanes)
        self.application = BrowserSocket.as_asgi(hub=self.hub, lanes=self.lanes)
        self.browsers: list[Browser] = []

    def browser(self, headers: dict[str, str]) -> Browser:
        """A page whose handshake has these headers."""
        self.browsers.append(Browser(self.application, headers))
        return self.browsers[-1]

    async def browser_of(self, who: Principal) -> Browser:
        """An open socket of somebody who is logged in."""
        return await self.browser({"cookie": f"tts_access={token_for(who)}", "origin": ORIGIN}).open()

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call something that uses the database."""
        return await self.lanes.run(function, *args, **kwargs)

    async def end(self) -> None:
        """Close all pages and give the connections back."""
        await asyncio.gather(*(browser.leave() for browser in self.browsers), return_exceptions=True)
        await asyncio.to_thread(self.hub.stop)
        self.lanes.close()


def remember_something() -> None:
    """A stream that was used before: its last row stays for ever."""
    with transaction.atomic():
        append("nobody", "nothing", {})


@pytest_asyncio.fixture
async def live(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Live]:
    monkeypatch.setattr(follower, "SWEEP", 0.05)
    server = Live()
    await server.run(remember_something)
    yield server
    await server.end()


def post(thread, by, body="Hello", visibility="public"):
    return services.post_comment(ticket_id=thread.ticket_id, body=body, visibility=visibility, by=by)


def tell(audience: str, *bodies: object) -> list[int]:
    """Rows in transactions of their own; their numbers."""
    numbers = []
    for body in bodies:
        with transaction.atomic():
            append(audience, "told", {"body": body})
            numbers.append(latest())
    return numbers

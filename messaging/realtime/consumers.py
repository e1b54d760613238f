"""The browser's socket: one connection carries all that a person hears live."""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import msgspec
from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from comments import audiences
from realtime import frames
from realtime.handshake import authenticate
from realtime.hub import Hub, tell_all
from realtime.lanes import Lanes
from realtime.outlet import Outlet
from realtime.subscriptions import FROM_NOW, Subscription
from realtime.topics import audiences_of
from servicekit.errors import Problem
from servicekit.principal import Principal
from servicekit.stream.rows import Row, read_after

logger = logging.getLogger("tts.live")

MALFORMED, TOO_MANY_MESSAGES, FAILED, RECONNECT, TOO_SLOW = 1007, 1008, 1011, 1012, 1013
SESSION_ENDED, NOT_ALLOWED = 4401, 4403
MESSAGES_PER_SECOND = 20
TOPICS_PER_SOCKET = 50
LIFETIME = 3600.0  # seconds; then the browser comes back with a token of the present
TYPING_PAUSE = 1.0  # seconds between two that are passed on


class BrowserSocket(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels is published without types
    """Checks who it is, keeps his subscriptions and ends when his session does."""

    principal: Principal

    def __init__(self, *, hub: Hub, lanes: Lanes) -> None:
        super().__init__()
        self._hub = hub
        self._lanes = lanes
        self._outlet = Outlet(self.send, self._fall_behind)
        self._subscriptions: dict[str, Subscription] = {}
        self._changing = asyncio.Lock()  # one change of the subscriptions at a time
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = False
        self._received: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)
        self._typed_at = float("-inf")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The life of the socket; however it ends, nothing of it stays in the hub."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """To the method named after the message's type, without Channels' look at this thread's database connections: there are none."""
        await getattr(self, get_handler_name(message))(message)

    # the connection

    async def connect(self) -> None:
        """Let in who proves who he is; anybody else gets a 403 instead of a socket, and nobody stays in a process that is to end."""
        if self._hub.is_draining:
            await self.accept()
            await self.close(RECONNECT)
            return
        await self._hub.start()
        try:
            self.principal = await self._lanes.run(authenticate, self.scope["headers"])
        except Problem as problem:
            logger.info("socket refused", extra={"code": problem.code})
            await self.close()
            return
        await self.accept()
        if not self._hub.enter(self.principal.id, self._send_away):
            await self.send(frames.error("too_many_sockets"))
            await self.close(NOT_ALLOWED)
            return
        self._is_open = True
        self._hub.attach(self, self._own_audiences)
        self._keep(self._outlet.run())
        self._keep(self._expire())
        await self._hear_own(await self._lanes.run(read_after, 0, self._own_audiences))

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The connection is gone."""
        raise StopConsumer

    async def transport_paused(self, message: dict[str, Any]) -> None:
        """The browser does not read as fast as it is told."""
        self._outlet.pause()

    async def transport_resumed(self, message: dict[str, Any]) -> None:
        """It reads again."""
        self._outlet.resume()

    def _end(self, code: int) -> None:
        """Hear and say nothing more, and close; may be called from anywhere in the event loop, and twice."""
        if self._is_open:
            self._leave()
            self._closing = asyncio.create_task(self.close(code))

    def _leave(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self._hub.detach(self, self._own_audiences)
        for topic in list(self._subscriptions):
            self._unsubscribe(topic)
        self._hub.leave(self.principal.id, self._send_away)
        for task in self._tasks:
            task.cancel()

    def _keep(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run it beside the rest; its failure ends the socket, and the browser comes back."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("socket failed", exc_info=error)
            self._end(FAILED)

    def _fall_behind(self) -> None:
        logger.info("socket too slow", extra={"user_id": str(self.principal.id)})
        self._end(TOO_SLOW)

    def _send_away(self) -> None:
        self._end(RECONNECT)

    async def _expire(self) -> None:
        await asyncio.sleep(LIFETIME * random.uniform(0.9, 1.1))  # noqa: S311  (so that not all come back at once)
        self._send_away()

    # what the hub tells the socket itself

    @property
    def _own_audiences(self) -> frozenset[str]:
        return frozenset({audiences.session(self.principal.session_id), audiences.access(self.principal.id)})

    def take(self, row: Row, encoded: dict[str, str]) -> None:
        """News of the session or of the person's rights, from the hub."""
        self._keep(self._hear_own([row]))

    def overhear(self, whisper: frames.Whisper) -> None:
        """Nobody whispers to these audiences."""

    async def _hear_own(self, rows: list[Row]) -> None:
        if any(row.kind == "session.revoked" for row in rows):
            self._end(SESSION_ENDED)
            return
        async with self._changing:
            for row in rows:
                if row.body["access_version"] > self.principal.access_version:
                    await self._change_access(row.body)

    async def _change_access(self, body: dict[str, Any]) -> None:
        """Ask again for each subscription with the rights of now; each goes on where it stood."""
        self.principal = replace(
            self.principal,
            access_version=body["access_version"],
            roles=frozenset(body["roles"]),
            permissions=frozenset(body["permissions"]),
        )
        for topic, subscription in list(self._subscriptions.items()):
            self._unsubscribe(topic)
            await self._subscribe(topic, subscription.position)

    # what the browser says

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One message of the browser."""
        if not self._is_open:
            return
        if self._is_flooding():
            self._end(TOO_MANY_MESSAGES)
            return
        try:
            await self._obey(frames.read(text_data or ""))
        except msgspec.ValidationError:
            self._outlet.offer(frames.error("invalid_message"))
        except (msgspec.DecodeError, RecursionError):
            self._end(MALFORMED)

    def _is_flooding(self) -> bool:
        moment = time.monotonic()
        is_full = len(self._received) == MESSAGES_PER_SECOND
        is_flooding = is_full and moment - self._received[0] < 1.0
        self._received.append(moment)
        return is_flooding

    async def _obey(self, message: frames.FromBrowser) -> None:
        match message:
            case frames.Subscribe():
                async with self._changing:
                    await self._subscribe(message.topic, FROM_NOW if message.after is None else message.after)
            case frames.Unsubscribe():
                async with self._changing:
                    self._unsubscribe(message.topic)
            case frames.Typing():
                await self._tell_typing(message)
            case frames.Ping():
                self._outlet.offer(frames.PONG)

    async def _subscribe(self, topic: str, after: int) -> None:
        if topic not in self._subscriptions and len(self._subscriptions) >= TOPICS_PER_SOCKET:
            self._outlet.offer(frames.error("too_many_topics", topic))
            return
        try:
            granted = await self._lanes.run(audiences_of, topic, self.principal)
        except Problem as problem:
            self._outlet.offer(frames.error(problem.code, topic))
            return
        if self._is_open:
            self._unsubscribe(topic)
            self._listen(Subscription(topic, granted, self.principal.id, self._outlet, after))

    def _listen(self, subscription: Subscription) -> None:
        self._subscriptions[subscription.topic] = subscription
        self._hub.attach(subscription, subscription.audiences)
        subscription.catching_up = self._keep(subscription.catch_up(self._lanes))

    def _unsubscribe(self, topic: str) -> None:
        subscription = self._subscriptions.pop(topic, None)
        if subscription is not None:
            self._hub.detach(subscription, subscription.audiences)
            subscription.stop()

    async def _tell_typing(self, message: frames.Typing) -> None:
        subscription = self._subscriptions.get(message.topic)
        audience = f"{message.topic}:{message.visibility}"
        if subscription is None or audience not in subscription.audiences:
            self._outlet.offer(frames.error("not_allowed", message.topic))
        elif time.monotonic() - self._typed_at >= TYPING_PAUSE:
            self._typed_at = time.monotonic()
            await self._lanes.run(tell_all, frames.Whisper(audience, self.principal.person))

"""People at work, in a process of their own: requests at a steady rate, and sockets that come back as browsers do.

``load.Load`` starts it and speaks to it in lines of JSON: first the Work, then {"headers": …}, {"rate": …} or {"tell": true}; each ``tell``
is answered by one line with the outcome and the ears. It ends when its input does.
"""

import asyncio
import json
import random
import ssl
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from Docker.tests.deployment.wire import Dropped, NoAnswer, Wire

AT_ONCE = 60  # requests under way; on a machine that answers too slowly for the rate, the others are not sent and are counted
WRITE_EVERY = 25  # each so-manieth request says something in the conversation that all sockets hear
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds, as in frontend/src/shared/live/live-socket.ts
LONGEST = 1800.0  # seconds, after which the load ends by itself


@dataclass
class Work:
    """Where and what. ``rate`` in requests a second; 0 sends no more."""

    host: str
    port: int
    ticket_id: str
    ticket_number: str
    headers: dict[str, str]
    rate: int
    sockets: int

    @property
    def context(self) -> ssl.SSLContext:
        """TLS that believes any certificate: whether it is good is preflight's to say."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


@dataclass
class Outcome:
    """What became of the requests. ``raced``: sent again, because the server closed the kept-open connection at the same moment."""

    statuses: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    raced: int = 0
    not_sent: int = 0
    span: float = 0.0  # seconds from the first request to the last
    said: int = 0
    cpu: float = 0.0  # seconds that the people themselves took of a processor


@dataclass
class Ear:
    """One browser's socket on the ticket."""

    heard: list[int] = field(default_factory=list)
    last: int | None = None
    is_live: bool = False
    connections: int = 0
    closes: list[int | None] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


def line_to(work: Work, context: ssl.SSLContext) -> connect:
    """A socket on the deployment, as ``async with``."""
    return connect(
        f"wss://{work.host}/ws/", host="127.0.0.1", port=work.port, ssl=context, server_hostname=work.host,
        additional_headers=work.headers, proxy=None, open_timeout=20, compression=None, ping_interval=None,
    )  # fmt: skip


def subscription(work: Work, after: int) -> str:
    """The words that a browser says first: all of the ticket after a number."""
    return json.dumps({"type": "subscribe", "topic": f"ticket:{work.ticket_id}", "after": after})


class People:
    """All of them."""

    def __init__(self, work: Work) -> None:
        self.work, self.outcome = work, Outcome()
        self.ears = [Ear() for _ in range(work.sockets)]
        self._context = work.context

    async def be_at_work(self) -> None:
        """Ask and listen until cancelled."""
        async with asyncio.TaskGroup() as group:
            for ear in self.ears:
                group.create_task(self._listen(ear))
            group.create_task(self._ask_on())

    # requests

    async def _ask_on(self) -> None:
        while not all(ear.is_live for ear in self.ears):
            await asyncio.sleep(0.1)
        wire, pending = Wire(self.work.host, self.work.port, self._context), set[asyncio.Task[None]]()
        started, number = time.monotonic(), 0
        while rate := self.work.rate:
            if len(pending) < AT_ONCE:
                task = asyncio.create_task(self.ask(wire, number))
                pending.add(task)
                task.add_done_callback(pending.discard)
            else:
                self.outcome.not_sent += 1
            number += 1
            self.outcome.span = time.monotonic() - started
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
        await asyncio.gather(*pending)
        wire.close()

    async def ask(self, wire: Wire, number: int) -> None:
        """The so-manieth request, and again if its connection was dropped; count what became of it."""
        method, path, body = self._request(number)
        headers = self.work.headers | ({"Idempotency-Key": str(uuid4())} if body else {})
        started, failure = time.monotonic(), ""
        for attempt in range(2):
            try:
                status, answer = await wire.ask(method, path, headers, body, anew=attempt > 0)
                self.outcome.statuses[str(status)] += 1
                failure = f"{status} {answer[:80].decode(errors='replace')}" if status >= 400 else ""
                break
            except Dropped as dropped:
                failure = repr(dropped)
                self.outcome.raced += attempt == 0  # a browser sends such a request again, on a new connection
            except NoAnswer as error:
                failure = repr(error)
                break
        self.outcome.seconds.append(time.monotonic() - started)
        if failure:
            self.outcome.failures.append(f"{time.strftime('%H:%M:%S')} {method} {path}: {failure}")

    def _request(self, number: int) -> tuple[str, str, bytes]:
        if number % WRITE_EVERY == 0:
            self.outcome.said += 1
            return "POST", "/api/v1/comments/", json.dumps({"ticket_id": self.work.ticket_id, "body": f"Number {number}"}).encode()
        paths = (
            "/api/v1/tickets/", f"/api/v1/tickets/{self.work.ticket_number}/", "/api/v1/categories/", "/api/v1/auth/me/", "/api/v1/users/",
            "/api/v1/tasks/", "/api/v1/workflows/", f"/api/v1/comments/?ticket={self.work.ticket_id}", "/api/v1/notifications/", "/",
        )  # fmt: skip
        return "GET", paths[number % len(paths)], b""

    # sockets

    async def _listen(self, ear: Ear) -> None:
        attempts = 0
        await asyncio.sleep(random.uniform(0, 6))
        while True:
            try:
                async with line_to(self.work, self._context) as line:
                    attempts, ear.connections = 0, ear.connections + 1
                    await self._hear(ear, line)
            except ConnectionClosed as closed:
                ear.closes.append(closed.rcvd.code if closed.rcvd else None)
            except (InvalidHandshake, InvalidMessage, OSError, TimeoutError):
                ear.closes.append(None)
            ear.is_live = False
            ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2**attempts)
            attempts += 1
            await asyncio.sleep(ceiling / 2 + random.random() * ceiling / 2)

    async def _hear(self, ear: Ear, line: ClientConnection) -> None:
        await line.send(subscription(self.work, ear.last or 0))
        async for message in line:
            frame = json.loads(message)
            if frame["type"] == "event":
                ear.heard.append(frame["number"])
            if frame["type"] in {"event", "subscribed"}:
                ear.is_live, ear.last = True, frame["number"]
            elif frame["type"] == "error" and frame["code"] == "ticket_not_known_yet":
                await asyncio.sleep(0.5)
                await line.send(subscription(self.work, ear.last or 0))
            elif frame["type"] in {"error", "resync"}:
                ear.refusals.append(str(frame))


async def obey(people: People, words: asyncio.StreamReader) -> None:
    """Do what is said until nobody says more."""
    while line := await words.readline():
        said: Mapping[str, Any] = json.loads(line)
        people.work.headers = said.get("headers", people.work.headers)
        people.work.rate = said.get("rate", people.work.rate)
        if said.get("tell"):
            people.outcome.cpu = time.process_time()
            report = {"outcome": vars(people.outcome), "ears": [vars(ear) for ear in people.ears]}
            sys.stdout.write(json.dumps(report) + "\n")
            sys.stdout.flush()


async def main() -> None:
    """Work as the first line of the input says, until the input ends."""
    words = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(words), sys.stdin)
    people = People(Work(**json.loads(await words.readline())))
    async with asyncio.timeout(LONGEST), asyncio.TaskGroup() as group:
        work = group.create_task(people.be_at_work())
        await obey(people, words)
        work.cancel()


if __name__ == "__main__":
    asyncio.run(main())

"""Bounded load on a deployment, from this machine's loopback: requests at a steady rate, and sockets that come back as browsers do."""

import asyncio
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage

from Docker.tests.deployment.desk import Desk
from production.deployment.figures import percentile

RATE, SOCKETS = 50, 200  # requests a second, sockets
AT_ONCE = 60  # requests under way; on a machine that answers too slowly for the rate, the others are not sent and are counted
WRITE_EVERY = 25  # each so-manieth request says something in the conversation that all sockets hear
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0  # seconds, as in frontend/src/shared/live/live-socket.ts
LONGEST = 1800.0  # seconds, after which the load ends by itself


@dataclass
class Outcome:
    """What became of the requests. ``raced``: sent again, because the server closed the kept-open connection at the same moment."""

    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    raced: int = 0
    not_sent: int = 0
    span: float = 0.0  # seconds from the first request to the last
    said: int = 0

    @property
    def requests(self) -> int:
        """How many there were."""
        return len(self.seconds)

    def __str__(self) -> str:
        share = len(self.failures) / max(1, self.requests)
        p50, p95 = (percentile(self.seconds, part) * 1000 for part in (0.5, 0.95))
        return (
            f"{self.requests} requests ({self.requests / max(1.0, self.span):.0f}/s; {self.not_sent} not sent), "
            f"{len(self.failures)} failed ({share:.2%}), {self.raced} raced, p50 {p50:.0f} ms, p95 {p95:.0f} ms"
        )


@dataclass
class Ear:
    """One browser's socket on the ticket."""

    heard: list[int] = field(default_factory=list)
    last: int | None = None
    is_live: bool = False
    connections: int = 0
    closes: list[int | None] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)


class Load:
    """``with Load(desk) as load: …`` – requests and sockets run meanwhile."""

    def __init__(self, desk: Desk, rate: int = RATE, sockets: int = SOCKETS) -> None:
        self._desk, self._rate = desk, rate
        self._ticket: dict[str, Any] = {}
        self._headers: dict[str, str] = {}
        self.outcome, self.ears = Outcome(), [Ear() for _ in range(sockets)]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), daemon=True)

    def __enter__(self) -> Self:
        self._headers = self._desk.admin()
        body = {"category": "others", "subject": "Under load", "description": "All sockets hear of this.", "fields": {}, "attachments": []}
        filed = self._desk.ask("POST", "/api/v1/tickets/", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert filed.status_code == 201, filed.text
        self._ticket = filed.json()
        self._thread.start()
        deadline = time.monotonic() + 120
        while not all(ear.is_live for ear in self.ears):
            assert time.monotonic() < deadline, f"{sum(ear.is_live for ear in self.ears)} of {len(self.ears)} sockets came"
            time.sleep(0.2)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    def missed(self) -> list[str]:
        """What a socket did not hear, or heard twice, of all that was said; nothing if all is well."""
        truth = self._truth()
        return [
            f"socket {number}: {len(ear.heard)} of {len(truth)}"
            for number, ear in enumerate(self.ears)
            if sorted(ear.heard) != truth or ear.refusals
        ]

    def settle(self, seconds: float = 20.0) -> None:
        """Stop the requests, keep the sockets until each has heard all; then end."""
        self._rate = 0
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.missed():
            time.sleep(0.5)

    def _truth(self) -> list[int]:
        return asyncio.run(self._read_all())

    async def _read_all(self) -> list[int]:
        """Every number of the topic, read anew from the start."""
        numbers: list[int] = []
        async with await self._connect() as line:
            await line.send(json.dumps({"type": "subscribe", "topic": self._topic, "after": 0}))
            while (frame := json.loads(await asyncio.wait_for(line.recv(), 20)))["type"] != "subscribed":
                if frame["type"] == "event":
                    numbers.append(frame["number"])
        return numbers

    @property
    def _topic(self) -> str:
        return f"ticket:{self._ticket['id']}"

    async def _run(self) -> None:
        tasks = [asyncio.create_task(self._listen(ear)) for ear in self.ears] + [asyncio.create_task(self._ask_on())]
        tasks.append(asyncio.create_task(self._renew()))
        try:
            async with asyncio.timeout(LONGEST):
                await self._stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(300)
            self._headers = await asyncio.to_thread(self._desk.admin)

    # requests

    async def _ask_on(self) -> None:
        while not all(ear.is_live for ear in self.ears):
            await asyncio.sleep(0.1)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=30)
        transport = httpx.AsyncHTTPTransport(verify=self._desk.address.context, limits=limits)
        base, pending = f"https://127.0.0.1:{self._desk.address.port}", set[asyncio.Task[None]]()
        async with httpx.AsyncClient(base_url=base, transport=transport, timeout=30, headers={"Host": self._desk.address.host}) as client:
            started, number = time.monotonic(), 0
            while self._rate:
                if len(pending) < AT_ONCE:
                    task = asyncio.create_task(self._one(client, number))
                    pending.add(task)
                    task.add_done_callback(pending.discard)
                else:
                    self.outcome.not_sent += 1
                number += 1
                await asyncio.sleep(max(0.0, started + number / self._rate - time.monotonic()))
            self.outcome.span = time.monotonic() - started
            await asyncio.gather(*pending)

    async def _one(self, client: httpx.AsyncClient, number: int) -> None:
        method, path, request = self._request(number)
        started = time.monotonic()
        failure = ""
        for attempt in range(2):
            try:
                answer = await client.request(method, path, extensions={"sni_hostname": self._desk.address.host}, **request)
                self.outcome.statuses[answer.status_code] += 1
                failure = f"{answer.status_code} {answer.text[:80]}" if answer.status_code >= 400 else ""
                break
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                failure = repr(error)
                self.outcome.raced += attempt == 0  # a browser sends such a request again, once
            except httpx.HTTPError as error:
                failure = repr(error)
                break
        self.outcome.seconds.append(time.monotonic() - started)
        if failure:
            self.outcome.failures.append(f"{time.strftime('%H:%M:%S')} {method} {path}: {failure}")

    def _request(self, number: int) -> tuple[str, str, dict[str, Any]]:
        if number % WRITE_EVERY == 0:
            self.outcome.said += 1
            body = {"ticket_id": self._ticket["id"], "body": f"Number {number}"}
            return "POST", "/api/v1/comments/", {"json": body, "headers": self._headers | {"Idempotency-Key": str(uuid4())}}
        paths = (
            "/api/v1/tickets/", f"/api/v1/tickets/{self._ticket['number']}/", "/api/v1/categories/", "/api/v1/auth/me/", "/api/v1/users/",
            "/api/v1/tasks/", "/api/v1/workflows/", f"/api/v1/comments/?ticket={self._ticket['id']}", "/api/v1/notifications/", "/",
        )  # fmt: skip
        return "GET", paths[number % len(paths)], {"headers": self._headers}

    # sockets

    def _connect(self) -> Any:
        address = self._desk.address
        return connect(
            f"wss://{address.host}/ws/", host="127.0.0.1", port=address.port, ssl=address.context, server_hostname=address.host,
            additional_headers=self._headers, proxy=None, open_timeout=20, compression=None, ping_interval=None,
        )  # fmt: skip

    async def _listen(self, ear: Ear) -> None:
        attempts = 0
        await asyncio.sleep(random.uniform(0, 6))
        while True:
            try:
                async with self._connect() as line:
                    attempts, ear.connections = 0, ear.connections + 1
                    await self._hear(ear, line)
            except ConnectionClosed as closed:
                ear.closes.append(closed.rcvd.code if closed.rcvd else None)
            except (InvalidHandshake, InvalidMessage, OSError, TimeoutError) as refusal:
                ear.closes.append(None)
                del refusal
            ear.is_live = False
            ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2**attempts)
            attempts += 1
            await asyncio.sleep(ceiling / 2 + random.random() * ceiling / 2)

    async def _hear(self, ear: Ear, line: ClientConnection) -> None:
        await line.send(json.dumps({"type": "subscribe", "topic": self._topic, "after": ear.last or 0}))
        async for message in line:
            frame = json.loads(message)
            if frame["type"] == "event":
                ear.heard.append(frame["number"])
            if frame["type"] in {"event", "subscribed"}:
                ear.is_live, ear.last = True, frame["number"]
            elif frame["type"] == "error" and frame["code"] == "ticket_not_known_yet":
                await asyncio.sleep(0.5)
                await line.send(json.dumps({"type": "subscribe", "topic": self._topic, "after": ear.last or 0}))
            elif frame["type"] in {"error", "resync"}:
                ear.refusals.append(str(frame))

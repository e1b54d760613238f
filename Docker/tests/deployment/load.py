"""Bounded load on a deployment, from this machine's loopback: people at work, in a process that nothing else holds up."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from bootstrap.paths import ROOT
from Docker.tests.deployment import people
from Docker.tests.deployment.desk import Desk
from Docker.tests.deployment.people import Ear, Work
from production.deployment.figures import percentile

RATE, SOCKETS = 50, 200  # requests a second, sockets
UNTIL_LIVE = 120.0  # seconds until all sockets have come
RENEWAL = 300.0  # seconds: before a login ends


class Outcome(people.Outcome):
    """The same, with the figures that are shown."""

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


class Load:
    """``with Load(desk) as load: …`` – requests and sockets run meanwhile."""

    def __init__(self, desk: Desk, rate: int = RATE, sockets: int = SOCKETS) -> None:
        self._desk, self._rate, self._sockets = desk, rate, sockets
        self.outcome, self.ears = Outcome(), list[Ear]()
        self._speaking, self._ended = threading.Lock(), threading.Event()

    def __enter__(self) -> Self:
        self._work = self._make_work()
        command, folders = [sys.executable, "-m", people.__name__], self._desk.environment()
        self._people = subprocess.Popen(command, cwd=ROOT, env=folders, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say(asdict(self._work))
        threading.Thread(target=self._renew, daemon=True).start()
        try:
            self._wait_until_live()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._look()
        finally:
            self._end()

    def missed(self) -> list[str]:
        """What a socket did not hear, or heard twice, of all that was said; nothing if all is well."""
        truth = asyncio.run(self._read_all())
        self._look()
        return [
            f"socket {number}: {len(ear.heard)} of {len(truth)}"
            for number, ear in enumerate(self.ears)
            if sorted(ear.heard) != truth or ear.refusals
        ]

    def settle(self, seconds: float = 20.0) -> None:
        """Stop the requests, keep the sockets until each has heard all; then end."""
        self._say({"rate": 0})
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.missed():
            time.sleep(0.5)

    def _make_work(self) -> Work:
        body = {"category": "others", "subject": "Under load", "description": "All sockets hear of this.", "fields": {}, "attachments": []}
        filed = self._desk.ask("POST", "/api/v1/tickets/", json=body, headers={"Idempotency-Key": str(uuid4())})
        assert filed.status_code == 201, filed.text
        address, ticket = self._desk.address, filed.json()
        return Work(address.host, address.port, ticket["id"], ticket["number"], self._desk.admin(), self._rate, self._sockets)

    def _wait_until_live(self) -> None:
        deadline = time.monotonic() + UNTIL_LIVE
        while live := sum(not ear.is_live for ear in self._look()):
            assert time.monotonic() < deadline, f"{live} of {self._sockets} sockets did not come"
            time.sleep(0.5)

    def _renew(self) -> None:
        while not self._ended.wait(RENEWAL):
            self._work.headers = self._desk.admin()
            self._say({"headers": self._work.headers})

    async def _read_all(self) -> list[int]:
        """Every number of the topic, read anew from the start."""
        numbers: list[int] = []
        async with people.line_to(self._work, self._work.context) as line:
            await line.send(people.subscription(self._work, 0))
            while (frame := json.loads(await asyncio.wait_for(line.recv(), 20)))["type"] != "subscribed":
                if frame["type"] == "event":
                    numbers.append(frame["number"])
        return numbers

    def _say(self, words: dict[str, Any]) -> None:
        with self._speaking:
            assert self._people.stdin is not None
            if not self._ended.is_set():
                self._people.stdin.write(json.dumps(words) + "\n")
                self._people.stdin.flush()

    def _look(self) -> list[Ear]:
        """Take over what the people know."""
        self._say({"tell": True})
        assert self._people.stdout is not None
        told = self._people.stdout.readline()
        assert told, "the people of the load went away"
        report = json.loads(told)
        self.outcome, self.ears = Outcome(**report["outcome"]), [Ear(**ear) for ear in report["ears"]]
        return self.ears

    def _end(self) -> None:
        with self._speaking:
            self._ended.set()
            assert self._people.stdin is not None
            self._people.stdin.close()
        try:
            self._people.wait(20)
        except subprocess.TimeoutExpired:
            self._people.kill()
            self._people.wait()
        assert self._people.stdout is not None
        self._people.stdout.close()

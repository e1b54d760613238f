"""What an action costs the whole system in CPU time: web, workers, database, broker and front door together, the driver left out.

A closed loop does the action n times; then the system is left to come to rest. What it spends idling is measured too and taken off.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ops.replay.api import Api, Person
from ops.replay.processes import cpu_of

Action = Callable[[int], Awaitable[None]]


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds per action, idling taken off; and with it."""

    action: str
    times: int
    cpu_ms: float
    cpu_ms_gross: float


class CostMeter:
    """Measures one action after the other."""

    def __init__(self, roots: dict[str, int], at_rest: Callable[[], Awaitable[None]]) -> None:
        self._roots, self._at_rest = roots, at_rest
        self.idle_share = 0.0

    async def measure_idle(self, seconds: float = 10.0) -> None:
        """How much of one processor the system uses when nobody asks anything of it."""
        await self._at_rest()
        begin, used = time.monotonic(), cpu_of(self._roots)
        await asyncio.sleep(seconds)
        self.idle_share = (cpu_of(self._roots) - used) / (time.monotonic() - begin)

    async def measure(self, name: str, times: int, action: Action, lanes: int = 4) -> Cost:
        """Do the action ``times`` times, ``lanes`` at once."""
        await action(0)
        await self._at_rest()
        begin, used = time.monotonic(), cpu_of(self._roots)
        numbers = iter(range(1, times + 1))

        async def lane() -> None:
            for number in numbers:
                await action(number)

        await asyncio.gather(*(lane() for _ in range(lanes)))
        await self._at_rest()
        spent = cpu_of(self._roots) - used
        idle = self.idle_share * (time.monotonic() - begin)
        return Cost(name, times, round(1000 * max(0.0, spent - idle) / times, 2), round(1000 * spent / times, 2))


class Actions:
    """The four actions that the figures are given for, as people do them."""

    def __init__(self, api: Api, requester: Person, coordinator: Person, category: str, numbers: list[tuple[str, str]]) -> None:
        self._api, self._requester, self._coordinator = api, requester, coordinator
        self._category, self._numbers = category, numbers

    async def list_25(self, turn: int) -> None:
        """A coordinator looks at the first 25 tickets."""
        await self._api.call(self._coordinator, "list 25", "GET", "/api/v1/tickets/", params={"scope": "all", "limit": "25"})

    async def open_with_thread(self, turn: int) -> None:
        """A coordinator opens a ticket and its thread."""
        number, ticket_id = self._numbers[turn % len(self._numbers)]
        await self._api.call(self._coordinator, "open", "GET", f"/api/v1/tickets/{number}/")
        await self._api.call(self._coordinator, "open thread", "GET", "/api/v1/comments/", params={"ticket": ticket_id})

    async def file(self, turn: int) -> None:
        """An employee files a ticket; everybody concerned hears of it."""
        body = {"category": self._category, "subject": f"Printer {turn} is out of paper", "description": "It says so.", "fields": {}}
        await self._api.call(self._requester, "file", "POST", "/api/v1/tickets/", json=body)

    async def reply(self, turn: int) -> None:
        """A coordinator answers in a thread; everybody concerned hears of it."""
        _, ticket_id = self._numbers[turn % len(self._numbers)]
        body = {"ticket_id": ticket_id, "body": f"Answer {turn}: have you tried again?", "visibility": "public"}
        await self._api.call(self._coordinator, "reply", "POST", "/api/v1/comments/", json=body)

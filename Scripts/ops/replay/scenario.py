"""The load: tickets filed at a fixed rate, approved and worked on as soon as those concerned hear of them."""

import asyncio
import itertools
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from ops.importer.rows import ImportRow
from ops.replay.api import Api, ApiFailure, Person
from ops.replay.live import LiveSocket
from ops.replay.measures import Track, Tracks
from ops.replay.people import Cast

PRIORITIES = ("critical", "high", "medium", "low")
#: answers to a move that somebody or something was quicker to make
TOO_LATE = frozenset({404, 409, 412})


@dataclass(frozen=True)
class Plan:
    """How much, how fast."""

    rows: list[ImportRow]
    rate: float
    category: str
    attach_every: int = 10
    comment_every: int = 2
    patience: float = 60.0
    step_seconds: float = 0.0  # how long an agent, who does one thing at a time, works on a step


@dataclass
class Doings:
    """What the driver did, in counts."""

    filed: int = 0
    uploads: int = 0
    approved: int = 0
    acts: int = 0
    comments: int = 0
    found_by_polling: int = 0
    given_up: list[str] = field(default_factory=list)


class Scenario:
    """One run of the load."""

    def __init__(self, api: Api, cast: Cast, plan: Plan) -> None:
        self.api, self.cast, self.plan = api, cast, plan
        self.tracks = Tracks()
        self.doings = Doings()
        self.sockets: list[LiveSocket] = []
        self._jobs: set[asyncio.Task[None]] = set()
        self._early: dict[str, list[tuple[str, float]]] = {}
        self._seen_items: set[str] = set()
        self._asked: set[str] = set()
        self._hands: dict[Any, asyncio.Lock] = {agent.id: asyncio.Lock() for agent in cast.agents}
        self._turns: Iterator[Person] = itertools.cycle(cast.coordinators)
        self._progress = time.monotonic()

    async def run(self) -> None:
        """Everything, until all tickets are resolved or nothing moves any more."""
        await self._open_sockets()
        try:
            await self._file_all()
            await self._finish()
        finally:
            await asyncio.gather(*(socket.close() for socket in self.sockets))

    async def _open_sockets(self) -> None:
        for agent in self.cast.agents:
            self.sockets.append(LiveSocket(self.api, agent, ["me"], self._agent_hears(agent)))
        self.sockets.append(LiveSocket(self.api, self.cast.coordinators[0], ["approvals"], self._coordinator_hears))
        for socket in self.sockets:
            await socket.open()

    async def _file_all(self) -> None:
        """An open loop: the n-th ticket goes out at n ÷ rate, whether the ones before it have been answered or not."""
        begin = time.monotonic()
        for number, row in enumerate(self.plan.rows):
            await asyncio.sleep(max(0.0, begin + number / self.plan.rate - time.monotonic()))
            self._spawn(self._file(number, row))

    async def _file(self, number: int, row: ImportRow) -> None:
        who = number % len(self.cast.requesters)
        requester = self.cast.requesters[who]
        body: dict[str, Any] = {"category": self.plan.category, "subject": row.subject, "description": row.description, "fields": {}}
        if number % self.plan.attach_every == 0:
            body["attachments"] = [await self._upload(requester, number, row)]
        sent = time.monotonic()
        headers = {"Idempotency-Key": f"replay-{row.external_id}-{id(self)}"}
        ticket = await self.api.call(requester, "POST tickets", "POST", "/api/v1/tickets/", json=body, headers=headers)
        track = Track(ticket["number"], ticket["id"], who, sent, time.monotonic())
        self.tracks.add(track)
        self.doings.filed += 1
        for mark, at in self._early.pop(track.number, []):
            setattr(track, mark, at)
        if number % self.plan.comment_every == 0:
            await self._comment(requester, track, f"Any news? It is about: {row.subject}")

    async def _upload(self, person: Person, number: int, row: ImportRow) -> str:
        form = aiohttp.FormData()
        content = f"log of ticket {number}\n{row.description}\n".encode()
        form.add_field("file", content, filename=f"details-{number}.txt", content_type="text/plain")
        stored = await self.api.call(person, "POST attachments", "POST", "/api/v1/attachments/", data=form)
        self.doings.uploads += 1
        return str(stored["id"])

    async def _comment(self, person: Person, track: Track, body: str) -> None:
        comment = {"ticket_id": track.ticket_id, "body": body, "visibility": "public"}
        for _ in range(40):  # the thread opens once messaging has heard of the ticket, a moment after the 201
            try:
                await self.api.call(person, "POST comments", "POST", "/api/v1/comments/", json=comment)
            except ApiFailure as failure:
                if failure.status not in {403, 404}:
                    raise
                await asyncio.sleep(0.5)
            else:
                self.doings.comments += 1
                return
        self.doings.given_up.append(f"comment on {track.number}")

    def _coordinator_hears(self, topic: str, kind: str, body: dict[str, Any]) -> None:
        if kind == "ticket.changed" and body["status"] == "new":
            self._mark(body["number"], "approval_heard")
            self._approve_once(body["number"])

    def _approve_once(self, number: str) -> None:
        if number not in self._asked:
            self._asked.add(number)
            self._spawn(self._approve(next(self._turns), number))

    async def _approve(self, coordinator: Person, number: str) -> None:
        body = {"priority": PRIORITIES[sum(map(ord, number)) % len(PRIORITIES)], "department": "IT"}
        self._mark(number, "approve_sent")
        try:
            await self.api.call(coordinator, "POST approve", "POST", f"/api/v1/tickets/{number}/approve/", json=body)
        except ApiFailure as failure:
            if failure.status not in TOO_LATE:
                raise
        self._mark(number, "approved")
        self.doings.approved += 1

    def _agent_hears(self, agent: Person) -> "Any":
        def hear(topic: str, kind: str, body: dict[str, Any]) -> None:
            if kind == "task.assigned":
                self._mark(body["number"], "assigned_heard")
                self._work_once(agent, body["item_id"])
            elif kind == "notice.created" and body["kind"] == "assignment":
                self._mark(body.get("link", "").rstrip("/").rpartition("/")[2], "noticed")

        return hear

    def _work_once(self, agent: Person, item: str) -> None:
        if item not in self._seen_items:
            self._seen_items.add(item)
            self._spawn(self._work(agent, item))

    async def _work(self, agent: Person, item_id: str) -> None:
        """Open the item, answer the requester, take the first way onward; one item after the other."""
        async with self._hands[agent.id]:
            await self._do_step(agent, item_id)

    async def _do_step(self, agent: Person, item_id: str) -> None:
        item = await self.api.call(agent, "GET task", "GET", f"/api/v1/tasks/{item_id}/")
        number = item["ticket"]["number"]
        ticket = await self._open_ticket(agent, number)
        track = self.tracks.by_number.get(number)
        try:
            if "start" in item["actions"]:
                item = await self.api.call(agent, "POST start", "POST", f"/api/v1/tasks/{item_id}/start/")
            if track:
                await self._comment(agent, track, f"Looking into “{ticket['subject']}”.")
            await asyncio.sleep(self.plan.step_seconds)
            move = {"transition": item["transitions"][0]["key"], "note": "Done by the replay."}
            await self.api.call(agent, "POST act", "POST", f"/api/v1/tasks/{item_id}/act/", json=move)
            self.doings.acts += 1
        except ApiFailure as failure:
            if failure.status not in TOO_LATE:
                raise

    async def _open_ticket(self, agent: Person, number: str) -> Any:
        """An agent may read a ticket once its service has heard that he works on it, a moment after he has."""
        for _ in range(40):
            try:
                return await self.api.call(agent, "GET ticket", "GET", f"/api/v1/tickets/{number}/")
            except ApiFailure as failure:
                if failure.status != 404:
                    raise
                await asyncio.sleep(0.25)
        raise TimeoutError(f"{agent.name} was never let in to {number}")

    async def _finish(self) -> None:
        """Wait until all is resolved; what nobody was told of live is found by polling, and counted."""
        while self._jobs or self.tracks.unresolved():
            await asyncio.sleep(1.0)
            await self._note_resolved()
            if not self._jobs and self.tracks.unresolved() and time.monotonic() - self._progress > 10:
                await self._poll()
            if time.monotonic() - self._progress > self.plan.patience:
                self.doings.given_up += [f"ticket {track.number}" for track in self.tracks.unresolved()]
                return

    async def _note_resolved(self) -> None:
        """Reads the resolved tickets from the newest down to the first page that tells nothing new."""
        cursor = None
        while True:
            params = {"scope": "all", "status": "resolved", "limit": "100"} | ({"cursor": cursor} if cursor else {})
            page = await self.api.call(self.cast.admin, "GET tickets?status", "GET", "/api/v1/tickets/", params=params)
            ours = [row["number"] for row in page["results"] if row["number"] in self.tracks.by_number]
            news = [self._mark(number, "resolved") for number in ours]
            cursor = page["next"]
            if not cursor or not any(news):
                return

    async def _poll(self) -> None:
        for track in self.tracks.unresolved():
            if track.approved is None:
                track.was_polled = True
                self.doings.found_by_polling += 1
                self._asked.discard(track.number)
                self._approve_once(track.number)
        for agent in self.cast.agents:
            params = {"scope": "mine", "status": "open", "limit": "100"}
            for item in (await self.api.call(agent, "GET tasks", "GET", "/api/v1/tasks/", params=params))["results"]:
                if item["id"] not in self._seen_items:
                    self.doings.found_by_polling += 1
                    self._work_once(agent, item["id"])

    def _mark(self, number: str, mark: str) -> bool:
        """Note the first time that this happened to the ticket; True if it is news."""
        track = self.tracks.by_number.get(number)
        if track is None:
            self._early.setdefault(number, []).append((mark, time.monotonic()))
            return False
        if getattr(track, mark) is not None:
            return False
        setattr(track, mark, time.monotonic())
        self._progress = time.monotonic()
        return True

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._jobs.discard(task)
        self._progress = time.monotonic()
        if not task.cancelled() and task.exception() is not None:
            self.doings.given_up.append(str(task.exception())[:300])

"""The people of the tests: some to do one thing at a time, and a crowd that does everything at once."""

import itertools
import random
import secrets
import threading
from collections import Counter
from functools import cached_property
from typing import Self

import httpx

from tests.system.harness.client import Client, NotAccepted
from tests.system.harness.journal import Filed, Journal
from tests.system.harness.processes import wait_until
from tests.system.harness.stack import Stack

#: refusals of a move that somebody was quicker to make, or whose ground has not arrived yet
TOO_EARLY_OR_LATE = frozenset({403, 404, 409, 412})


class Office:
    """Demo people, logged in on first use."""

    def __init__(self, stack: Stack, journal: Journal) -> None:
        self.stack, self.journal = stack, journal
        self._clients: list[Client] = []

    def close(self) -> None:
        """Let go of all connections."""
        for client in self._clients:
            client.close()

    def someone(self, email: str, patience: float = 0.0) -> Client:
        """A fresh session of a demo person."""
        self._clients.append(Client(self.stack, self.journal, email, self.stack.demo[email]["password"], patience))
        return self._clients[-1]

    def newcomer(self, name: str, role: str) -> Client:
        """Somebody made for one test, logged in."""
        email, password = f"{name.replace(' ', '-').lower()}-{secrets.token_hex(4)}@demo.tts", secrets.token_urlsafe(12)
        self.root.post("/api/v1/users/", {"email": email, "name": name, "department": "IT", "password": password, "roles": [role]})
        self._clients.append(Client(self.stack, self.journal, email, password))
        return self._clients[-1]

    @cached_property
    def employee(self) -> Client:
        """Files tickets."""
        return self.someone("employee@demo.tts")

    @cached_property
    def coordinator(self) -> Client:
        """Approves them."""
        return self.someone("coordinator@demo.tts")

    @cached_property
    def agents(self) -> list[Client]:
        """Work on them."""
        return [self.someone("agent@demo.tts"), self.someone("agent2@demo.tts")]

    @cached_property
    def root(self) -> Client:
        """May do everything."""
        return self.someone("root@demo.tts")

    def file_and_approve(self, subject: str, priority: str = "high") -> Filed:
        """A ticket on its way to an agent."""
        filed = self.employee.file_ticket(subject)
        self.coordinator.approve(filed.number, priority)
        return filed

    def item_of(self, filed: Filed, seconds: float = 20.0) -> tuple[Client, dict[str, object]]:
        """The agent who was given the ticket, and his item."""
        found: list[tuple[Client, dict[str, object]]] = []

        def look() -> bool:
            found.extend((agent, item) for agent in self.agents for item in agent.open_items() if item["ticket"]["id"] == filed.id)
            return bool(found)

        wait_until(look, f"{filed.number} is given to an agent", seconds, every=0.2)
        return found[0]

    def work_off(self, seconds: float = 60.0) -> None:
        """Agents act until nothing waits for them."""

        def work() -> bool:
            waiting = [(agent, item) for agent in self.agents for item in agent.open_items()]
            for agent, item in waiting:
                try:
                    agent.act(item)
                except NotAccepted as refusal:
                    if refusal.status not in TOO_EARLY_OR_LATE:
                        raise
            return not waiting

        wait_until(work, "the agents' lists are empty", seconds, every=0.2)


class Crowd:
    """People who file, upload, comment, approve and act without pause while something breaks under them.

    At most 20 deeds a second: what is tested is loss, not load.
    A 503 or no answer at all is borne; a 500 is kept in the journal, where the auditor finds it.
    """

    def __init__(self, office: Office, seed: int = 1, lanes: int = 2, pause: float = 0.1) -> None:
        self._office, self._seed, self._lanes, self._pause = office, seed, lanes, pause
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._tickets: list[Filed] = []
        self._approved: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.defects: list[BaseException] = []

    def __enter__(self) -> Self:
        for lane in range(self._lanes):
            employee, coordinator, agents = (
                self._office.someone("employee@demo.tts"),
                self._office.someone("coordinator@demo.tts"),
                [self._office.someone("agent@demo.tts"), self._office.someone("agent2@demo.tts")],
            )
            dice = random.Random(self._seed * 1000 + lane)
            thread = threading.Thread(target=self._live, args=(dice, lane, employee, coordinator, agents), daemon=True)
            self._threads.append(thread)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(40)
        assert not self.defects, self.defects

    @property
    def accepted(self) -> int:
        """How many deeds were answered with success so far."""
        return self.answers["done"]

    def wait_for(self, more: int, seconds: float = 30.0) -> None:
        """Until that many more deeds have been done."""
        goal = self.accepted + more
        wait_until(lambda: self.accepted >= goal, f"{more} more deeds; so far {dict(self.answers)}", seconds)

    def _live(self, dice: random.Random, lane: int, employee: Client, coordinator: Client, agents: list[Client]) -> None:
        for turn in itertools.count():
            if self._stop.wait(self._pause):
                return
            try:
                self._do_something(dice, f"{self._seed}-{lane}-{turn}", employee, coordinator, agents)
                self.answers["done"] += 1
            except NotAccepted as refusal:
                self.answers[str(refusal.status)] += 1
                if refusal.status >= 500:
                    self._stop.wait(0.1)
            except httpx.TransportError as error:
                self.answers[type(error).__name__] += 1
                self._stop.wait(0.1)
            except BaseException as defect:  # noqa: BLE001  (a thread's outermost frame: shown by the test)
                self.defects.append(defect)
                return

    def _do_something(self, dice: random.Random, tag: str, employee: Client, coordinator: Client, agents: list[Client]) -> None:
        deed = dice.choice(("file", "file", "approve", "approve", "act", "act", "comment", "upload"))
        if deed == "file" or not self._tickets:
            self._tickets.append(employee.file_ticket(f"Request {tag}"))
        elif deed == "upload":
            stored = employee.upload(f"notes of {tag}\n".encode() * dice.randint(1, 2000))
            self._tickets.append(employee.file_ticket(f"With a file {tag}", [stored.id]))
        elif deed == "comment":
            dice.choice((employee, coordinator)).comment(dice.choice(self._tickets).id, f"Comment {tag}")
        elif deed == "approve":
            self._approve_one(dice, coordinator)
        else:
            self._act_once(dice.choice(agents))

    def _approve_one(self, dice: random.Random, coordinator: Client) -> None:
        waiting = [ticket.number for ticket in self._tickets if ticket.number not in self._approved]
        if waiting:
            number = dice.choice(waiting)
            self._approved.add(number)
            coordinator.approve(number, dice.choice(("critical", "high", "medium", "low")))

    def _act_once(self, agent: Client) -> None:
        if items := agent.open_items():
            agent.act(items[0])

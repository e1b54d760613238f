"""One look from beginning to end: gather, judge, remember, tell, write."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any

from production.console import say
from production.errors import AnotherIsRunning
from production.files import make_state_folder
from production.home import Home
from production.status_page import history, page
from production.status_page.components import is_excused
from production.watching import channels, conditions, host_metrics, incidents, reading
from production.watching.channels import Letter, NotDelivered
from production.watching.conditions import Trouble
from production.watching.incidents import News
from production.watching.memory import RING, Look, Memory
from production.watching.reading import Reading

KEEP_TRYING = 24 * 3600.0  # seconds that a message is tried again


def look(home: Home) -> tuple[Reading, list[Trouble]]:
    """Look once. Raises AnotherIsRunning while another watch does."""
    with _alone(home):
        memory = Memory.load(home)
        found = reading.take(home, edge_read_until=memory.edge_read_until)
        remember(memory, found)
        troubles = conditions.find_all(found, memory)
        news = [] if is_excused(found, memory) else _with_work(found, incidents.follow(memory, troubles))
        history.follow(memory, found)
        host_metrics.write(home, found, memory)
        page.write(home, found, memory)
        memory.unsent += _letters(home, memory, found, news)
        memory.save(home)  # who is killed now tells it at the next look
        _tell(home, memory)
        memory.save(home)
    return found, troubles


def remember(memory: Memory, found: Reading) -> None:
    """Put this look's counters to those of the last ones."""
    memory.at = memory.edge_read_until = found.at
    memory.was_well = memory.was_well or all(map(found.is_well, found.parts))
    memory.edge.add(found.traffic)
    edge = {f"edge_{name}": float(memory.edge.count(first)) for name, first in (("requests", ""), ("5xx", "5"), ("429", "429"))}
    memory.ring = [*memory.ring, Look(found.at, conditions.counters(found) | edge)][-RING:]
    memory.today().traffic.add(found.traffic)


def _with_work(found: Reading, news: list[News]) -> list[News]:
    """What begins while the operator's tool works may come from that: whoever is told should know."""
    if found.work is None:
        return news
    return [item if item.is_over else replace(item, text=f"{item.text} `tts {found.work.words}` is under way.") for item in news]


def _letters(home: Home, memory: Memory, found: Reading, news: list[News]) -> list[dict[str, Any]]:
    """What is to be told. Alertmanager tells instead while it and Prometheus are well."""
    if all(found.is_well(part) for part in reading.MONITORING):
        return []
    have = channels.available(home)
    for item in news:
        say(item.line if have else f"{item.line} (nobody is told: neither ALERT_EMAIL nor a secret of a channel is set)")
    site = home.values.get("TTS_DOMAIN") or home.project
    return [asdict(letter) for letter in channels.letters(site, news, have, found.at)]


def _tell(home: Home, memory: Memory) -> None:
    """Hand over what waits; what is not taken is tried again for a day."""
    waiting, memory.unsent = [Letter(**letter) for letter in memory.unsent], []
    for letter in waiting:
        try:
            channels.send(home, letter)
        except NotDelivered as failure:
            say(f"Not told: {failure}")
            if memory.at - letter.written_at < KEEP_TRYING:
                memory.unsent.append(asdict(letter))
    switch = channels.secret(home, "deadman_url")
    if switch:
        channels.ping(switch)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Its own lock: watching goes on while a deployment holds the tool's."""
    make_state_folder(home.state)
    with (home.state / "watch.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherIsRunning("Another tts watch looks at this deployment at this moment.") from None
        yield

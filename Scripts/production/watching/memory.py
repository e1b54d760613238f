"""What watch remembers from one look to the next: ``state/watch.json``."""

import json
import time
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

from production.console import say
from production.errors import OperatorError
from production.files import write_atomically
from production.home import Home
from production.watching.edge_log import Traffic

RING = 15  # looks, one a minute
DAYS = 90


@dataclass
class Look:
    """The counters as they stood at a moment."""

    at: float
    values: dict[str, float]


@dataclass
class Incident:
    """A condition that holds, from when it was first seen. ``is_told`` once somebody was written to."""

    severity: str
    text: str
    since: float
    looks: int = 1
    good_looks: int = 0
    is_told: bool = False


@dataclass
class Outage:
    """A time in which a part of the system did not work as it should. ``until`` is None while it lasts."""

    component: str
    state: str
    since: float
    until: float | None = None
    looks: int = 1


@dataclass
class Day:
    """What was seen on a day (UTC): the traffic, and for each component its looks that were up, degraded, down, in maintenance."""

    traffic: Traffic = field(default_factory=Traffic)
    components: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Memory:
    """Everything, in the order in which a reader wants it."""

    at: float = 0.0
    #: every part has been well once: before that nobody was ever served, and nothing can be missed
    was_well: bool = False
    incidents: dict[str, Incident] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    edge_read_until: float = 0.0
    edge: Traffic = field(default_factory=Traffic)
    ring: list[Look] = field(default_factory=list)
    days: dict[str, Day] = field(default_factory=dict)
    #: messages that could not be handed over yet
    unsent: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def load(cls, home: Home) -> "Memory":
        """What was kept. A file that makes no sense is put aside: watching goes on. Raises OperatorError for another account's file."""
        path = _path(home)
        try:
            return cls._read(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise OperatorError(f"{path} cannot be read ({error.strerror}): give it to the account that the timer runs under.") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            aside = path.with_suffix(f".damaged-{int(time.time())}")
            path.replace(aside)
            say(f"{path} cannot be understood ({error}); it is now {aside.name}, and what was remembered begins anew.")
            return cls()

    def save(self, home: Home) -> None:
        """Keep it, in one step."""
        write_atomically(_path(home), json.dumps(asdict(self), separators=(",", ":")) + "\n")

    def rise(self, key: str, minutes: float) -> float:
        """By how much a counter rose within the last minutes, as Prometheus would say: a fall is a new start from zero."""
        since = self.at - minutes * 60 - 1
        seen = [look.values[key] for look in self.ring if look.at >= since and key in look.values]
        return sum(after - before if after >= before else after for before, after in pairwise(seen))

    def today(self) -> Day:
        """The day of the last look; the oldest go."""
        name = time.strftime("%Y-%m-%d", time.gmtime(self.at))
        day = self.days.setdefault(name, Day())
        for old in sorted(self.days)[:-DAYS]:
            del self.days[old]
        return day

    @classmethod
    def _read(cls, written: dict[str, Any]) -> "Memory":
        known = {own.name for own in fields(cls)}
        memory = cls(**{name: value for name, value in written.items() if name in known})
        memory.incidents = {key: Incident(**entry) for key, entry in written["incidents"].items()}
        memory.outages = [Outage(**entry) for entry in written["outages"]]
        memory.edge = Traffic(**written["edge"])
        memory.ring = [Look(**entry) for entry in written["ring"]]
        memory.days = {name: Day(Traffic(**entry["traffic"]), entry["components"]) for name, entry in written["days"].items()}
        return memory


def _path(home: Home) -> Path:
    return home.state / "watch.json"

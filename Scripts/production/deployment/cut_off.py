"""A deployment whose tool was killed: what it left, and how it comes to an end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from production.deployment import upstreams
from production.deployment.record import DEPLOYMENT, ROLLBACK, Journal, Record
from production.errors import RefusedByPreflight
from production.home import Home
from production.lock import under_way
from production.state import DEPLOYABLE


@dataclass(frozen=True)
class CutOff:
    """What never ended. ``shares``: service → percent of the users who are still let in to the new release."""

    record: Record
    shares: Mapping[str, int]

    @property
    def problem(self) -> str:
        """What is so."""
        left = self.record
        told = f"the {left.kind} of {' '.join(left.services)} to {left.release}, begun {left.started} by {left.who}, was cut off"
        still = ", ".join(f"{percent} % of the users of {name}" for name, percent in self.shares.items())
        return told + (f"; {still} are on the new release" if still else "")

    @property
    def remedy(self) -> str:
        """The commands that end it."""
        left, named = self.record, " ".join(self.record.services)
        if not left.original:
            return f"`Scripts/tts deploy {named} --maintenance` does it again."
        if left.kind == ROLLBACK:
            return "`Scripts/tts rollback` brings it to its end."
        again = f"`Scripts/tts deploy {'all' if set(left.services) == set(DEPLOYABLE) else named} --release {left.release}"
        options = f" --strategy {left.strategy}` takes it up."
        return "`Scripts/tts rollback` takes it back" + (f", {again}{options}" if left.kind == DEPLOYMENT else ".")


def of(home: Home) -> CutOff | None:
    """What the one before left, for a tool that holds the lock itself."""
    left = Journal(home).interrupted()
    return CutOff(left, upstreams.shares(home)) if left else None


def find(home: Home) -> CutOff | None:
    """What was cut off; None also while a tool is at work."""
    found = of(home)
    return None if found and under_way(home) else found


def refuse_beside(home: Home, services: Iterable[str]) -> None:
    """Raises RefusedByPreflight where something else was cut off: its way back would be forgotten, its new containers left to run."""
    left = of(home)
    if left and not left.record.original.keys() <= set(services):
        raise RefusedByPreflight(f"First: {left.problem}. {left.remedy} Nothing was changed.")

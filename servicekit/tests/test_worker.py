"""How a worker ends."""

import time
from types import SimpleNamespace

import pytest

from servicekit import worker
from servicekit.loops import Loop
from servicekit.worker import Threads

pytestmark = pytest.mark.django_db(transaction=True)
TURN = 0.5  # seconds


class Sleeper(Loop):
    """Takes its time for each turn."""

    def __init__(self, name: str, ended: list[str], seconds: float = TURN) -> None:
        super().__init__()
        self.name, self._ended, self._seconds = name, ended, seconds

    def turn(self) -> None:
        time.sleep(self._seconds)

    def release(self) -> None:
        self._ended.append(self.name)


def stop(*loops: Loop) -> float:
    """Seconds that it took."""
    step = Threads(SimpleNamespace(app=None))
    step.loops = list(loops)
    for loop in loops:
        loop.start()
    time.sleep(0.05)
    began = time.monotonic()
    step.stop(None)
    return time.monotonic() - began


def test_all_loops_end_their_turns_at_the_same_time_and_the_relay_after_them():
    ended: list[str] = []
    took = stop(*(Sleeper(name, ended) for name in ("relay", "lane", "jobs", "drain", "pulse")))
    assert (ended[-1], sorted(ended)) == ("relay", ["drain", "jobs", "lane", "pulse", "relay"])
    assert took < 3 * TURN


def test_loops_that_hang_are_given_up_together(monkeypatch):
    monkeypatch.setattr(worker, "STOP_WITHIN", 0.2)
    ended: list[str] = []
    took = stop(*(Sleeper(name, ended, seconds=2.0) for name in ("relay", "lane", "jobs")))
    assert (ended, took < 1.0) == ([], True)

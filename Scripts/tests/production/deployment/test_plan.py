"""Every plan, followed in a model of the containers; killed anywhere, another one comes to the same end: F-54."""

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from production.deployment.colours import other
from production.deployment.plan import ORDER, Act, Found, Move, Strategy, moves, waves
from production.state import SERVICES

STAGES = ((5, 60.0), (25, 120.0), (100, 120.0))


@dataclass
class Desk:
    """What runs of one service: release by colour, of the web process and of the worker; and what the state says."""

    service: str
    colour: str = "blue"
    release: str = "old"
    web: dict[str, str] = field(default_factory=lambda: {"blue": "old"})
    worker: dict[str, str] = field(default_factory=lambda: {"blue": "old"})

    def found(self, wanted: str) -> Found:
        """As the tool finds it."""
        twin = other(self.colour)
        return Found(
            service=self.service,
            serves=self.release == wanted and self.web.get(self.colour) == wanted,
            works=self.worker.get(self.colour) == wanted,
            old_web_runs=twin in self.web,
            old_worker_runs=self.service in SERVICES and twin in self.worker,
        )

    def follow(self, move: Move, wanted: str) -> None:
        """What the move does; at no moment may the service be without the containers that people need."""
        twin = other(self.colour)
        match move.act:
            case Act.START:
                self.web[twin] = wanted
            case Act.SWITCH:
                assert self.web[twin] == wanted, "people were sent to a container that does not run"
                self.colour, self.release = twin, wanted
            case Act.RETIRE:
                self.web.pop(twin, None)
            case Act.START_WORKER:
                self.worker[self.colour] = wanted
            case Act.RETIRE_WORKER:
                self.worker.pop(twin, None)
        assert self.colour in self.web, "nobody answers"
        assert self.worker, "the queue is without a worker"


def deploy(desks: dict[str, Desk], wanted: str, strategy: Strategy, at_once: int, steps: int) -> bool:
    """Follow the plan for so many steps; True if it came to its end."""
    for wave in waves(desks, strategy, at_once):
        for move in moves([desks[name].found(wanted) for name in wave], strategy, STAGES):
            if steps == 0:
                return False
            steps -= 1
            for name in move.services:
                desks[name].follow(move, wanted)
    return True


def acts(wave, strategy=Strategy.ROLLING):
    return [(move.act.name, move.services, move.percent) for move in moves(wave, strategy, STAGES)]


def test_a_rolling_deployment_replaces_the_web_process_then_the_worker():
    assert acts([Found("auth")]) == [
        ("START", ("auth",), 0), ("PROVE", ("auth",), 0), ("SWITCH", ("auth",), 100), ("WATCH", ("auth",), 0), ("RETIRE", ("auth",), 0),
        ("START_WORKER", ("auth",), 0), ("RETIRE_WORKER", ("auth",), 0),
    ]  # fmt: skip


def test_a_canary_lets_5_then_25_then_all_in_with_their_times():
    planned = moves([Found("ticket")], Strategy.CANARY, STAGES)
    assert [(move.act.name, move.percent, move.seconds) for move in planned[2:5]] == [
        ("SHARE", 5, 60),
        ("SHARE", 25, 120),
        ("SWITCH", 100, 0),
    ]
    assert planned[5] == Move(Act.WATCH, ("ticket",), seconds=120.0)


def test_blue_green_switches_the_whole_set_at_once():
    assert acts([Found("ticket"), Found("auth")], Strategy.BLUE_GREEN)[:5] == [
        ("START", ("ticket", "auth"), 0), ("PROVE", ("ticket", "auth"), 0), ("SWITCH", ("ticket", "auth"), 100),
        ("WATCH", ("ticket", "auth"), 0), ("RETIRE", ("ticket", "auth"), 0),
    ]  # fmt: skip


def test_the_front_end_has_no_worker_and_its_old_container_runs_on():
    assert [name for name, *_ in acts([Found("frontend")])] == ["START", "PROVE", "SWITCH", "WATCH"]
    assert acts([Found("frontend", serves=True, old_web_runs=True)]) == []


def test_what_is_done_is_not_done_again():
    assert acts([Found("auth", serves=True, works=True)]) == []
    assert Found("auth", serves=True, works=True).is_done


def test_a_deployment_that_was_killed_after_its_switch_is_watched_before_the_old_one_is_stopped():
    assert [name for name, *_ in acts([Found("auth", serves=True, works=False, old_web_runs=True, old_worker_runs=True)])] == [
        "WATCH", "RETIRE", "START_WORKER", "RETIRE_WORKER",
    ]  # fmt: skip


def test_waves_go_from_consumers_to_producers_and_one_by_one_where_memory_is_short():
    assert waves(["auth", "frontend", "ticket", "notification"], Strategy.ROLLING, 9) == [
        ("notification",),
        ("ticket",),
        ("auth",),
        ("frontend",),
    ]
    assert waves(["auth", "ticket"], Strategy.BLUE_GREEN, 2) == [("ticket", "auth")]
    assert waves(["auth", "ticket"], Strategy.BLUE_GREEN, 1) == [("ticket",), ("auth",)]
    assert waves([], Strategy.BLUE_GREEN, 1) == []


@pytest.mark.parametrize("strategy", Strategy)
def test_killed_after_any_step_the_next_one_comes_to_the_end(strategy):
    for steps in itertools.count():
        desks = {name: Desk(name) for name in ORDER}
        is_through = deploy(desks, "new", strategy, at_once=6, steps=steps)
        assert deploy(desks, "new", strategy, at_once=6, steps=999)
        for desk in desks.values():
            assert (desk.release, desk.found("new").is_done) == ("new", True)
        if is_through:
            return


@given(st.lists(st.tuples(st.sampled_from(Strategy), st.sampled_from(["a", "b", "c"]), st.integers(0, 40), st.integers(1, 6)), max_size=6))
def test_killed_as_often_as_you_like_with_whatever_was_wanted_the_last_one_comes_to_the_end(tries):
    desks = {name: Desk(name) for name in ORDER}
    for strategy, release, steps, at_once in tries:
        deploy(desks, release, strategy, at_once, steps)
    assert deploy(desks, "last", Strategy.ROLLING, at_once=1, steps=999)
    assert all(desk.found("last").is_done for desk in desks.values())

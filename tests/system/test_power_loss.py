"""F-70: the power goes at a random moment of a busy day. Everything is started again, and nothing that was promised is missing."""

import random

import pytest

from tests.system.harness.auditor import Auditor
from tests.system.harness.office import Crowd, Office
from tests.system.harness.sockets import Gallery, Listener
from tests.system.harness.stack import Stack

SEEDS = (701, 702, 703, 704, 705)


@pytest.mark.parametrize("seed", SEEDS)
def test_f70_after_kill_9_of_everything_all_invariants_hold(stack: Stack, office: Office, auditor: Auditor, seed: int) -> None:
    dice = random.Random(seed)
    filed = office.employee.file_ticket(f"Watched through the power loss {seed}")
    stack.wait_idle()
    watchers = [Listener(f"ticket:{filed.id}", office.employee) for _ in range(3)]
    with Gallery(stack, watchers) as gallery:
        with Crowd(office, seed=seed) as crowd:
            crowd.wait_for(dice.randint(15, 60))
            said = [office.employee.comment(filed.id, "before")]
            stack.kill_everything()
        stack.heal()
        said.append(office.employee.comment(filed.id, "after"))
        gallery.wait_subscribed()
        auditor.check()
        for watcher in watchers:
            comments = [body["id"] for _, kind, body in watcher.heard if kind == "comment.posted"]
            assert comments == [comment.id for comment in said]

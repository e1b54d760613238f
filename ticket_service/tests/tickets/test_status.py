"""The state machine: pure."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tickets.errors import IllegalTransition
from tickets.status import FINAL, NEXT, Action, Status, allows, next_status

TABLE = """
new          edit      new
new          approve   open
new          reject    rejected
new          withdraw  withdrawn
open         withdraw  withdrawn
open         wait      pending
open         start     in_progress
open         hold      on_hold
open         resolve   resolved
pending      withdraw  withdrawn
pending      assign    open
pending      start     in_progress
pending      hold      on_hold
pending      resolve   resolved
in_progress  withdraw  withdrawn
in_progress  wait      pending
in_progress  hold      on_hold
in_progress  resolve   resolved
on_hold      withdraw  withdrawn
on_hold      wait      pending
on_hold      start     in_progress
on_hold      resume    in_progress
on_hold      resolve   resolved
resolved     close     closed
resolved     reopen    open
closed       reopen    open
"""
LEGAL = {(status, action): after for status, action, after in (line.split() for line in TABLE.strip().splitlines())}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("action", Action)
def test_a_move_is_in_the_published_table_or_refused(status, action):
    if (status, action) in LEGAL:
        assert next_status(status, action) == LEGAL[status, action]
        assert allows(status, action)
        return
    assert not allows(status, action)
    with pytest.raises(IllegalTransition, match=f"A ticket that is {status} cannot {action}."):
        next_status(status, action)


def test_rejected_and_withdrawn_are_the_end():
    assert {status for status, _ in NEXT} == set(Status) - {Status.REJECTED, Status.WITHDRAWN}
    assert {"rejected", "withdrawn", "closed"} == FINAL


class Life(RuleBasedStateMachine):
    """A ticket that anything may be tried on."""

    def __init__(self) -> None:
        super().__init__()
        self.status = Status.NEW
        self.path = [Status.NEW]

    def try_it(self, action: Action) -> None:
        before = self.status
        try:
            self.status = next_status(self.status, action)
        except IllegalTransition:
            assert self.status == before
        else:
            self.path.append(self.status)

    @invariant()
    def what_is_worked_on_was_approved(self) -> None:
        if self.status not in {Status.NEW, Status.REJECTED, Status.WITHDRAWN}:
            assert Status.OPEN in self.path

    @invariant()
    def what_is_closed_was_resolved_just_before(self) -> None:
        if self.status is Status.CLOSED:
            assert self.path[-2] is Status.RESOLVED

    @invariant()
    def the_end_is_the_end(self) -> None:
        assert not {Status.REJECTED, Status.WITHDRAWN} & set(self.path[:-1])

    @precondition(lambda self: self.status not in {Status.NEW, Status.REJECTED, Status.WITHDRAWN})
    @rule()
    def approval_happens_once(self) -> None:
        assert not allows(self.status, Action.APPROVE)


for each in Action:
    setattr(Life, f"try_{each}", rule()(lambda self, action=each: self.try_it(action)))

TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from engine import (
    Act,
    AlreadyTheirs,
    Cancel,
    Clock,
    Complete,
    Escalate,
    Give,
    Hold,
    NoEscalation,
    NoteMissing,
    NotHolder,
    Open,
    Origin,
    Outcome,
    PauseClock,
    Resume,
    ResumeClock,
    RunStatus,
    Seek,
    Settle,
    Start,
    StartClock,
    State,
    StopClock,
    Token,
    TokenClosed,
    TokenStatus,
    Transfer,
    UnknownTransition,
    WrongStatus,
    step,
)
from tests.graphs import two_steps

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLOCK = Clock(NOON)
ANN, BOB, EVE = UUID(int=1), UUID(int=2), UUID(int=3)
APPROVED = NOON - timedelta(minutes=5)


def after(*events, priority="critical") -> State:
    state = State(priority=priority)
    for event in events:
        state, _ = step(two_steps(), state, event, CLOCK)
    return state


def opened(*events) -> State:
    return after(Open(APPROVED), Give(1, ANN, Origin.ALLOCATION), *events)


def in_repair(*events) -> State:
    return opened(Act(1, ANN, "check-repair"), Give(2, BOB, Origin.TRANSITION), *events)


def effects(state, event):
    return step(two_steps(), state, event, CLOCK)[1]


def test_opening_enters_the_start_and_counts_the_whole_time_from_the_approval():
    state, found = step(two_steps(), State(priority="critical"), Open(APPROVED), CLOCK)
    assert state.status is RunStatus.RUNNING
    assert state.tokens == (Token(id=1, visit=1, step="check", role="tts.agent", origin=Origin.ALLOCATION, holder=None, entered_at=NOON),)
    assert found == (StartClock(None, APPROVED, APPROVED + timedelta(minutes=60)), Seek(1, "tts.agent", Origin.ALLOCATION))


def test_opening_twice_is_refused():
    with pytest.raises(WrongStatus):
        after(Open(NOON), Open(NOON))


def test_giving_starts_the_step_s_share_of_the_time():
    state, found = step(two_steps(), after(Open(NOON)), Give(1, ANN, Origin.JOINED), CLOCK)
    assert (state.tokens[0].holder, state.tokens[0].origin) == (ANN, Origin.JOINED)
    assert found == (StartClock(1, NOON, NOON + timedelta(minutes=15)),)


def test_giving_what_somebody_has_is_refused():
    with pytest.raises(WrongStatus):
        opened(Give(1, BOB, Origin.ALLOCATION))


def test_starting_marks_the_token_in_progress_and_a_second_start_changes_nothing():
    state = opened(Start(1, ANN))
    assert state.tokens[0].status is TokenStatus.IN_PROGRESS
    assert step(two_steps(), state, Start(1, ANN), CLOCK) == (state, ())


def test_acting_settles_the_token_and_enters_the_next_step():
    state, found = step(two_steps(), opened(Start(1, ANN)), Act(1, ANN, "check-repair"), CLOCK)
    assert [(token.id, token.visit, token.step, token.role, token.holder) for token in state.tokens] == [
        (2, 2, "repair", "tts.expert", None)
    ]
    assert found == (Settle(1, Outcome.DONE), StopClock(1), Seek(2, "tts.expert", Origin.TRANSITION))


def test_acting_without_starting_first_is_allowed():
    assert opened(Act(1, ANN, "check-repair")).tokens[0].step == "repair"


def test_reaching_an_end_completes_the_run():
    state, found = step(two_steps(), in_repair(), Act(2, BOB, "repair-done", "New fan."), CLOCK)
    assert (state.status, state.tokens) == (RunStatus.COMPLETED, ())
    assert found == (Settle(2, Outcome.DONE), StopClock(2), StopClock(None), Complete("done"))


def test_a_way_back_makes_a_new_token_with_a_new_share():
    state = in_repair(Act(2, BOB, "repair-check"))
    assert [(token.id, token.visit, token.step) for token in state.tokens] == [(3, 3, "check")]
    assert effects(state, Give(3, ANN, Origin.TRANSITION)) == (StartClock(3, NOON, NOON + timedelta(minutes=15)),)


@pytest.mark.parametrize("note", ["", "  "])
def test_a_transition_that_asks_for_a_note_is_refused_without_one(note):
    with pytest.raises(NoteMissing):
        in_repair(Act(2, BOB, "repair-done", note))


def test_a_transition_of_another_step_is_refused():
    with pytest.raises(UnknownTransition):
        opened(Act(1, ANN, "repair-done", "note"))


@pytest.mark.parametrize("event", [Start(1, BOB), Act(1, BOB, "check-repair"), Hold(1, BOB), Resume(1, BOB), Escalate(1, BOB)])
def test_only_the_holder_may_do_something(event):
    with pytest.raises(NotHolder):
        opened(event)


@pytest.mark.parametrize(
    "event", [Start(1, ANN), Act(1, ANN, "check-repair"), Hold(1, ANN), Resume(1, ANN), Escalate(1, ANN), Transfer(1, EVE)]
)
def test_a_closed_token_refuses_everything(event):
    with pytest.raises(TokenClosed):
        in_repair(event)


def test_holding_stops_the_clocks_of_the_step_and_of_the_whole():
    state, found = step(two_steps(), opened(), Hold(1, ANN), CLOCK)
    assert state.tokens[0].status is TokenStatus.HELD
    assert found == (PauseClock(1), PauseClock(None))


@pytest.mark.parametrize("event", [Start(1, ANN), Act(1, ANN, "check-repair"), Hold(1, ANN)])
def test_while_on_hold_only_resuming_goes_on(event):
    with pytest.raises(WrongStatus):
        opened(Hold(1, ANN), event)


def test_resuming_starts_both_clocks_again():
    state, found = step(two_steps(), opened(Hold(1, ANN)), Resume(1, ANN), CLOCK)
    assert state.tokens[0].status is TokenStatus.IN_PROGRESS
    assert found == (ResumeClock(1), ResumeClock(None))


def test_resuming_what_is_not_on_hold_is_refused():
    with pytest.raises(WrongStatus):
        opened(Resume(1, ANN))


def test_escalating_makes_a_token_of_the_same_visit_for_the_escalation_role():
    state, found = step(two_steps(), opened(), Escalate(1, ANN), CLOCK)
    assert [(token.id, token.visit, token.step, token.role, token.is_timed) for token in state.tokens] == [
        (2, 1, "check", "tts.admin", True)
    ]
    assert found == (Settle(1, Outcome.ESCALATED), Seek(2, "tts.admin", Origin.ESCALATION, required=True, excluding=ANN))
    assert effects(state, Give(2, EVE, Origin.ESCALATION)) == ()


def test_escalating_from_hold_starts_the_clocks_again():
    found = effects(opened(Hold(1, ANN)), Escalate(1, ANN))
    assert found[0] == ResumeClock(1)
    assert found[-1] == ResumeClock(None)


def test_a_step_without_escalation_role_refuses_escalation():
    with pytest.raises(NoEscalation):
        in_repair(Escalate(2, BOB))


def test_a_transfer_keeps_step_role_and_clock():
    state, found = step(two_steps(), opened(Start(1, ANN)), Transfer(1, BOB), CLOCK)
    assert [(token.id, token.visit, token.step, token.role, token.holder, token.status) for token in state.tokens] == [
        (2, 1, "check", "tts.agent", BOB, TokenStatus.NEW)
    ]
    assert found == (Settle(1, Outcome.TRANSFERRED),)


def test_a_transfer_of_a_waiting_token_starts_its_time():
    found = effects(after(Open(NOON)), Transfer(1, BOB))
    assert found == (Settle(1, Outcome.TRANSFERRED), StartClock(1, NOON, NOON + timedelta(minutes=15)))


def test_a_transfer_to_the_holder_is_refused():
    with pytest.raises(AlreadyTheirs):
        opened(Transfer(1, ANN))


def test_cancelling_settles_every_open_token():
    state, found = step(two_steps(), opened(Hold(1, ANN)), Cancel(), CLOCK)
    assert (state.status, state.tokens) == (RunStatus.CANCELLED, ())
    assert found == (Settle(1, Outcome.CANCELLED), StopClock(1), StopClock(None))


def test_cancelling_while_nobody_has_the_step_stops_the_whole_clock_alone():
    assert effects(after(Open(NOON)), Cancel()) == (Settle(1, Outcome.CANCELLED), StopClock(None))


@pytest.mark.parametrize("events", [[], [Open(NOON), Cancel()]])
def test_cancelling_what_does_not_run_is_refused(events):
    with pytest.raises(WrongStatus):
        after(*events, Cancel())

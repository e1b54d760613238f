"""What holds for every definition and every sequence of events."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import (
    Act,
    Cancel,
    Clock,
    Definition,
    Escalate,
    Give,
    Hold,
    Open,
    Refused,
    Resume,
    RunStatus,
    Seek,
    Settle,
    Start,
    StartClock,
    State,
    StopClock,
    Transfer,
    find_problems,
    step,
)
from tests.graphs import runnable_definitions

CLOCK = Clock(datetime(2026, 11, 21, tzinfo=UTC))
PEOPLE = [UUID(int=number) for number in range(1, 4)]
NOTE = "done"


def advance(definition: Definition, state: State, event: Any, log: list[object]) -> State:
    """As the host does: every Seek is answered with the first person allowed."""
    state, effects = step(definition, state, event, CLOCK)
    log.extend(effects)
    for effect in effects:
        if isinstance(effect, Seek):
            someone = next(person for person in PEOPLE if person != effect.excluding)
            state = advance(definition, state, Give(effect.token, someone, effect.origin), log)
    return state


def events(state: State, transitions: list[str]):
    tokens = st.integers(0, state.last_token + 1)
    people = st.sampled_from(PEOPLE)
    return st.one_of(
        st.builds(Act, tokens, people, st.sampled_from(transitions), st.sampled_from(["", NOTE])),
        st.builds(Start, tokens, people),
        st.builds(Hold, tokens, people),
        st.builds(Resume, tokens, people),
        st.builds(Escalate, tokens, people),
        st.builds(Transfer, tokens, people),
        st.just(Open(CLOCK.now)),
        st.just(Cancel()),
    )


def way_home(definition: Definition, key: str) -> list[str]:
    """The shortest sequence of transitions from a step to an end."""
    paths: list[tuple[str, list[str]]] = [(key, [])]
    for node, path in paths:
        for transition in definition.transitions_from(node):
            if definition.is_end(transition.target):
                return [*path, transition.key]
            if len(path) < len(definition.steps):
                paths.append((transition.target, [*path, transition.key]))
    raise AssertionError("no way out")


@settings(max_examples=200)
@given(runnable_definitions(), st.data())
def test_any_sequence_of_events_leaves_a_sound_state_and_refusals_change_nothing(definition, data):
    log: list[object] = []
    state = advance(definition, State(priority="high"), Open(CLOCK.now), log)
    transitions = [transition.key for transition in definition.transitions]
    for _ in range(data.draw(st.integers(0, 12))):
        before, told = state, len(log)
        event = data.draw(events(state, transitions))
        try:
            state = advance(definition, state, event, log)
        except Refused:
            assert (state, len(log)) == (before, told)
        assert len(state.tokens) == (1 if state.status is RunStatus.RUNNING else 0)
    started = [effect.visit for effect in log if isinstance(effect, StartClock)]
    stopped = [effect.visit for effect in log if isinstance(effect, StopClock)]
    settled = [effect.token for effect in log if isinstance(effect, Settle)]
    running = {token.visit for token in state.tokens} | ({None} if state.tokens else set())
    assert len(started) == len(set(started))
    assert sorted(settled) == [number for number in range(1, state.last_token + 1) if state.token(number) is None]
    assert sorted(map(str, stopped)) == sorted(str(visit) for visit in started if visit not in running)


@given(runnable_definitions(), st.data())
def test_from_every_reachable_state_acting_leads_to_an_end(definition, data):
    assert find_problems(definition) == ()
    log: list[object] = []
    state = advance(definition, State(priority="low"), Open(CLOCK.now), log)
    for _ in range(data.draw(st.integers(0, 8))):
        token: Any = state.tokens[0]
        onward = [t.key for t in definition.transitions_from(token.step) if not definition.is_end(t.target)]
        if onward:
            state = advance(definition, state, Act(token.id, token.holder, data.draw(st.sampled_from(onward)), NOTE), log)
    for transition in way_home(definition, state.tokens[0].step):
        token = state.tokens[0]
        state = advance(definition, state, Act(token.id, token.holder, transition, NOTE), log)
    assert (state.status, state.tokens) == (RunStatus.COMPLETED, ())


@given(runnable_definitions(), st.sampled_from(["critical", "high", "medium", "low"]))
def test_what_is_offered_at_a_step_is_exactly_what_is_accepted(definition, priority):
    state = advance(definition, State(priority=priority), Open(CLOCK.now), [])
    token: Any = state.tokens[0]
    offered = {transition.key for transition in definition.transitions_from(token.step)}
    for transition in definition.transitions:
        try:
            step(definition, state, Act(token.id, token.holder, transition.key, NOTE), CLOCK)
        except Refused:
            assert transition.key not in offered
        else:
            assert transition.key in offered

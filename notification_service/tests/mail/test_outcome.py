from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.outcome import BACK_OFF, TRIES, Next, Verdict, after
from mail.state import Action, State, next_state


@pytest.mark.parametrize(
    ("attempts", "pause"), [(1, timedelta(minutes=1)), (2, timedelta(minutes=5)), (3, timedelta(minutes=15)), (4, timedelta(hours=1))]
)
def test_a_deferred_mail_is_tried_again_after_a_longer_pause_each_time(attempts, pause):
    assert after(Verdict.DEFERRED, attempts=attempts, doubts=0) == Next(Action.DEFER, pause)


def test_after_the_fifth_try_a_deferred_mail_has_failed():
    assert after(Verdict.DEFERRED, attempts=5, doubts=0) == Next(Action.FAIL)


def test_a_refused_mail_has_failed_at_once():
    assert after(Verdict.REFUSED, attempts=1, doubts=0) == Next(Action.FAIL)


def test_a_mail_in_doubt_is_sent_once_more():
    assert after(Verdict.IN_DOUBT, attempts=1, doubts=1) == Next(Action.DOUBT, timedelta(minutes=1))


def test_a_mail_in_doubt_twice_waits_for_a_person():
    assert after(Verdict.IN_DOUBT, attempts=2, doubts=2) == Next(Action.DOUBT)


def test_a_mail_that_was_in_doubt_and_then_refused_stays_unknown():
    assert after(Verdict.REFUSED, attempts=2, doubts=1) == Next(Action.DOUBT)


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=20))
def test_whatever_the_server_does_a_mail_is_taken_at_most_twice_and_its_tries_end(verdicts):
    state, attempts, doubts, possibly_taken = State.PENDING, 0, 0, 0
    for verdict in verdicts:
        state, attempts = next_state(state, Action.BEGIN), attempts + 1
        doubts += verdict == Verdict.IN_DOUBT
        possibly_taken += verdict in {Verdict.IN_DOUBT, Verdict.ACCEPTED}
        step = after(verdict, attempts=attempts, doubts=doubts)
        state = next_state(state, step.action)
        if step.delay is None:
            break
    assert possibly_taken <= 2
    assert attempts <= TRIES + 1
    assert state != State.SENDING
    assert step.delay in {None, *BACK_OFF}

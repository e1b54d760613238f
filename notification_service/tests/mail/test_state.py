import pytest

from mail.errors import DeliveryMoveRefused
from mail.state import MOVES, Action, State, next_state


def test_a_sent_or_discarded_delivery_goes_nowhere():
    assert [state for state, _ in MOVES if state in {State.SENT, State.DISCARDED}] == []


def test_whatever_is_not_settled_can_be_left():
    assert {state for state, _ in MOVES} == {State.PENDING, State.SENDING, State.FAILED, State.UNKNOWN}


@pytest.mark.parametrize(
    ("state", "action", "expected"),
    [
        (State.PENDING, Action.BEGIN, State.SENDING),
        (State.SENDING, Action.ACCEPT, State.SENT),
        (State.SENDING, Action.DOUBT, State.UNKNOWN),
        (State.UNKNOWN, Action.BEGIN, State.SENDING),
        (State.FAILED, Action.RETRY, State.PENDING),
    ],
)
def test_a_move_of_the_table_is_made(state, action, expected):
    assert next_state(state, action) == expected


@pytest.mark.parametrize("action", [Action.BEGIN, Action.RETRY, Action.DISCARD])
def test_a_sent_delivery_can_be_neither_sent_again_nor_discarded(action):
    with pytest.raises(DeliveryMoveRefused, match=f"A delivery that is sent cannot {action}."):
        next_state(State.SENT, action)


def test_a_delivery_under_way_cannot_be_discarded():
    with pytest.raises(DeliveryMoveRefused):
        next_state(State.SENDING, Action.DISCARD)

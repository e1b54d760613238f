"""A deployment whose tool was killed: what is said of it, and where a rollback then leads."""

import pytest

from production.deployment import cut_off
from production.deployment.record import DEPLOYMENT, DONE, ROLLBACK, Journal, begin
from production.deployment.rolling_back import wanted_by
from production.deployment.upstreams import Trial, render, routes_of
from production.errors import RefusedByPreflight
from production.home import Home
from production.lock import exclusive
from production.state import ServiceState, State

BLUE = {"colour": "blue", "release": "1.1", "previous": "1.0"}
GREEN = {"colour": "green", "release": "1.2", "previous": "1.1"}


@pytest.fixture
def home(tmp_path):
    (tmp_path / "state").mkdir()
    return Home(tmp_path, {"TTS_PROJECT": "desk"})


def left(home, kind=DEPLOYMENT, original=BLUE, target=None, services=("ticket",)):
    """What a killed tool leaves."""
    record = begin(kind, release="1.2", strategy="canary", services=list(services), original={"ticket": original} if original else {})
    record.started, record.who, record.target = "2026-03-14T12:00:00+00:00", "rosa", {"ticket": target} if target else {}
    Journal(home).open(record)
    return record


def a_state(home, **entry):
    state = State.load(home)
    state.services["ticket"] = ServiceState(**entry)
    return state


def test_a_canary_is_told_with_its_share_and_both_ways_on(home):
    left(home)
    (home.state / "upstreams.conf").write_text(render(routes_of(home, State.load(home), {"ticket": Trial(25)}, "secret")))
    found = cut_off.find(home)
    assert found is not None
    assert found.problem == (
        "the deployment of ticket to 1.2, begun 2026-03-14T12:00:00+00:00 by rosa, was cut off; "
        "25 % of the users of ticket are on the new release"
    )
    assert found.remedy == (
        "`Scripts/tts rollback` takes it back, `Scripts/tts deploy ticket --release 1.2 --strategy canary` takes it up."
    )


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"kind": ROLLBACK}, "`Scripts/tts rollback` brings it to its end."),
        ({"original": None, "services": ["rabbitmq"]}, "`Scripts/tts deploy rabbitmq --maintenance` does it again."),
    ],
)
def test_the_remedy_is_what_the_tool_then_does(home, changes, remedy):
    left(home, **changes)
    assert cut_off.find(home).remedy == remedy


def test_one_that_is_under_way_was_not_cut_off(home):
    left(home)
    with exclusive(home):
        assert cut_off.find(home) is None
    assert cut_off.find(home) is not None


def test_nothing_else_is_deployed_before_it_has_ended(home):
    left(home)
    cut_off.refuse_beside(home, ["ticket", "auth"])
    with pytest.raises(RefusedByPreflight, match=r"was cut off.*Nothing was changed"):
        cut_off.refuse_beside(home, ["auth"])


@pytest.mark.parametrize("found", [BLUE, GREEN], ids=["before the switch", "after it"])
def test_a_rollback_leads_to_where_the_deployment_began(home, found):
    left(home)
    assert wanted_by(Journal(home), a_state(home, **found), []) == {"ticket": ServiceState(**BLUE)}


@pytest.mark.parametrize("found", [GREEN, BLUE], ids=["before the switch", "after it"])
def test_a_rollback_that_was_cut_off_leads_to_where_it_led(home, found):
    left(home, ROLLBACK, original=GREEN, target=BLUE)
    assert wanted_by(Journal(home), a_state(home, **found), []) == {"ticket": ServiceState(**BLUE)}


def test_a_part_of_what_was_cut_off_is_not_rolled_back_alone(home):
    left(home)
    with pytest.raises(RefusedByPreflight, match="ends all of it first"):
        wanted_by(Journal(home), a_state(home, **BLUE), ["auth"])


def test_what_came_to_its_end_is_rolled_back_to_the_release_before(home):
    journal, record = Journal(home), left(home)
    journal.close(record, DONE)
    assert wanted_by(journal, a_state(home, **GREEN), []) == {"ticket": ServiceState("blue", "1.1", "1.2")}

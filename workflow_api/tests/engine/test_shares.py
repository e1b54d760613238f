from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Definition, Step, shares
from tests.graphs import runnable_definitions, two_steps

PRIORITIES = ["critical", "high", "medium", "low"]


def test_a_step_gets_its_weight_of_the_whole():
    assert shares(two_steps(), "critical") == {"check": timedelta(minutes=15), "repair": timedelta(minutes=45)}
    assert shares(two_steps(), "low") == {"check": timedelta(hours=2), "repair": timedelta(hours=6)}


@given(runnable_definitions(), st.sampled_from(PRIORITIES))
def test_the_shares_add_up_to_the_whole_and_follow_the_weights(definition, priority):
    whole = timedelta(minutes=definition.sla.minutes(priority))
    found = shares(definition, priority)
    weights = sum(step.weight for step in definition.steps)
    assert sum(found.values(), timedelta()) == whole
    assert all(abs(found[step.key] - whole * step.weight / weights) < timedelta(seconds=1) for step in definition.steps)


def test_a_definition_without_durations_has_no_shares():
    with pytest.raises(ValueError, match="no durations"):
        shares(Definition(steps=(Step(key="a", name="A"),)), "high")

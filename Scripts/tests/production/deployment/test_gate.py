"""How much more the memory bears."""

import pytest

from production.deployment.gate import MIB, room_for


@pytest.mark.parametrize(("used", "more"), [(1290, 1), (1000, 3), (1350, 1), (1351, 0), (1600, 0), (1900, 0)])
def test_within_a_budget_as_many_more_fit_as_150_mib_each_leave_100_free(used, more):
    assert room_for({"TTS_MEMORY_MIB": "1600"}, used * MIB) == more

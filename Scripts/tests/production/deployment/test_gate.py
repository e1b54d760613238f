"""How much more the memory bears."""

import pytest

from production.deployment.gate import room_for


@pytest.mark.parametrize(("free", "more"), [(310, 1), (600, 3), (250, 1), (249, 0), (0, 0), (-300, 0)])
def test_as_many_more_fit_as_150_mib_each_leave_100_free(free, more):
    assert room_for(free) == more

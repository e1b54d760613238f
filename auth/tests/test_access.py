"""Who gets through which door."""

from pathlib import Path

import pytest

from servicekit.testing.access import check_access_matrix


@pytest.mark.usefixtures("seeded")
def test_every_role_is_let_in_or_refused_as_the_matrix_says():
    check_access_matrix(Path(__file__).parent)

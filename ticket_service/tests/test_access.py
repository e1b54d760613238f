"""Who gets through which door."""

from pathlib import Path

import pytest

from servicekit.testing.access import check_access_matrix


@pytest.mark.django_db
def test_every_route_lets_in_whom_the_matrix_names():
    check_access_matrix(Path(__file__).parent)

from pathlib import Path

import pytest

from servicekit.testing.access import check_access_matrix


@pytest.mark.django_db
def test_every_role_meets_every_route_as_the_matrix_says():
    check_access_matrix(Path(__file__).parent)

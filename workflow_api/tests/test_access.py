from pathlib import Path

from servicekit.testing.access import check_access_matrix


def test_every_role_gets_exactly_as_far_as_the_matrix_says(db):
    check_access_matrix(Path(__file__).parent)

import pytest

from tests.factories import make_workflow, publish_one
from workflows.selectors import match_workflow

MOST_TO_LEAST_EXACT = [
    ("it-support", "printer", "Finance"),
    ("it-support", "printer", ""),
    ("it-support", "", "Finance"),
    ("it-support", "", ""),
    ("", "", "Finance"),
    ("", "", ""),
]


def publish(category, subcategory, department):
    return publish_one(category=category, subcategory=subcategory, department=department, name=f"{category}/{subcategory}/{department}")


def match():
    return match_workflow(category="it-support", subcategory="printer", department="Finance")


@pytest.mark.parametrize("rank", range(len(MOST_TO_LEAST_EXACT)))
def test_the_most_exact_published_workflow_wins(db, rank):
    versions = [publish(*scope) for scope in MOST_TO_LEAST_EXACT[rank:]]
    assert match() == versions[0]


@pytest.mark.parametrize("scope", [("others", "", ""), ("it-support", "network", ""), ("it-support", "", "Sales"), ("", "", "Sales")])
def test_a_workflow_for_other_tickets_does_not_fit(db, scope):
    publish(*scope)
    assert match() is None


def test_a_draft_never_fits(db):
    make_workflow()
    assert match() is None

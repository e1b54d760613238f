"""Django admin."""

import pytest

from forms.models import Category
from servicekit.testing.keys import make_principal, token_for
from tests import factories

MODELS = [
    "forms/category",
    "forms/department",
    "forms/formversion",
    "tickets/ticket",
    "tickets/knownperson",
    "attachments/attachment",
    "servicekit/outboxevent",
    "servicekit/deadletter",
    "servicekit/scheduledjob",
]
pytestmark = pytest.mark.usefixtures("seeded")


@pytest.fixture
def enter(client, settings):
    """``enter(role)``: a browser with the access cookie of somebody with the role."""

    def browser(role):
        client.cookies[settings.ACCESS_COOKIE] = token_for(make_principal(role))
        return client

    return browser


@pytest.fixture
def admin(enter):
    return enter("tts.admin")


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_and_can_be_searched(admin, model):
    factories.resolved_ticket()
    assert admin.get(f"/admin/tickets/{model}/").status_code == 200
    if model not in {"servicekit/deadletter", "forms/formversion", "forms/department"}:
        assert admin.get(f"/admin/tickets/{model}/?q=door").status_code == 200


def test_a_ticket_shows_its_history_and_cannot_be_changed_by_hand(admin):
    ticket = factories.resolved_ticket()
    page = admin.get(f"/admin/tickets/tickets/ticket/{ticket.id}/change/").content.decode()
    assert "The door squeaks" in page
    assert "Diagnose: Ada Agent" in page
    before = factories.state(ticket)
    assert admin.post(f"/admin/tickets/tickets/ticket/{ticket.id}/change/", {"status": "new"}).status_code == 403
    assert admin.post(f"/admin/tickets/tickets/ticket/{ticket.id}/delete/", {"post": "yes"}).status_code == 403
    assert factories.state(ticket) == before


def test_a_category_that_is_renamed_by_hand_is_another_version(admin):
    category = Category.objects.get(slug="others")
    body = {"name": "Anything else", "description": "", "position": 5, "is_active": "on"}
    assert admin.post(f"/admin/tickets/forms/category/{category.id}/change/", body).status_code == 302
    category.refresh_from_db()
    assert (category.name, category.version, category.is_active) == ("Anything else", 2, True)


@pytest.mark.parametrize("role", ["hdts.employee", "hdts.coordinator", "tts.agent"])
def test_somebody_without_the_permission_is_sent_to_the_login(enter, role):
    response = enter(role).get("/admin/tickets/")
    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/admin/tickets/login/")

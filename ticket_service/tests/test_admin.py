"""Django admin."""

import pytest
from django.contrib.auth import get_user_model

from servicekit.contracts.permissions import Permission
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
def admin(client):
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


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


def test_somebody_without_the_permission_is_sent_to_the_login(client, db):
    assert client.get("/admin/tickets/").status_code == 302
    assert Permission.ADMIN_ENTER == "admin.enter"

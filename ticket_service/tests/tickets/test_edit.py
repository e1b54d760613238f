"""Changing one's own new ticket, by the API."""

import pytest

from servicekit.contracts.ticket import TicketEdited
from tests import factories
from tickets.models import HistoryEntry

pytestmark = pytest.mark.usefixtures("seeded")
SEEN = {"If-Match": '"v1"'}


def path(ticket):
    return f"/api/v1/tickets/{ticket.number}/"


def test_the_requester_changes_his_new_ticket(api_as, published):
    requester = factories.employee("Emil")
    ticket = factories.new_ticket(requester)
    factories.forget_published()
    response = api_as(principal=requester).patch(path(ticket), {"subject": "The door groans", "description": "At noon."}, headers=SEEN)
    body = response.json()
    assert (response.status_code, response["ETag"]) == (200, '"v2"')
    assert (body["subject"], body["description"], body["status"], body["version"]) == ("The door groans", "At noon.", "new", 2)
    (event,) = published()
    assert isinstance(event, TicketEdited)
    assert (event.subject, event.changed, event.version, event.by) == ("The door groans", ("subject", "description"), 2, requester.person)
    entry = HistoryEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.from_status, entry.to_status, entry.detail) == ("edit", "new", "new", "subject, description")


def test_changed_values_are_held_against_the_ticket_s_own_form(api_as):
    requester = factories.employee()
    ticket = factories.new_ticket(requester, category="it-support", subcategory="virus-malware-check", fields={"device_type": "laptop"})
    client = api_as(principal=requester)
    assert client.patch(path(ticket), {"fields": {"device_type": "printer"}}, headers=SEEN).json()["fields"] == {"device_type": "printer"}
    before = factories.state(ticket)
    response = client.patch(path(ticket), {"fields": {}}, headers={"If-Match": '"v2"'})
    assert response.json()["fields"] == {"fields.device_type": ["This field is required."]}
    assert factories.state(ticket) == before


def test_changing_nothing_tells_nobody(api_as):
    requester = factories.employee()
    ticket = factories.new_ticket(requester)
    before = factories.state(ticket)
    response = api_as(principal=requester).patch(path(ticket), {"subject": ticket.subject}, headers=SEEN)
    assert (response.status_code, response["ETag"]) == (200, '"v1"')
    assert factories.state(ticket) == before


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"v2"'}, 412)])
def test_a_change_of_what_one_has_not_seen_is_refused(api_as, headers, status):
    requester = factories.employee()
    ticket = factories.new_ticket(requester)
    before = factories.state(ticket)
    assert api_as(principal=requester).patch(path(ticket), {"subject": "x"}, headers=headers).status_code == status
    assert factories.state(ticket) == before


def test_an_approved_ticket_is_not_changed_any_more(api_as):
    requester = factories.employee()
    ticket = factories.open_ticket(requester)
    before = factories.state(ticket)
    response = api_as(principal=requester).patch(path(ticket), {"subject": "x"}, headers={"If-Match": '"v2"'})
    assert (response.status_code, response.json()["code"]) == (409, "illegal_transition")
    assert factories.state(ticket) == before


@pytest.mark.parametrize(("role", "status"), [("hdts.coordinator", 403), ("tts.admin", 403), ("hdts.employee", 404)])
def test_nobody_else_changes_a_ticket(api_as, role, status):
    ticket = factories.new_ticket()
    before = factories.state(ticket)
    assert api_as(role).patch(path(ticket), {"subject": "x"}, headers=SEEN).status_code == status
    assert factories.state(ticket) == before


@pytest.mark.parametrize("key", ["status", "priority", "category", "requester_id", "attachments"])
def test_what_cannot_be_edited_is_refused_by_name(api_as, key):
    requester = factories.employee()
    ticket = factories.new_ticket(requester)
    before = factories.state(ticket)
    response = api_as(principal=requester).patch(path(ticket), {"subject": "x", key: "y"}, headers=SEEN)
    assert (response.status_code, response.json()["fields"]) == (400, {key: ["Unknown field."]})
    assert factories.state(ticket) == before

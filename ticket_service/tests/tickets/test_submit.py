"""Filing a ticket, by the API."""

import re

import pytest

from servicekit.contracts.ticket import TicketSubmitted
from tickets.models import HistoryEntry, Ticket

pytestmark = pytest.mark.usefixtures("seeded")
PATH = "/api/v1/tickets/"
BODY = {"category": "others", "subject": "The door squeaks", "description": "Every **morning**.", "fields": {}}


def test_a_filed_ticket_is_new_and_belongs_to_whoever_filed_it(api_as, published, frozen_clock):
    client = api_as("hdts.employee", name="Emil Employee")
    response = client.post(PATH, BODY)
    assert response.status_code == 201
    body = response.json()
    ticket = Ticket.objects.get()
    at = frozen_clock.now.isoformat().replace("+00:00", "Z")
    assert re.fullmatch(r"TTS-[0-9A-HJKMNP-TV-Z]{8}", ticket.number)
    assert response["ETag"] == '"v1"'
    assert body == {
        "id": str(ticket.id), "number": ticket.number, "subject": "The door squeaks", "status": "new", "priority": "",
        "category": {"slug": "others", "name": "Others"}, "subcategory": "", "subcategory_name": "", "department": "",
        "requester": {"id": str(client.principal.id), "name": "Emil Employee"}, "assignee": None, "owner": None, "step": "",
        "target_at": None, "submitted_at": at, "updated_at": at, "description": "Every **morning**.",
        "description_html": "<p>Every <strong>morning</strong>.</p>\n", "fields": {}, "form": [], "attachments": [],
        "actions": ["withdraw", "edit"], "resolved_at": None, "closed_at": None, "reopen_count": 0, "version": 1,
    }  # fmt: skip
    assert published() == [
        TicketSubmitted(
            ticket_id=ticket.id, version=1, number=ticket.number, subject="The door squeaks", requester=client.principal.person,
            category="others", subcategory="", department="", priority="", status="new", submitted_at=frozen_clock.now, by=client.principal.person,
        )
    ]  # fmt: skip
    entry = HistoryEntry.objects.get()
    assert (entry.action, entry.from_status, entry.to_status, entry.by_id, entry.at) == (
        "submit",
        "",
        "new",
        client.principal.id,
        frozen_clock.now,
    )

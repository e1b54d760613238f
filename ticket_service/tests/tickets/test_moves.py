"""Approving, rejecting, withdrawing, closing and reopening, by the API: who may, when, and what follows."""

from datetime import timedelta

import pytest

from servicekit.contracts.ticket import TicketApproved, TicketClosed, TicketRejected, TicketReopened, TicketWithdrawn
from servicekit.models import ScheduledJob
from servicekit.principal import SYNTHETIC_ID
from servicekit.testing.keys import make_principal
from tests import factories
from tickets import services
from tickets.models import HistoryEntry, TaskRun, Ticket
from tickets.services.close import AUTO_COMMENT

pytestmark = pytest.mark.usefixtures("seeded")
APPROVAL = {"priority": "high", "department": "it"}
REASON = {"reason": "Because."}
BODIES = {"approve": APPROVAL, "reject": REASON, "withdraw": REASON, "close": {}, "reopen": REASON}


def path(ticket, action=""):
    return f"/api/v1/tickets/{ticket.number}/" + (f"{action}/" if action else "")


def last_entry():
    entry = HistoryEntry.objects.order_by("-id")[0]
    return entry.action, entry.from_status, entry.to_status, entry.by_name, entry.detail, entry.reason


def in_status(status, requester):
    """A ticket that came into this status by the real services."""
    if status == "new":
        return factories.new_ticket(requester)
    if status in {"resolved", "closed"}:
        ticket = factories.resolved_ticket(requester)
        if status == "closed":
            ticket = services.close_ticket(number=ticket.number, comment="", by=requester)
        return ticket
    ticket = factories.new_ticket(requester)
    if status == "rejected":
        return services.reject_ticket(number=ticket.number, reason="No.", by=factories.coordinator())
    if status == "withdrawn":
        return services.withdraw_ticket(number=ticket.number, reason="No.", by=requester)
    return factories.open_ticket(requester)


def test_a_coordinator_approves_with_priority_and_department(api_as, published, frozen_clock):
    ticket = factories.new_ticket(subject="The lamp is dark")
    factories.forget_published()
    client = api_as("hdts.coordinator", name="Cora")
    response = client.post(path(ticket, "approve"), APPROVAL)
    body = response.json()
    assert (response.status_code, response["ETag"], body["version"]) == (200, '"v2"', 2)
    assert (body["status"], body["priority"], body["department"], body["actions"]) == ("open", "high", "IT", [])
    assert published() == [
        TicketApproved(
            ticket_id=ticket.id, version=2, number=ticket.number, subject="The lamp is dark", requester=ticket.requester, category="others",
            subcategory="", department="IT", priority="high", status="open", submitted_at=ticket.submitted_at, by=client.principal.person,
            approved_at=frozen_clock.now,
        )
    ]  # fmt: skip
    assert last_entry() == ("approve", "new", "open", "Cora", "high, IT", "")


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({}, ["department", "priority"]),
        ({"priority": "urgent", "department": "IT"}, ["priority"]),
        ({"priority": "high", "department": "The Moon"}, ["department"]),
        ({**APPROVAL, "assignee": "me"}, ["assignee"]),
        ({**APPROVAL, "department": None}, ["department"]),
    ],
)
def test_an_approval_without_a_valid_priority_and_department_is_refused(api_as, body, keys):
    ticket = factories.new_ticket()
    before = factories.state(ticket)
    response = api_as("hdts.coordinator").post(path(ticket, "approve"), body)
    assert (response.status_code, sorted(response.json()["fields"])) == (400, keys)
    assert factories.state(ticket) == before


def test_a_coordinator_rejects_with_a_reason(api_as, published):
    ticket = factories.new_ticket()
    factories.forget_published()
    client = api_as("hdts.coordinator", name="Cora")
    body = client.post(path(ticket, "reject"), {"reason": "A duplicate."}).json()
    assert (body["status"], body["actions"]) == ("rejected", [])
    (event,) = published()
    assert isinstance(event, TicketRejected)
    assert (event.status, event.version, event.reason, event.by) == ("rejected", 2, "A duplicate.", client.principal.person)
    assert last_entry() == ("reject", "new", "rejected", "Cora", "", "A duplicate.")


@pytest.mark.parametrize("action", ["reject", "withdraw", "reopen"])
@pytest.mark.parametrize("body", [{}, {"reason": "  "}, {"reason": "x" * 2001}, {"reason": None}])
def test_a_reason_is_required(api_as, action, body):
    requester = factories.coordinator()
    ticket = in_status("resolved" if action == "reopen" else "new", requester)
    before = factories.state(ticket)
    response = api_as(principal=requester).post(path(ticket, action), body)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["reason"])
    assert factories.state(ticket) == before


@pytest.mark.parametrize("status", ["new", "open"])
def test_the_requester_withdraws_until_it_is_resolved(api_as, published, status):
    requester = factories.employee("Emil")
    ticket = in_status(status, requester)
    factories.forget_published()
    body = api_as(principal=requester).post(path(ticket, "withdraw"), {"reason": "It works again."}).json()
    assert (body["status"], body["actions"]) == ("withdrawn", [])
    (event,) = published()
    assert isinstance(event, TicketWithdrawn)
    assert (event.status, event.version, event.reason, event.by.name) == ("withdrawn", ticket.version + 1, "It works again.", "Emil")
    assert last_entry() == ("withdraw", status, "withdrawn", "Emil", "", "It works again.")


@pytest.mark.parametrize("role", ["hdts.coordinator", "hdts.admin", "platform.superuser"])
def test_a_coordinator_closes_what_is_resolved(api_as, published, frozen_clock, role):
    ticket = factories.resolved_ticket()
    factories.forget_published()
    client = api_as(role, name="Cora")
    body = client.post(path(ticket, "close"), {"comment": "Thanks."}).json()
    assert (body["status"], body["closed_at"]) == ("closed", frozen_clock.now.isoformat().replace("+00:00", "Z"))
    (event,) = published()
    assert isinstance(event, TicketClosed)
    assert (event.by, event.comment, event.status) == (client.principal.person, "Thanks.", "closed")
    assert last_entry() == ("close", "resolved", "closed", "Cora", "", "Thanks.")


def test_the_requester_closes_what_is_resolved_and_the_clock_is_stopped(api_as):
    requester = factories.employee()
    ticket = factories.resolved_ticket(requester)
    assert ScheduledJob.objects.filter(kind="ticket.auto_close", key=str(ticket.id)).count() == 1
    assert api_as(principal=requester).post(path(ticket, "close"), {}).json()["actions"] == ["reopen"]
    assert ScheduledJob.objects.filter(kind="ticket.auto_close").count() == 0


def test_a_ticket_is_closed_by_the_clock_72_hours_after_its_resolution(published, frozen_clock, run_due_jobs):
    ticket = factories.resolved_ticket()
    factories.forget_published()
    frozen_clock.advance(timedelta(hours=71, minutes=59))
    assert run_due_jobs() == 0
    assert factories.fresh(ticket).status == "resolved"
    frozen_clock.advance(timedelta(minutes=1))
    assert run_due_jobs() == 1
    (event,) = published()
    assert isinstance(event, TicketClosed)
    assert (event.by, event.comment) == (None, AUTO_COMMENT)
    assert factories.fresh(ticket).closed_at == frozen_clock.now
    assert last_entry() == ("close", "resolved", "closed", "System", "", AUTO_COMMENT)


def test_the_clock_leaves_alone_what_was_reopened_or_closed_meanwhile(published):
    for ticket in (factories.open_ticket(), factories.closed_ticket()):
        before = factories.state(ticket)
        assert services.close_stale_ticket(ticket_id=ticket.id) is False
        assert factories.state(ticket) == before


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_the_requester_reopens_with_a_reason_and_new_work_can_start(api_as, published, status):
    requester = factories.employee("Emil")
    ticket = in_status(status, requester)
    factories.forget_published()
    client = api_as(principal=requester)
    body = client.post(path(ticket, "reopen"), {"reason": "It squeaks again."}).json()
    assert (body["status"], body["reopen_count"], body["resolved_at"], body["closed_at"], body["assignee"]) == ("open", 1, None, None, None)
    assert (body["step"], body["priority"], body["department"]) == ("", "high", "IT")
    (event,) = published()
    assert isinstance(event, TicketReopened)
    assert (event.count, event.reason, event.status, event.version) == (1, "It squeaks again.", "open", ticket.version + 1)
    assert last_entry() == ("reopen", status, "open", "Emil", "", "It squeaks again.")
    assert ScheduledJob.objects.filter(kind="ticket.auto_close").count() == 0
    assert not TaskRun.objects.filter(is_over=False).exists()


def test_reopening_is_possible_on_the_14th_day_and_not_a_second_later(api_as, frozen_clock):
    requester = factories.employee()
    first, second = factories.resolved_ticket(requester), factories.resolved_ticket(requester)
    frozen_clock.advance(timedelta(days=14))
    assert api_as(principal=requester).post(path(first, "reopen"), REASON).status_code == 200
    frozen_clock.advance(timedelta(seconds=1))
    before = factories.state(second)
    assert api_as(principal=requester).get(path(second)).json()["actions"] == ["close"]
    response = api_as(principal=requester).post(path(second, "reopen"), REASON)
    assert (response.status_code, response.json()["code"]) == (409, "too_late_to_reopen")
    assert factories.state(second) == before
    assert ScheduledJob.objects.filter(key=str(second.id)).count() == 1


LEGAL = {
    ("new", "approve"), ("new", "reject"), ("new", "withdraw"), ("open", "withdraw"), ("resolved", "close"), ("resolved", "reopen"),
    ("closed", "reopen"),
}  # fmt: skip


@pytest.mark.parametrize("status", ["new", "open", "resolved", "rejected", "withdrawn", "closed"])
@pytest.mark.parametrize("action", BODIES)
def test_an_illegal_move_is_a_409_and_changes_nothing(api_as, status, action):
    requester = factories.coordinator()  # may do everything, so that only the status decides
    ticket = in_status(status, requester)
    before = factories.state(ticket)
    client = api_as(principal=requester)
    offered = client.get(path(ticket)).json()["actions"]
    response = client.post(path(ticket, action), BODIES[action])
    assert (action in offered) == ((status, action) in LEGAL)
    if (status, action) in LEGAL:
        assert response.status_code == 200
        return
    assert (response.status_code, response.json()["code"]) == (409, "illegal_transition")
    assert factories.state(ticket) == before


@pytest.mark.parametrize("action", BODIES)
def test_somebody_who_has_nothing_to_do_with_a_ticket_does_not_find_it(api_as, action):
    ticket = in_status("resolved" if action in {"close", "reopen"} else "new", factories.employee())
    before = factories.state(ticket)
    response = api_as("hdts.employee").post(path(ticket, action), BODIES[action])
    assert response.status_code == (403 if action in {"approve", "reject"} else 404)
    assert factories.state(ticket) == before


@pytest.mark.parametrize("role", ["hdts.employee", "tts.agent", "tts.admin"])
@pytest.mark.parametrize("action", ["approve", "reject"])
def test_only_coordinators_and_their_admins_decide(api_as, role, action):
    requester = make_principal(role)
    ticket = factories.new_ticket(requester)
    before = factories.state(ticket)
    assert api_as(principal=requester).post(path(ticket, action), BODIES[action]).status_code == 403
    assert factories.state(ticket) == before


@pytest.mark.parametrize(("action", "status"), [("withdraw", "new"), ("reopen", "resolved")])
def test_what_is_the_requesters_to_do_a_coordinator_cannot(api_as, action, status):
    ticket = in_status(status, factories.employee())
    before = factories.state(ticket)
    assert api_as("hdts.coordinator").post(path(ticket, action), REASON).status_code == 403
    assert factories.state(ticket) == before


def test_an_admin_of_the_desk_sees_a_resolved_ticket_but_cannot_close_it(api_as):
    ticket = factories.resolved_ticket()
    before = factories.state(ticket)
    assert api_as("tts.admin").post(path(ticket, "close"), {}).status_code == 403
    assert factories.state(ticket) == before


@pytest.mark.parametrize("number", ["TTS-00000000", "nothing", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_ticket_is_not_found(api_as, number):
    for action, body in BODIES.items():
        assert api_as("hdts.coordinator").post(f"/api/v1/tickets/{number}/{action}/", body).status_code == 404
    assert Ticket.objects.count() == 0


def test_deciding_takes_few_queries(api_as, query_budget):
    ticket, client = factories.new_ticket(), api_as("hdts.coordinator")
    with query_budget("approve_ticket"):
        client.post(path(ticket, "approve"), APPROVAL)


def test_a_ticket_that_only_tried_the_system_out_is_deleted_after_an_hour_and_no_other(frozen_clock):
    theirs = factories.new_ticket()
    tried = factories.new_ticket(make_principal(user_id=SYNTHETIC_ID))
    services.withdraw_ticket(number=tried.number, reason="Only a try.", by=make_principal(user_id=SYNTHETIC_ID))
    assert services.purge_synthetic_tickets(before=frozen_clock.now) == 0
    assert services.purge_synthetic_tickets(before=frozen_clock.now + timedelta(seconds=1)) == 1
    assert list(Ticket.objects.values_list("number", flat=True)) == [theirs.number]

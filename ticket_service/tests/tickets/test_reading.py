"""Who sees which tickets, lists, filters, pages and history, by the API."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from servicekit.testing.keys import make_principal
from tests import factories
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("seeded")
PATH = "/api/v1/tickets/"


def subjects(client, query=""):
    response = client.get(PATH + query)
    assert response.status_code == 200
    return [row["subject"] for row in response.json()["results"]]


@pytest.fixture
def cast(deliver):
    """Two requesters' tickets; the second one was worked on by Ada, then by Ben."""
    emil, eva = factories.employee("Emil"), factories.employee("Eva")
    factories.new_ticket(emil, subject="Of Emil")
    ticket = factories.open_ticket(eva, subject="Of Eva")
    ada, ben = make_principal("tts.agent", name="Ada"), make_principal("tts.agent", name="Ben")
    deliver(factories.assigned(ticket, 2, assignee=ada.person))
    deliver(factories.assigned(ticket, 3, assignee=ben.person))
    return {"emil": emil, "eva": eva, "ada": ada, "ben": ben}


@pytest.mark.parametrize(("who", "seen"), [("emil", ["Of Emil"]), ("eva", ["Of Eva"]), ("ada", ["Of Eva"]), ("ben", ["Of Eva"])])
def test_people_see_their_own_tickets_and_those_they_work_or_worked_on(api_as, cast, who, seen):
    client = api_as(principal=cast[who])
    assert subjects(client) == seen
    for ticket in Ticket.objects.all():
        expected = 200 if ticket.subject in seen else 404
        assert client.get(f"{PATH}{ticket.number}/").status_code == expected
        assert client.get(f"{PATH}{ticket.number}/history/").status_code == expected


@pytest.mark.parametrize(
    ("role", "count"),
    [("hdts.coordinator", 2), ("hdts.admin", 2), ("tts.admin", 2), ("platform.superuser", 2), ("tts.agent", 0), ("hdts.employee", 0)],
)
def test_only_who_may_view_all_sees_the_tickets_of_others(api_as, cast, role, count):
    client = api_as(role)
    assert len(subjects(client)) == count
    assert {client.get(f"{PATH}{ticket.number}/").status_code for ticket in Ticket.objects.all()} == {200 if count else 404}


@pytest.mark.parametrize(
    ("who", "scope", "seen"),
    [
        ("emil", "mine", ["Of Emil"]),
        ("emil", "involved", []),
        ("ada", "involved", ["Of Eva"]),
        ("ada", "mine", []),
        ("ada", "all", ["Of Eva"]),
    ],
)
def test_scopes(api_as, cast, who, scope, seen):
    assert subjects(api_as(principal=cast[who]), f"?scope={scope}") == seen


def test_the_approval_scope_holds_what_is_new_and_is_for_those_who_decide(api_as, cast):
    assert subjects(api_as("hdts.coordinator"), "?scope=approval") == ["Of Emil"]
    assert api_as(principal=cast["emil"]).get(f"{PATH}?scope=approval").status_code == 403


def test_a_row_names_step_assignee_owner_and_target(api_as, deliver, frozen_clock):
    ticket = factories.open_ticket(factories.employee("Emil"), subject="Of Emil")
    due = frozen_clock.now + timedelta(days=3)
    deliver(factories.opened(ticket, 1, target_at=due))
    deliver(factories.assigned(ticket, 2))
    (row,) = api_as("hdts.coordinator").get(PATH).json()["results"]
    at = frozen_clock.now.isoformat().replace("+00:00", "Z")
    assert row == {
        "id": str(ticket.id), "number": ticket.number, "subject": "Of Emil", "status": "open", "priority": "high",
        "category": {"slug": "others", "name": "Others"}, "subcategory": "", "subcategory_name": "", "department": "IT",
        "requester": {"id": str(ticket.requester_id), "name": "Emil"}, "assignee": {"id": str(factories.AGENT.id), "name": "Ada Agent"},
        "owner": {"id": str(factories.OWNER.id), "name": "Cleo Coordinator"}, "step": "Diagnose",
        "target_at": due.isoformat().replace("+00:00", "Z"), "submitted_at": at, "updated_at": at,
    }  # fmt: skip


def test_filters_narrow_the_list(api_as):
    factories.new_ticket(subject="New one")
    factories.open_ticket(subject="Open one")
    factories.new_ticket(subject="Budget", category="it-support", subcategory="virus-malware-check", fields={"device_type": "laptop"})
    client = api_as("hdts.coordinator")
    assert subjects(client, "?status=open") == ["Open one"]
    assert sorted(subjects(client, "?status=open,new")) == ["Budget", "New one", "Open one"]
    assert subjects(client, "?priority=high,low") == ["Open one"]
    assert subjects(client, "?category=it-support") == ["Budget"]
    assert subjects(client, "?category=it-support&status=open") == []


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("scope=everything", "scope"),
        ("status=new,lost", "status"),
        ("priority=urgent", "priority"),
        ("q=" + "x" * 201, "q"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_field(api_as, query, key):
    response = api_as("hdts.coordinator").get(f"{PATH}?{query}")
    assert (response.status_code, list(response.json()["fields"])) == (400, [key])


def test_pages_follow_each_other_without_a_gap_while_new_tickets_come_in(api_as, frozen_clock):
    for number in range(5):
        factories.new_ticket(subject=f"Ticket {number}")
        frozen_clock.advance(timedelta(seconds=1))
    client = api_as("hdts.coordinator")
    first = client.get(f"{PATH}?limit=2").json()
    factories.new_ticket(subject="Late")
    second = client.get(f"{PATH}?limit=2&cursor={quote(first['next'])}").json()
    third = client.get(f"{PATH}?limit=2&cursor={quote(second['next'])}").json()
    assert [[row["subject"] for row in page["results"]] for page in (first, second, third)] == [
        ["Ticket 4", "Ticket 3"],
        ["Ticket 2", "Ticket 1"],
        ["Ticket 0"],
    ]
    assert third["next"] is None


@pytest.mark.parametrize("cursor", ["rubbish", "cD1ub3RpbWU=", "cD0wMDAwLTAwLTAwVDAw", "bz0tMQ=="])
def test_a_cursor_that_nobody_was_given_is_refused(api_as, cursor):
    assert api_as("hdts.coordinator").get(f"{PATH}?cursor={cursor}").status_code == 400


def test_history_tells_who_when_from_to_and_why_oldest_first(api_as, frozen_clock):
    requester = factories.employee("Emil")
    ticket = factories.new_ticket(requester)
    first = frozen_clock.now
    second = frozen_clock.advance(timedelta(minutes=5))
    services.withdraw_ticket(number=ticket.number, reason="It works again.", by=requester)
    emil = {"id": str(requester.id), "name": "Emil"}
    body = api_as(principal=requester).get(f"{PATH}{ticket.number}/history/").json()
    times = [moment.isoformat().replace("+00:00", "Z") for moment in (first, second)]
    assert body == {
        "results": [
            {"at": times[0], "by": emil, "action": "submit", "from_status": "", "to_status": "new", "detail": "", "reason": ""},
            {"at": times[1], "by": emil, "action": "withdraw", "from_status": "new", "to_status": "withdrawn", "detail": "",
             "reason": "It works again."},
        ],
        "next": None,
    }  # fmt: skip


def test_departments_are_listed_by_name(api_as):
    body = api_as("hdts.coordinator").get(f"{PATH}departments/").json()
    assert body == [
        {"slug": "assets", "name": "Assets"}, {"slug": "facilities", "name": "Facilities"}, {"slug": "finance", "name": "Finance"},
        {"slug": "human-resources", "name": "Human Resources"}, {"slug": "it", "name": "IT"}, {"slug": "operations", "name": "Operations"},
    ]  # fmt: skip


def test_a_description_is_shown_as_safe_html(api_as):
    requester = factories.employee()
    ticket = factories.new_ticket(requester, description="<script>alert(1)</script> **bold** [x](javascript:alert(1))")
    html = api_as(principal=requester).get(f"{PATH}{ticket.number}/").json()["description_html"]
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<strong>bold</strong>" in html


def test_lists_and_pages_take_few_queries_however_many_rows_there_are(api_as, query_budget):
    requester = factories.employee()
    for _ in range(6):
        ticket = factories.new_ticket(requester)
    client = api_as(principal=requester)
    with query_budget("list_tickets"):
        client.get(PATH)
    with query_budget("list_tickets_search"):
        client.get(f"{PATH}?scope=mine&q=door")
    with query_budget("open_ticket"):
        client.get(f"{PATH}{ticket.number}/")
    with query_budget("ticket_history"):
        client.get(f"{PATH}{ticket.number}/history/")

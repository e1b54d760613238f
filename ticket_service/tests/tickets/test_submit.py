"""Filing a ticket, by the API."""

import re
from uuid import UUID, uuid4

import pytest

from forms.models import Category
from servicekit.contracts.permissions import Permission
from servicekit.contracts.ticket import TicketSubmitted
from tests import factories
from tickets.models import HistoryEntry, Involvement, KnownPerson, Ticket

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
            category="others", subcategory="", department="", priority="", status="new", submitted_at=frozen_clock.now,
            by=client.principal.person,
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


def test_a_form_is_filled_in_checked_and_kept_with_the_ticket(api_as):
    body = {**BODY, "category": "it-support", "subcategory": "hardware-troubleshooting", "fields": {"device_type": "laptop"}}
    answer = api_as("hdts.employee").post(PATH, body).json()
    assert (answer["subcategory"], answer["subcategory_name"]) == ("hardware-troubleshooting", "Hardware Troubleshooting")
    assert answer["fields"] == {"device_type": "laptop"}
    assert [field["key"] for field in answer["form"]] == ["device_type", "software_affected", "wished_at", "schedule_note"]


@pytest.mark.parametrize("key", ["status", "priority", "approver", "owner", "assignee", "number", "version", "department", "submitted_at"])
def test_a_client_cannot_set_what_is_not_his_to_set(api_as, published, key):
    response = api_as("hdts.employee").post(PATH, {**BODY, key: "critical"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
    assert response.json()["fields"] == {key: ["Unknown field."]}
    assert (Ticket.objects.count(), HistoryEntry.objects.count(), published()) == (0, 0, [])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"subject": " "}, {"subject": ["This field may not be blank."]}),
        ({"subject": "x" * 201}, {"subject": ["Ensure this field has no more than 200 characters."]}),
        ({"description": "x" * 20_001}, {"description": ["Ensure this field has no more than 20000 characters."]}),
        ({"description": "a\x00b"}, {"description": ["Null characters are not allowed."]}),
        ({"category": "nothing"}, {"category": ["There is no such category."]}),
        ({"subcategory": "nothing"}, {"subcategory": ["Choose one of the category's sub-categories."]}),
        ({"category": "it-support"}, {"subcategory": ["Choose one of the category's sub-categories."]}),
        ({"category": "asset-check-in"}, None),
        ({"fields": {"x": 1}}, {"fields.x": ["Unknown field."]}),
        ({"fields": [1]}, {"fields": ['Expected a dictionary of items but got type "list".']}),
        ({"attachments": ["x"]}, {"attachments.0": ["Must be a valid UUID."]}),
        ({"attachments": [str(UUID(int=1))]}, {"attachments": ["Upload each file first, and attach it once."]}),
        ({"requester_name": "Somebody Else"}, {"requester_name": ["Name the requester by requester_id too."]}),
    ],
)
def test_a_bad_request_is_refused_by_field_and_files_nothing(api_as, published, changes, fields):
    response = api_as("hdts.employee").post(PATH, {**BODY, **changes})
    assert (response.status_code, response.json()["code"]) == (400, "invalid_input")
    if fields is None:
        fields = {f"fields.{key}": ["This field is required."] for key in ("product_type", "asset", "location", "issue_type")}
        fields["fields.asset"] = ["This field is required."]
    assert response.json()["fields"] == fields
    assert (Ticket.objects.count(), HistoryEntry.objects.count(), published()) == (0, 0, [])


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"subject": "\\ud800"}', b"[" * 100_000])
def test_what_is_no_object_is_refused(api_as, published, body):
    response = api_as("hdts.employee").post(PATH, body, content_type="application/json")
    assert response.status_code == 400
    assert (Ticket.objects.count(), published()) == (0, [])


def test_an_inactive_category_takes_no_tickets(api_as):
    Category.objects.filter(slug="others").update(is_active=False)
    response = api_as("hdts.employee").post(PATH, BODY)
    assert response.json()["fields"] == {"category": ["There is no such category."]}


def test_submitting_twice_with_one_key_makes_one_ticket(api_as, published):
    client, headers = api_as("hdts.employee"), {"Idempotency-Key": "the-first"}
    first, second = client.post(PATH, BODY, headers=headers), client.post(PATH, BODY, headers=headers)
    assert (first.status_code, second.status_code, second["Idempotent-Replay"]) == (201, 201, "true")
    assert first.json() == second.json()
    assert (Ticket.objects.count(), len(published())) == (1, 1)


def test_the_same_key_with_another_request_is_refused(api_as, published):
    client, headers = api_as("hdts.employee"), {"Idempotency-Key": "the-first"}
    client.post(PATH, BODY, headers=headers)
    response = client.post(PATH, {**BODY, "subject": "Another"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert (Ticket.objects.count(), len(published())) == (1, 1)


def test_an_agent_files_for_somebody_who_is_known_by_his_known_name_and_may_follow_the_ticket(api_as, published):
    somebody = uuid4()
    KnownPerson.objects.create(id=somebody, name="Real Name", version=1)
    agent = api_as("tts.agent")
    response = agent.post(PATH, {**BODY, "requester_id": str(somebody), "requester_name": "Fake Name"})
    assert response.json()["requester"] == {"id": str(somebody), "name": "Real Name"}
    assert response.json()["actions"] == []
    assert published()[0].by == agent.principal.person
    assert list(Involvement.objects.values_list("user_id", flat=True)) == [agent.principal.id]
    assert agent.get(f"{PATH}{response.json()['number']}/").status_code == 200


def test_somebody_of_whom_no_event_has_told_is_named_by_the_agent(api_as):
    response = api_as("tts.agent").post(PATH, {**BODY, "requester_id": str(UUID(int=7)), "requester_name": "Nora New"})
    assert response.json()["requester"] == {"id": str(UUID(int=7)), "name": "Nora New"}


@pytest.mark.parametrize(("is_known", "message"), [(False, "There is no such person."), (True, "This account is switched off.")])
def test_nobody_files_for_a_stranger_or_a_switched_off_account(api_as, published, is_known, message):
    if is_known:
        KnownPerson.objects.create(id=UUID(int=7), name="Gone", version=1, is_active=False)
    response = api_as("tts.agent").post(PATH, {**BODY, "requester_id": str(UUID(int=7))})
    assert (response.status_code, response.json()["fields"]) == (400, {"requester_id": [message]})
    assert (Ticket.objects.count(), published()) == (0, [])


def test_an_employee_cannot_file_for_somebody_else(api_as, published):
    response = api_as("hdts.employee").post(PATH, {**BODY, "requester_id": str(uuid4()), "requester_name": "The Boss"})
    assert response.status_code == 403
    assert (Ticket.objects.count(), published()) == (0, [])


def test_who_may_not_submit_files_nothing(api_as, published):
    response = api_as("hdts.employee", permissions=[Permission.TASK_ACT]).post(PATH, BODY)
    assert response.status_code == 403
    assert (Ticket.objects.count(), published()) == (0, [])


def test_filing_takes_few_queries(api_as, query_budget):
    client = api_as("hdts.employee")
    with query_budget("submit_ticket"):
        client.post(PATH, BODY)


def test_the_old_form_stays_with_the_ticket_when_the_category_changes(api_as):
    ticket = factories.new_ticket()
    body = {"name": "Others", "fields": [{"key": "room", "label": "Room", "type": "text"}]}
    api_as("hdts.admin").put("/api/v1/categories/others/", body, headers={"If-Match": '"v1"'})
    assert api_as("hdts.coordinator").get(f"{PATH}{ticket.number}/").json()["form"] == []

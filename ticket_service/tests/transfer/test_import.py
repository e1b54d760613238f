"""Bringing tickets in, by the API."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicekit.contracts.ticket import TicketApproved, TicketImported, TicketSubmitted
from tests import factories
from tickets.models import HistoryEntry, Ticket
from tickets.status import Priority
from transfer.priority import priority_of
from transfer.rows import BadRow, clean, read_row, shorten

PATH = "/api/v1/tickets/imports/"
ROW = {"external_id": "1", "subject": "Icon", "description": "Please set up the icon.", "category": "others", "urgency": 1, "impact": 3}
DB = pytest.mark.usefixtures("seeded")


def body(*rows, **changes):
    return {"source": "old-desk", "status": "closed", "dry_run": False, "rows": list(rows) or [ROW], **changes}


@DB
def test_closed_tickets_become_history_and_nobody_is_told(api_as, published, frozen_clock):
    client = api_as("tts.admin", name="Ida")
    response = client.post(PATH, body())
    assert (response.status_code, response.json()) == (200, {"created": 1, "existing": 0, "errors": []})
    ticket = Ticket.objects.select_related("category").get()
    assert (ticket.subject, ticket.description, ticket.category.slug, ticket.status, ticket.priority) == (
        "Icon", "Please set up the icon.", "others", "closed", "high",
    )  # fmt: skip
    assert (ticket.source, ticket.external_id, ticket.requester_name, ticket.version) == ("old-desk", "1", "Unknown (old-desk)", 1)
    assert ticket.submitted_at == ticket.resolved_at == ticket.closed_at == frozen_clock.now
    (event,) = published()
    assert isinstance(event, TicketImported)
    assert (event.status, event.source, event.by, event.number) == ("closed", "old-desk", client.principal.person, ticket.number)
    entry = HistoryEntry.objects.get()
    assert (entry.action, entry.from_status, entry.to_status, entry.by_name, entry.detail) == (
        "import", "", "closed", "Ida", "old-desk 1: urgency 1, impact 3, high",
    )  # fmt: skip


@DB
def test_an_open_ticket_is_worked_on_and_a_new_one_waits_for_approval(api_as, published):
    client = api_as("tts.admin")
    client.post(PATH, body(status="open"))
    client.post(PATH, body({**ROW, "external_id": "2"}, status="new"))
    first, second = published()
    assert (type(first), first.status, first.priority, first.department) == (TicketApproved, "open", "high", "")
    assert (type(second), second.status, second.priority) == (TicketSubmitted, "new", "")
    assert {row["subject"] for row in api_as("hdts.coordinator").get("/api/v1/tickets/?scope=approval").json()["results"]} == {"Icon"}


@DB
def test_repeating_an_import_creates_nothing_twice(api_as, published):
    client = api_as("tts.admin")
    assert client.post(PATH, body(ROW, ROW)).json() == {"created": 1, "existing": 1, "errors": []}
    before = list(Ticket.objects.values())
    assert client.post(PATH, body({**ROW, "subject": "Else"})).json() == {"created": 0, "existing": 1, "errors": []}
    assert list(Ticket.objects.values()) == before
    assert len(published()) == 1
    assert client.post(PATH, body(source="new-desk")).json()["created"] == 1


@DB
def test_a_dry_run_tells_the_same_and_changes_nothing(api_as, published):
    rows = (ROW, {**ROW, "external_id": "2", "urgency": 9})
    answer = api_as("tts.admin").post(PATH, body(*rows, dry_run=True)).json()
    assert (Ticket.objects.count(), HistoryEntry.objects.count(), published()) == (0, 0, [])
    assert api_as("tts.admin").post(PATH, body(*rows)).json() == answer
    assert answer["created"] == 1


@DB
def test_a_bad_row_is_named_with_its_field_and_stops_no_other(api_as):
    rows = [
        {**ROW, "external_id": "a", "urgency": "x"},
        {**ROW, "external_id": "b", "impact": 6},
        {**ROW, "external_id": "c", "category": "nothing"},
        {**ROW, "external_id": "d", "subject": " ", "description": "\x00"},
        {**ROW, "external_id": "e", "description": "x" * 20_001},
        {**ROW, "external_id": "f", "status": "open"},
        {**ROW, "external_id": ""},
        {**ROW, "external_id": "g", "subject": ["x"]},
        "rubbish",
        {**ROW, "external_id": "h", "urgency": True},
        ROW,
    ]
    assert api_as("tts.admin").post(PATH, body(*rows)).json() == {
        "created": 1,
        "existing": 0,
        "errors": [
            {"external_id": "a", "field": "urgency", "message": "A whole number from 0, the gravest, to 5."},
            {"external_id": "b", "field": "impact", "message": "A whole number from 0, the gravest, to 5."},
            {"external_id": "c", "field": "category", "message": "There is no such category."},
            {"external_id": "d", "field": "subject", "message": "Subject and description are both empty."},
            {"external_id": "e", "field": "description", "message": "At most 20000 characters."},
            {"external_id": "f", "field": "status", "message": "Unknown field."},
            {"external_id": "", "field": "external_id", "message": "This field is required."},
            {"external_id": "g", "field": "subject", "message": "This must be text."},
            {"external_id": "", "field": "", "message": "A row is an object."},
            {"external_id": "h", "field": "urgency", "message": "This must be text."},
        ],
    }
    assert Ticket.objects.count() == 1


@DB
def test_odd_characters_are_cleaned_and_found(api_as):
    row = {**ROW, "subject": "\ufeffNai\u0308ve\x00 caf\u00e9\x07", "description": "a\x00b\r\nc\x1b"}
    assert api_as("tts.admin").post(PATH, body(row)).json()["created"] == 1
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description) == ("\ufeffNaïve café", "ab\nc")
    assert len(api_as("tts.admin").get("/api/v1/tickets/?q=naive").json()["results"]) == 1


@DB
def test_an_empty_title_becomes_the_first_words_of_the_body(api_as):
    long_body = "hi since recruiter lead permission approve requisitions makes please make thanks recruiter and so on and on"
    api_as("tts.admin").post(PATH, body({**ROW, "subject": "", "description": long_body}))
    assert Ticket.objects.get().subject == "hi since recruiter lead permission approve requisitions makes please make…"


@DB
def test_requesters_of_another_system_are_one_person_per_name_and_never_an_account_here(api_as):
    rows = [{**ROW, "external_id": str(number), "requester_name": name} for number, name in enumerate(["Pat", "Pat", "Lou"])]
    api_as("tts.admin").post(PATH, body(*rows))
    pat, same, lou = Ticket.objects.order_by("external_id").values_list("requester_id", "requester_name")
    assert pat == same != lou
    assert (pat[1], lou[1]) == ("Pat", "Lou")


@DB
@pytest.mark.parametrize("role", ["hdts.employee", "hdts.coordinator", "hdts.admin", "tts.agent"])
def test_only_who_may_import_does(api_as, published, role):
    assert api_as(role).post(PATH, body()).status_code == 403
    assert (Ticket.objects.count(), published()) == (0, [])


@DB
@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"rows": []}, "rows"),
        ({"rows": [ROW] * 501}, "rows"),
        ({"rows": "x"}, "rows"),
        ({"status": "resolved"}, "status"),
        ({"source": ""}, "source"),
        ({"source": "a b"}, "source"),
        ({"owner": 1}, "owner"),
    ],
)
def test_a_bad_batch_is_refused_as_a_whole(api_as, published, changes, key):
    response = api_as("tts.admin").post(PATH, body(**changes))
    assert (response.status_code, list(response.json()["fields"])) == (400, [key])
    assert (Ticket.objects.count(), published()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_from_two_sides_at_once_is_created_once(at_once, api_as):
    factories.seed()
    rows = [{**ROW, "external_id": str(number)} for number in range(20)]
    responses = at_once([lambda client=client: client.post(PATH, body(*rows)) for client in (api_as("tts.admin"), api_as("tts.admin"))])
    assert sorted(response.json()["created"] for response in responses) == [0, 20]
    assert Ticket.objects.count() == 20


def test_the_matrix_of_priorities():
    table = [[str(priority_of(urgency, impact))[0] for impact in range(6)] for urgency in range(6)]
    assert ["".join(row) for row in table] == ["ccchhm", "cchhml", "chhmll", "hhmlll", "hmllll", "mlllll"]


@pytest.mark.parametrize(
    ("urgency", "impact", "priority"), [(3, 4, "low"), (1, 3, "high"), (2, 3, "medium"), (0, 3, "high"), (0, 0, "critical")]
)
def test_the_real_tickets_get_their_priorities(urgency, impact, priority):
    assert priority_of(urgency, impact) == Priority(priority)


def test_a_long_subject_is_cut_after_a_word_and_kept_whole_in_the_description():
    title = "word " * 50 + "end"
    row = read_row({**ROW, "subject": title}, source="s", categories={"others"})
    assert row.subject == "word " * 38 + "word…"
    assert row.description == f"{title}\n\nPlease set up the icon."
    assert shorten("x" * 300, 200) == "x" * 199 + "…"


SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
ANY = SIMPLE | st.lists(SIMPLE, max_size=2)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(ROW, ANY)) | ANY)
def test_whatever_a_row_holds_it_is_read_or_refused(given_row):
    try:
        row = read_row(given_row, source="s", categories={"others"})
    except BadRow:
        return
    assert 1 <= len(row.subject) <= 200
    assert clean(row.description) == row.description

from datetime import timedelta
from uuid import uuid4

import pytest

from comments import services
from comments.models import Comment
from servicekit.contracts.messaging import CommentPosted
from tests.factories import forget_told, make_conversation, may_read_internal, stream

pytestmark = pytest.mark.django_db
URL = "/api/v1/comments/"


@pytest.fixture
def rita(api_as):
    return api_as("hdts.employee", name="Rita Request")


@pytest.fixture
def alan(api_as):
    return api_as("tts.agent", name="Alan Agent")


@pytest.fixture
def thread(rita, alan):
    conversation = make_conversation(requester=rita.principal, assignee=alan.principal)
    forget_told()
    return conversation


def write(thread, client, body="Hello", visibility="public") -> Comment:
    return services.post_comment(ticket_id=thread.ticket_id, body=body, visibility=visibility, by=client.principal)


def post(client, thread, headers=None, **body):
    return client.post(URL, {"ticket_id": str(thread.ticket_id), "body": "Hello", "visibility": "public"} | body, headers=headers or {})


def problem(response) -> tuple[int, str, dict[str, list[str]]]:
    body = response.json()
    return response.status_code, body["code"], body["fields"]


def test_a_posted_comment_is_answered_as_everybody_sees_it_and_marked_as_ones_own(thread, rita, frozen_clock):
    response = post(rita, thread, body="It is **dead**")
    assert response.status_code == 201
    assert response.json() == {
        "id": str(Comment.objects.get().id),
        "number": 1,
        "ticket_id": str(thread.ticket_id),
        "author": {"id": str(rita.principal.id), "name": "Rita Request"},
        "visibility": "public",
        "body": "It is **dead**",
        "html": "<p>It is <strong>dead</strong></p>\n",
        "posted_at": frozen_clock.now.isoformat().replace("+00:00", "Z"),
        "mine": True,
    }


def test_browsers_hear_exactly_what_the_api_shows_but_whose_it_is(thread, rita):
    shown = post(rita, thread).json()
    (row,) = stream()
    assert row.body | {"mine": True} == shown


def test_a_comment_is_public_unless_said_otherwise(thread, alan):
    assert alan.post(URL, {"ticket_id": str(thread.ticket_id), "body": "Hello"}).json()["visibility"] == "public"


def test_a_thread_is_listed_newest_first_and_says_what_is_ones_own(thread, rita, alan, frozen_clock):
    for client, body in ((rita, "one"), (alan, "two"), (rita, "three")):
        write(thread, client, body)
        frozen_clock.advance(timedelta(seconds=1))
    found = rita.get(URL, {"ticket": thread.ticket_id}).json()
    assert [(row["body"], row["number"], row["mine"]) for row in found["results"]] == [
        ("three", 3, True),
        ("two", 2, False),
        ("one", 1, True),
    ]
    assert found["next"] is None


def test_the_pages_of_a_thread_hold_each_comment_once(thread, rita, frozen_clock):
    for number in range(7):
        write(thread, rita, str(number))
        frozen_clock.advance(timedelta(seconds=1))
    seen, cursor = [], None
    for _ in range(3):
        page = rita.get(URL, {"ticket": thread.ticket_id, "limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen.append([row["body"] for row in page["results"]])
        cursor = page["next"]
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert cursor is None


def test_the_requester_sees_nothing_of_internal_notes(thread, rita, alan, frozen_clock):
    for visibility in ("public", "internal", "internal", "public"):
        write(thread, alan, visibility, visibility)
        frozen_clock.advance(timedelta(seconds=1))
    mine = rita.get(URL, {"ticket": thread.ticket_id}).json()
    theirs = alan.get(URL, {"ticket": thread.ticket_id}).json()
    assert [(row["body"], row["number"]) for row in mine["results"]] == [("public", 2), ("public", 1)]
    assert [(row["body"], row["number"]) for row in theirs["results"]] == [("public", 2), ("internal", 2), ("internal", 1), ("public", 1)]


def test_the_requesters_answers_are_the_same_with_and_without_notes_beside_them(rita, alan, frozen_clock):
    threads = [make_conversation(requester=rita.principal, assignee=alan.principal) for _ in range(2)]
    write(threads[0], alan, "secret", "internal")
    answers = []
    for thread in threads:
        body = post(rita, thread).json()
        page = rita.get(URL, {"ticket": thread.ticket_id, "limit": 1}).json()
        answers.append((body["number"], len(page["results"]), page["next"], page["results"][0]["number"]))
    assert answers == [(1, 1, None, 1), (1, 1, None, 1)]


@pytest.mark.parametrize("role", ["hdts.coordinator", "tts.admin", "hdts.admin", "platform.superuser"])
def test_who_sees_all_tickets_reads_notes_too(thread, alan, api_as, role):
    write(thread, alan, "secret", "internal")
    assert [row["body"] for row in api_as(role).get(URL, {"ticket": thread.ticket_id}).json()["results"]] == ["secret"]


@pytest.mark.parametrize("role", ["hdts.employee", "tts.agent"])
def test_an_outsider_finds_no_conversation(thread, api_as, role):
    assert problem(api_as(role).get(URL, {"ticket": thread.ticket_id})) == (404, "ticket_not_known_yet", {})
    assert problem(post(api_as(role), thread)) == (404, "ticket_not_known_yet", {})
    assert Comment.objects.count() == 0


def test_an_unknown_ticket_is_answered_as_an_outsider_is_and_says_when_to_try_again(thread, rita, api_as):
    unknown = rita.get(URL, {"ticket": uuid4()})
    foreign = api_as("hdts.employee").get(URL, {"ticket": thread.ticket_id})
    assert unknown.json() == foreign.json()
    assert (unknown.headers["Retry-After"], foreign.headers["Retry-After"]) == ("1", "1")


def test_the_requester_may_not_write_a_note(thread, rita, published):
    assert problem(post(rita, thread, visibility="internal")) == (403, "internal_note_forbidden", {})
    assert (Comment.objects.count(), published(), stream()) == (0, [], [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": ""}, "body"),
        ({"body": "  \n "}, "body"),
        ({"body": "x" * 20_001}, "body"),
        ({"body": "nul \x00"}, "body"),
        ({"body": None}, "body"),
        ({"body": ["x"]}, "body"),
        ({"visibility": "secret"}, "visibility"),
        ({"ticket_id": "7"}, "ticket_id"),
        ({"author_name": "Boss"}, "author_name"),
        ({"number": 9}, "number"),
    ],
)
def test_bad_input_is_refused_by_field_and_changes_nothing(thread, rita, published, body, field):
    status, code, fields = problem(post(rita, thread, **body))
    assert (status, code, list(fields)) == (400, "invalid_input", [field])
    assert (Comment.objects.count(), published(), stream()) == (0, [], [])


def test_a_body_of_20000_characters_is_taken(thread, rita):
    assert post(rita, thread, body="ä" * 20_000).status_code == 201
    assert len(Comment.objects.get().body) == 20_000


@pytest.mark.parametrize("query", [{}, {"ticket": "7"}, {"ticket": ""}])
def test_a_list_without_a_proper_ticket_is_refused(rita, query):
    status, code, fields = problem(rita.get(URL, query))
    assert (status, code, list(fields)) == (400, "invalid_input", ["ticket"])


def test_a_foreign_cursor_is_refused(thread, rita):
    status, code, fields = problem(rita.get(URL, {"ticket": thread.ticket_id, "cursor": "nonsense"}))
    assert (status, code, list(fields)) == (400, "invalid_input", ["cursor"])


def test_the_same_key_twice_makes_one_comment_and_one_event(thread, rita, published):
    first, again = (post(rita, thread, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotent-Replay"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert (Comment.objects.count(), len(published(CommentPosted)), len(stream())) == (1, 1, 1)


def test_the_same_key_with_another_body_is_refused_and_changes_nothing(thread, rita, published):
    post(rita, thread, headers={"Idempotency-Key": "k1"})
    assert problem(post(rita, thread, body="Other", headers={"Idempotency-Key": "k1"})) == (422, "idempotency_key_reused", {})
    assert (Comment.objects.count(), len(published(CommentPosted)), len(stream())) == (1, 1, 1)


def test_nobody_reads_or_writes_without_logging_in(thread, api_as):
    nobody = api_as(None)
    assert problem(nobody.get(URL, {"ticket": thread.ticket_id})) == (401, "not_authenticated", {})
    assert problem(post(nobody, thread)) == (401, "not_authenticated", {})
    assert Comment.objects.count() == 0


def test_who_lost_the_right_to_notes_sees_the_public_part_alone(thread, alan, api_as):
    write(thread, alan, "secret", "internal")
    trainee = api_as(user_id=alan.principal.id, permissions=[])
    assert trainee.get(URL, {"ticket": thread.ticket_id}).json()["results"] == []


@pytest.mark.parametrize("comments", [1, 25])
def test_a_thread_costs_the_same_queries_however_long_it_is(thread, alan, frozen_clock, query_budget, comments):
    for number in range(comments):
        write(thread, alan, str(number), "internal" if number % 2 else "public")
        frozen_clock.advance(timedelta(seconds=1))
    with query_budget("list_comments"):
        assert len(alan.get(URL, {"ticket": thread.ticket_id}).json()["results"]) == comments


@pytest.mark.parametrize("visibility", ["public", "internal"])
def test_a_comment_costs_these_queries(thread, alan, query_budget, visibility):
    may_read_internal(uuid4())
    with query_budget(f"post_{visibility}_comment"):
        assert post(alan, thread, visibility=visibility).status_code == 201


def test_a_comment_with_a_key_costs_these_queries(thread, alan, query_budget):
    with query_budget("post_comment_with_key"):
        assert post(alan, thread, headers={"Idempotency-Key": "k1"}).status_code == 201

"""Problems, pages, ETags, idempotency keys, and the default of denial."""

import base64

import pytest

from servicekit.errors import flatten
from servicekit.models import IdempotencyRecord, OutboxEvent
from servicekit.tests.notes.models import Note

pytestmark = pytest.mark.django_db
NOTES = "/api/v1/notes/"


def problem(answer):
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert sorted(body) == ["code", "detail", "fields", "status", "title", "type"]
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"], body["fields"]


class TestProblems:
    def test_nobody_is_asked_to_log_in(self, api_as):
        assert problem(api_as(None).get(NOTES)) == (401, "not_authenticated", {})

    def test_a_missing_permission_is_forbidden_and_changes_nothing(self, api_as):
        assert problem(api_as(permissions=[]).post(NOTES, {"text": "x"})) == (403, "forbidden", {})
        assert Note.objects.count() == 0

    def test_an_action_without_a_rule_is_closed_to_everybody(self, api_as):
        assert problem(api_as("platform.superuser").delete(f"{NOTES}1/")) == (403, "forbidden", {})

    def test_a_missing_field_is_named(self, api_as):
        assert problem(api_as().post(NOTES, {})) == (400, "invalid_input", {"text": ["This field is required."]})

    def test_an_unknown_field_is_refused(self, api_as):
        assert problem(api_as().post(NOTES, {"text": "x", "status": "closed"})) == (400, "invalid_input", {"status": ["Unknown field."]})

    @pytest.mark.parametrize("body", [b"{", b"[" * 5000, b'{"text": NaN}', b'{"text": "\\ud800"}', b"\xff"])
    def test_what_is_not_json_is_a_parse_error(self, api_as, body):
        answer = api_as().post(NOTES, data=body, content_type="application/json")
        assert problem(answer)[:2] == (400, "parse_error")

    def test_a_nul_character_is_refused(self, api_as):
        assert problem(api_as().post(NOTES, {"text": "a\x00b"}))[:2] == (400, "invalid_input")

    def test_another_content_type_is_refused(self, api_as):
        assert problem(api_as().post(NOTES, data="a=b", content_type="text/plain"))[:2] == (415, "unsupported_media_type")

    def test_another_method_is_refused_with_the_allowed_ones(self, api_as):
        answer = api_as().patch(NOTES, {})
        assert problem(answer)[:2] == (405, "method_not_allowed")
        assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"

    @pytest.mark.parametrize("address", [f"{NOTES}?cursor=a%00b", "/api/v1/no%00tes/"])
    def test_a_nul_in_the_address_is_refused(self, api_as, address):
        assert problem(api_as().get(address))[:2] == (400, "bad_request")

    def test_an_unknown_address_is_not_found(self, api_as):
        assert problem(api_as().get("/api/v1/nothing/"))[:2] == (404, "not_found")

    def test_a_database_that_does_not_answer_is_unavailable_and_says_when_to_come_back(self, api_as):
        answer = api_as().get("/api/v1/broken/?database=1")
        assert problem(answer)[:2] == (503, "unavailable")
        assert answer["Retry-After"] == "2"

    def test_a_defect_answers_a_problem_without_a_trace(self, api_as):
        client = api_as()
        client.raise_request_exception = False
        answer = client.get("/api/v1/broken/")
        assert problem(answer)[:2] == (500, "server_error")
        assert b"ZeroDivisionError" not in answer.content

    def test_nested_errors_become_one_level(self):
        detail = {"lines": [{}, {"amount": ["Too big."]}], "non_field_errors": ["No."], "a": "b"}
        assert flatten(detail) == {"lines.1.amount": ["Too big."], "body": ["No."], "a": ["b"]}


class TestPages:
    def test_pages_follow_each_other_and_end(self, api_as):
        client = api_as()
        for index in range(3):
            client.post(NOTES, {"text": str(index)})
        first = client.get(f"{NOTES}?limit=2").json()
        second = client.get(f"{NOTES}?limit=2&cursor={first['next']}").json()
        assert [note["text"] for note in first["results"] + second["results"]] == ["2", "1", "0"]
        assert second["next"] is None

    def test_a_limit_is_capped_at_100(self, api_as):
        client = api_as()
        for index in range(102):
            client.post(NOTES, {"text": str(index)})
        assert len(client.get(f"{NOTES}?limit=1000000").json()["results"]) == 100

    @pytest.mark.parametrize("position", [b"p=garbage", b"p=%00", b"r=x&o=-5", b"\xff\xfe"])
    def test_a_cursor_that_we_did_not_make_is_refused(self, api_as, position):
        answer = api_as().get(NOTES, {"cursor": base64.b64encode(position).decode()})
        assert problem(answer) == (400, "invalid_input", {"cursor": ["Not a cursor of this list."]})


class TestEtags:
    def make(self, client):
        return client.post(NOTES, {"text": "old"}).json()["id"]

    def test_an_edit_with_the_tag_that_was_shown_is_taken_and_shows_the_next(self, api_as):
        client = api_as()
        answer = client.put(f"{NOTES}{self.make(client)}/", {"text": "new"}, headers={"If-Match": '"v1"'})
        assert (answer.status_code, answer["ETag"]) == (200, '"v2"')

    @pytest.mark.parametrize(
        ("sent", "code"),
        [
            ({}, (428, "precondition_required", {})),
            ({"If-Match": '"v9"'}, (412, "precondition_failed", {})),
            ({"If-Match": "*"}, (412, "precondition_failed", {})),
        ],
    )
    def test_an_edit_without_the_present_tag_is_refused_and_changes_nothing(self, api_as, sent, code):
        client = api_as()
        made = self.make(client)
        assert problem(client.put(f"{NOTES}{made}/", {"text": "new"}, headers=sent)) == code
        assert Note.objects.get(id=made).text == "old"


class TestIdempotency:
    KEY = {"Idempotency-Key": "order-1"}

    def test_the_same_request_again_gives_the_first_answer_and_no_second_effect(self, api_as):
        client = api_as()
        first = client.post(NOTES, {"text": "x"}, headers=self.KEY)
        again = client.post(NOTES, {"text": "x"}, headers=self.KEY)
        assert (again.status_code, again.json(), again["ETag"], again["Idempotent-Replay"]) == (201, first.json(), '"v1"', "true")
        assert (Note.objects.count(), OutboxEvent.objects.count()) == (1, 1)

    def test_the_same_key_with_another_body_is_refused(self, api_as):
        client = api_as()
        client.post(NOTES, {"text": "x"}, headers=self.KEY)
        assert problem(client.post(NOTES, {"text": "y"}, headers=self.KEY))[:2] == (422, "idempotency_key_reused")
        assert list(Note.objects.values_list("text", flat=True)) == ["x"]

    def test_another_person_may_use_the_same_key(self, api_as):
        for client in (api_as(), api_as()):
            client.post(NOTES, {"text": "x"}, headers=self.KEY)
        assert Note.objects.count() == 2

    def test_a_refused_request_does_not_use_the_key_up(self, api_as):
        client = api_as()
        assert client.post(NOTES, {}, headers=self.KEY).status_code == 400
        assert IdempotencyRecord.objects.count() == 0
        assert client.post(NOTES, {"text": "x"}, headers=self.KEY).status_code == 201

    @pytest.mark.parametrize("key", ["", "x" * 65, "a b", "ü"])
    def test_a_malformed_key_is_refused(self, api_as, key):
        assert problem(api_as().post(NOTES, {"text": "x"}, headers={"Idempotency-Key": key}))[:2] == (400, "invalid_input")

    @pytest.mark.django_db(transaction=True)
    def test_ten_at_once_give_one_effect_and_ten_equal_answers(self, api_as, principal, at_once):
        somebody = principal()
        clients = [api_as(principal=somebody) for _ in range(10)]
        answers = at_once([lambda client=client: client.post(NOTES, {"text": "x"}, headers=self.KEY) for client in clients])
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert sorted(answer.headers.get("Idempotent-Replay", "") for answer in answers) == ["", *["true"] * 9]
        assert Note.objects.count() == 1

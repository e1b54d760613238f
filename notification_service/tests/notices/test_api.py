"""The bell's API."""

from datetime import timedelta
from uuid import uuid4

import pytest

from notices.models import Notice
from notices.services import create_notices, mark_read
from servicekit.contracts.notification import NoticesRead
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications/"


def tell(user_id, title="TT-1 was approved"):
    return create_notices(uuid4(), [make.a_message(user_id, title=title)])[0]


def test_the_list_shows_ones_own_notices_newest_first(api_as, frozen_clock):
    client = api_as()
    older = tell(client.principal.id)
    frozen_clock.advance(timedelta(seconds=1))
    newer = tell(client.principal.id)
    tell(uuid4())
    answer = client.get(URL)
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["results"]] == [str(newer.id), str(older.id)]
    assert answer.json()["next"] is None


def test_a_row_shows_these_fields(api_as, frozen_clock):
    client = api_as()
    notice = tell(client.principal.id)
    row = client.get(URL).json()["results"][0]
    assert set(row) == {"id", "kind", "title", "body", "link", "created_at", "read_at"}
    assert (row["id"], row["kind"], row["title"], row["body"], row["link"], row["read_at"]) == (
        str(notice.id), "status", "TT-1 was approved", "Printer", "/tickets/TT-1", None,
    )  # fmt: skip


def test_the_list_can_leave_out_what_was_read(api_as):
    client = api_as()
    read, unread = tell(client.principal.id), tell(client.principal.id)
    mark_read(notice_id=read.id, by=client.principal)
    assert [row["id"] for row in client.get(URL, {"unread": "true"}).json()["results"]] == [str(unread.id)]
    assert len(client.get(URL, {"unread": "false"}).json()["results"]) == 2


def test_the_pages_follow_each_other_without_gap_or_repetition(api_as):
    client = api_as()
    made = {str(notice.id) for notice in create_for(client.principal.id, 5)}
    first = client.get(URL, {"limit": 3}).json()
    second = client.get(URL, {"limit": 3, "cursor": first["next"]}).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (3, 2, None)
    assert {row["id"] for row in first["results"] + second["results"]} == made


def create_for(user_id, count):
    return [tell(user_id) for _ in range(count)]


@pytest.mark.parametrize(("query", "field"), [({"unread": "perhaps"}, "unread")])
def test_a_malformed_filter_is_refused_by_name(api_as, query, field):
    answer = api_as().get(URL, query)
    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (400, "invalid_input", [field])


def test_the_unread_count_is_ones_own(api_as):
    client = api_as()
    create_for(client.principal.id, 2)
    tell(uuid4())
    assert client.get(f"{URL}unread-count/").json() == {"unread": 2}


def test_a_notice_is_marked_as_read(api_as, published):
    client = api_as()
    notice = tell(client.principal.id)
    answer = client.post(f"{URL}{notice.id}/read/")
    assert (answer.status_code, answer.json()["read_at"] is not None) == (200, True)
    assert published(NoticesRead) == [NoticesRead(user_id=client.principal.id, version=1, unread=0)]


def test_somebody_elses_notice_is_not_found(api_as, published):
    notice = tell(uuid4())
    answer = api_as("platform.superuser").post(f"{URL}{notice.id}/read/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert Notice.objects.get().read_at is None
    assert published(NoticesRead) == []


def test_all_are_marked_as_read(api_as):
    client = api_as()
    create_for(client.principal.id, 3)
    assert client.post(f"{URL}read-all/").json() == {"unread": 0}
    assert client.get(f"{URL}unread-count/").json() == {"unread": 0}


def test_nobody_may_ask_without_logging_in(api_as):
    assert [api_as(None).get(URL).status_code, api_as(None).post(f"{URL}read-all/").status_code] == [401, 401]


def test_the_list_takes_as_many_queries_for_25_as_for_1(api_as, query_budget):
    client = api_as()
    create_for(client.principal.id, 25)
    with query_budget("list notices"):
        assert len(client.get(URL).json()["results"]) == 25


def test_marking_as_read_takes_few_queries(api_as, query_budget):
    client = api_as()
    notice = tell(client.principal.id)
    with query_budget("read a notice"):
        client.post(f"{URL}{notice.id}/read/")

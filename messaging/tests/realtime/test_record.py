from datetime import timedelta
from uuid import uuid4

import pytest

from servicekit.contracts.auth import AssignmentRevoked, SessionRevoked
from servicekit.contracts.notification import NoticeCreated, NoticesRead, Told
from servicekit.jobs import plan_recurring
from servicekit.stream.models import StreamRow
from servicekit.testing.samples import a_notice
from tests.factories import AT, stream, told

pytestmark = pytest.mark.django_db
WHO = uuid4()


def test_a_notice_is_heard_by_everybody_whom_it_tells_as_the_api_shows_it(deliver):
    words = {"kind": "assignment", "title": "New task", "body": "Diagnose", "link": "/tasks/1"}
    two = tuple(Told(notice_id=uuid4(), user_id=who, **words) for who in (WHO, uuid4()))
    deliver(NoticeCreated(version=1, told=two, created_at=AT), times=2)
    body = {**words, "created_at": "2026-03-02T08:00:00Z", "read_at": None}
    assert told() == [(f"user:{one.user_id}", "notice.created", body | {"id": str(one.notice_id)}) for one in two]


def test_an_older_count_of_unread_notices_is_not_shown_after_a_newer_one(deliver):
    for version, unread in ((1, 3), (3, 1), (2, 2), (3, 1), (4, 0)):
        deliver(NoticesRead(user_id=WHO, version=version, unread=unread))
    assert told() == [(f"user:{WHO}", "notice.read", {"unread": unread}) for unread in (3, 1, 0)]


def test_an_ended_session_is_told_to_its_sockets(deliver):
    session = uuid4()
    deliver(SessionRevoked(session_id=session, user_id=WHO, reason="logout", expires_at=AT), times=2)
    assert told() == [(f"session:{session}", "session.revoked", {})]


def test_changed_rights_are_told_to_the_persons_sockets(deliver):
    deliver(AssignmentRevoked(user_id=WHO, access_version=4, role="tts.agent", roles=("hdts.employee",), permissions=("ticket.submit",)))
    body = {"access_version": 4, "roles": ["hdts.employee"], "permissions": ["ticket.submit"]}
    assert told() == [(f"access:{WHO}", "access.changed", body)]


def test_rows_of_the_stream_are_forgotten_after_seven_days(deliver, frozen_clock, run_due_jobs):
    frozen_clock.at(AT)
    plan_recurring()
    for age in (timedelta(days=7, minutes=1), timedelta(days=6, hours=23), timedelta(0)):
        frozen_clock.at(AT + timedelta(days=8) - age)
        deliver(NoticesRead(user_id=uuid4(), version=1, unread=1))
    frozen_clock.at(AT + timedelta(days=8))
    kept = [row.number for row in stream()[1:]]
    run_due_jobs()
    assert list(StreamRow.objects.order_by("number").values_list("number", flat=True)) == kept


def test_a_notice_costs_these_queries(deliver, query_budget):
    with query_budget("show_notice"):
        deliver(a_notice())

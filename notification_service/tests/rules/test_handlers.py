"""The door of the table, as the worker opens it."""

from datetime import timedelta

import pytest

from notices.models import Notice
from servicekit.contracts import messaging as said
from servicekit.contracts import ticket as tickets
from servicekit.models import DeadLetter, ScheduledJob
from servicekit.testing.events import message_of, receive_message
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment():
    return said.CommentPosted(**make.comment_fields(audience=(make.a_person().id,)))


def test_a_comment_that_overtakes_its_ticket_is_told_once_the_ticket_is_known(comment, frozen_clock, run_due_jobs):
    requester = make.a_person()
    receive_message(message_of(comment))
    assert (Notice.objects.count(), ScheduledJob.objects.get().kind) == (0, "servicekit.retry_event")
    receive_message(
        message_of(
            tickets.TicketSubmitted(**make.ticket_fields(ticket_id=comment.ticket_id, requester=requester), by=requester),
        )
    )
    frozen_clock.advance(timedelta(seconds=2))
    run_due_jobs()
    assert sorted(notice.kind for notice in Notice.objects.all()) == ["comment", "received", "reply"]
    assert DeadLetter.objects.count() == 0


def test_a_comment_on_a_ticket_that_never_comes_is_kept_as_a_dead_letter_with_its_reason(comment, frozen_clock, run_due_jobs):
    receive_message(message_of(comment))
    for _ in range(4):
        frozen_clock.advance(timedelta(seconds=16))
        run_due_jobs()
    letter = DeadLetter.objects.get()
    assert (letter.name, letter.handler) == ("comment.posted", "rules.handlers.tell")
    assert letter.reason == f"RequesterUnknown: the requester of ticket {comment.ticket_id} is not known yet"
    assert Notice.objects.count() == 0


def test_the_same_message_from_the_broker_three_times_is_told_once():
    message = message_of(tickets.TicketResolved(**make.ticket_fields(), resolved_at=make.AT))
    for _ in range(3):
        receive_message(message, redelivered=True)
    assert Notice.objects.count() == 1

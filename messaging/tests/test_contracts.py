"""What this service hears and says, held against the frozen samples."""

from uuid import uuid4

import pytest

from comments.models import Clearance, Conversation, Participant
from comments.services import post_comment
from servicekit.contracts import Event, auth, messaging, notification, ticket, workflow
from servicekit.events.handling import handlers
from servicekit.stream.models import StreamRow
from servicekit.testing.contracts import assert_looks_like_samples, samples_for, types_published_by
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db

ACCESS: list[type[Event]] = [auth.AssignmentGranted, auth.AssignmentRevoked, auth.AssignmentUpdated, auth.SessionRevoked]
TASKS = [event for event in types_published_by(workflow) if event.type.startswith("task.")]
STATEFUL = [*types_published_by(ticket), *(event for event in TASKS if event is not workflow.TicketUnmatched)]
HEARD: list[type[Event]] = [*ACCESS, *types_published_by(ticket), *TASKS, *types_published_by(notification)]


def rows() -> tuple[int, ...]:
    return Conversation.objects.count(), Participant.objects.count(), Clearance.objects.count(), StreamRow.objects.count()


def test_this_service_hears_these_events_and_no_others():
    ours = {type for type, by_name in handlers.items() if any(not name.startswith("servicekit.") for name in by_name)}
    assert ours == {event.type for event in HEARD}


@pytest.mark.parametrize("event_class", HEARD, ids=lambda event: event.type)
def test_every_sample_is_handled_twice_with_one_effect(event_class, deliver):
    samples = samples_for(event_class)
    assert samples, f"{event_class.type} has no frozen sample"
    for event in samples:
        event_id = deliver(event)
        once = rows()
        assert once != (0, 0, 0, 0)
        deliver(event, event_id=event_id)
        assert rows() == once


@pytest.mark.parametrize("event_class", STATEFUL, ids=lambda event: event.type)
def test_the_same_news_under_another_id_is_no_news(event_class, deliver):
    for event in samples_for(event_class):
        deliver(event, event_id=uuid4())
        once = rows()
        deliver(event, event_id=uuid4())
        assert rows() == once


def test_what_this_service_says_looks_like_the_samples(principal, published):
    rita, alan = principal(), principal("tts.agent")
    thread = make_conversation(requester=rita, assignee=alan)
    post_comment(ticket_id=thread.ticket_id, body="Hello", visibility="public", by=rita)
    said = published()
    assert {type(event) for event in said} == set(types_published_by(messaging))
    for event in said:
        assert_looks_like_samples(event)

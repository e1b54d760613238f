"""What this service hears and says, held against the frozen samples."""

from uuid import UUID, uuid4

import pytest

from mail.models import Delivery
from notices.models import Notice
from notices.services import create_notices, mark_all_read
from recipients.models import Recipient, TicketPeople
from rules.table import RULES
from servicekit.contracts import Event, auth, notification, registry
from servicekit.contracts import ticket as tickets
from servicekit.events.handling import handlers
from servicekit.testing.contracts import assert_looks_like_samples, samples_for, types_published_by
from tests import factories as make

pytestmark = pytest.mark.django_db

PEOPLE = [auth.UserCreated, auth.UserUpdated, auth.UserActivated, auth.UserDeactivated]
ACCESS = [auth.AssignmentGranted, auth.AssignmentRevoked, auth.AssignmentUpdated]
HEARD: list[type[Event]] = [*PEOPLE, *ACCESS, tickets.TicketImported, *RULES]


def rows() -> tuple[int, ...]:
    return Notice.objects.count(), Delivery.objects.count(), Recipient.objects.count(), TicketPeople.objects.count()


def is_ours(handler: str) -> bool:
    return not handler.startswith("servicekit.")


def test_this_service_hears_these_events_and_no_others():
    heard = {type for type, by_name in handlers.items() if any(is_ours(name) for name in by_name)}
    assert heard == {event.type for event in HEARD}


@pytest.mark.parametrize("event_class", HEARD, ids=lambda event: event.type)
def test_every_sample_is_handled_twice_with_one_effect(event_class, deliver):
    samples = samples_for(event_class)
    assert samples, f"{event_class.type} has no frozen sample"
    for event in samples:
        know_the_people_of(event)
        event_id = deliver(event)
        once = rows()
        deliver(event, event_id=event_id)
        assert rows() == once


@pytest.mark.parametrize("event_class", RULES, ids=lambda event: event.type)
def test_every_sample_of_the_table_is_told_to_somebody(event_class, deliver):
    for event in samples_for(event_class):
        know_the_people_of(event)
        event_id = deliver(event)
        assert Notice.objects.filter(event_id=event_id).exists() or getattr(event, "origin", "") in {"escalation", "transfer"}


def know_the_people_of(event) -> None:
    for role in ("hdts.coordinator", "tts.admin"):
        make.make_recipient(role)
    ticket_id: UUID | None = getattr(event, "ticket_id", None)
    if ticket_id is not None:
        people = {"requester_id": uuid4(), "owner_id": uuid4(), "owned_since": make.AT}
        TicketPeople.objects.update_or_create(ticket_id=ticket_id, defaults=people)


def test_what_this_service_says_looks_like_the_samples(principal, published):
    me = principal()
    create_notices(uuid4(), [make.a_message(me.id)])
    mark_all_read(by=me)
    said = published()
    assert {type(event) for event in said} == set(types_published_by(notification))
    for event in said:
        assert_looks_like_samples(event)


def test_every_event_of_the_table_is_in_the_published_language():
    assert [event for event in RULES if registry.get((event.type, event.schema)) is not event] == []

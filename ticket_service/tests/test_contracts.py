"""Every event that we publish looks like its frozen samples; every sample that we listen to is handled, twice."""

from datetime import timedelta

import pytest

from servicekit.contracts import auth, ticket, workflow
from servicekit.events.handling import handlers
from servicekit.testing.contracts import assert_looks_like_samples, samples_for, types_published_by
from servicekit.testing.events import deliver_event
from servicekit.testing.keys import make_principal
from tests import factories
from tickets import services
from tickets.models import HistoryEntry, KnownPerson, Ticket
from tickets.services.close import CLOSES_AFTER
from tickets.status import Priority, Status
from transfer.services import import_tickets

pytestmark = pytest.mark.usefixtures("seeded")
THEIRS = [event for module in (workflow, auth) for event in types_published_by(module)]
HEARD = [event for event in THEIRS if any(name.startswith("tickets.") for name in handlers[event.type])]


def ticket_with_id(ticket_id):
    """An approved ticket that the samples tell of."""
    ticket = factories.fresh(factories.open_ticket())
    ticket.id, ticket.number = ticket_id, "TTS-00000000"
    ticket.save(force_insert=True)


def publish_everything(clock):
    """One ticket's long life and three short ones, by the real services."""
    requester, coordinator = factories.employee(), factories.coordinator()
    long = factories.new_ticket(requester)
    services.edit_ticket(number=long.number, change=services.Change(subject="Else"), expected_version=1, by=requester)
    services.approve_ticket(number=long.number, priority=Priority.LOW, department="IT", by=coordinator)
    deliver_event(factories.started(long))
    deliver_event(factories.completed(long))
    services.close_ticket(number=long.number, comment="Thanks.", by=requester)
    services.reopen_ticket(number=long.number, reason="Again.", by=requester)
    services.withdraw_ticket(number=long.number, reason="Never mind.", by=requester)
    services.reject_ticket(number=factories.new_ticket().number, reason="No.", by=coordinator)
    stale = factories.resolved_ticket()
    clock.advance(CLOSES_AFTER + timedelta(seconds=1))
    services.close_stale_ticket(ticket_id=stale.id)
    row = {"external_id": "1", "subject": "Old", "description": "x", "category": "others", "urgency": 1, "impact": 1}
    import_tickets(source="old", status=Status.CLOSED, rows=[row], dry_run=False, by=make_principal("tts.admin"))


def test_every_fact_of_our_contract_is_published_in_the_shape_of_its_samples(published, frozen_clock):
    publish_everything(frozen_clock)
    events = published()
    assert {type(event) for event in events} == set(types_published_by(ticket)) - {ticket.TicketEvent}
    for event in events:
        assert_looks_like_samples(event)


def test_versions_of_a_ticket_rise_by_each_of_its_facts(published, frozen_clock):
    publish_everything(frozen_clock)
    seen: dict[object, int] = {}
    for event in published():
        assert event.version > seen.get(event.ticket_id, 0)
        seen[event.ticket_id] = event.version


def test_we_hear_all_of_the_work_and_of_people():
    assert {event.type for event in HEARD} == {
        "task.opened", "task.assigned", "task.unassigned", "task.started", "task.held", "task.resumed", "task.step_completed",
        "task.escalated", "task.transferred", "task.completed", "task.cancelled", "task.unmatched",
        "user.created", "user.updated", "user.activated", "user.deactivated",
    }  # fmt: skip


@pytest.mark.parametrize("event_class", HEARD, ids=lambda event: event.type)
def test_every_sample_is_handled_and_the_second_time_changes_nothing(event_class):
    samples = samples_for(event_class)
    assert samples
    for sample in samples:
        if hasattr(sample, "ticket_id"):
            ticket_with_id(sample.ticket_id)
        event_id = deliver_event(sample)
        effect = list(Ticket.objects.values()), HistoryEntry.objects.count(), list(KnownPerson.objects.values())
        deliver_event(sample, event_id=event_id)
        assert (list(Ticket.objects.values()), HistoryEntry.objects.count(), list(KnownPerson.objects.values())) == effect

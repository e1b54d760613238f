"""Two at once: one wins, the other hears of it."""

import pytest
from django.db import connection, transaction

from servicekit.contracts.ticket import TicketApproved, TicketClosed, TicketSubmitted
from tests import factories
from tickets.errors import IllegalTransition
from tickets.models import HistoryEntry, Ticket
from tickets.services import TicketRequest, approve_ticket, close_stale_ticket, close_ticket, reject_ticket, submit_ticket, withdraw_ticket
from tickets.services.close import CLOSES_AFTER
from tickets.status import Priority

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _seeded():
    factories.seed()


def outcomes(results):
    return sorted(type(result).__name__ for result in results)


def test_two_coordinators_at_a_time_give_one_approval_and_one_409(at_once, published):
    ticket = factories.new_ticket()
    results = at_once(
        [
            lambda priority=priority: approve_ticket(number=ticket.number, priority=priority, department="IT", by=factories.coordinator())
            for priority in (Priority.HIGH, Priority.LOW)
        ]
    )
    assert outcomes(results) == ["IllegalTransition", "Ticket"]
    (event,) = published(TicketApproved)
    assert (event.priority, event.version) == (factories.fresh(ticket).priority, 2)
    assert HistoryEntry.objects.filter(action="approve").count() == 1


def test_two_coordinators_with_the_api_at_a_time_get_200_and_409(at_once, api_as):
    ticket = factories.new_ticket()
    clients = [api_as("hdts.coordinator"), api_as("hdts.coordinator")]
    body = {"priority": "high", "department": "IT"}
    responses = at_once([lambda client=client: client.post(f"/api/v1/tickets/{ticket.number}/approve/", body) for client in clients])
    assert sorted(response.status_code for response in responses) == [200, 409]


def test_approving_while_the_other_rejects_and_the_requester_withdraws_has_one_winner(at_once, published):
    requester = factories.employee()
    for _ in range(5):
        ticket = factories.new_ticket(requester)
        factories.forget_published()
        number = ticket.number
        results = at_once(
            [
                lambda number=number: approve_ticket(number=number, priority=Priority.HIGH, department="IT", by=factories.coordinator()),
                lambda number=number: reject_ticket(number=number, reason="No.", by=factories.coordinator()),
                lambda number=number: withdraw_ticket(number=number, reason="No.", by=requester),
            ]
        )
        versions = [event.version for event in published()]
        losers = [result for result in results if isinstance(result, IllegalTransition)]
        assert all(isinstance(result, Ticket | IllegalTransition) for result in results)
        assert versions == list(range(2, 2 + 3 - len(losers)))  # an approved ticket may be withdrawn after, nothing else
        assert factories.fresh(ticket).version == versions[-1]


def test_closing_by_hand_while_the_clock_closes_closes_once(at_once, published, frozen_clock):
    requester = factories.employee()
    ticket = factories.resolved_ticket(requester)
    frozen_clock.advance(CLOSES_AFTER)
    results = at_once(
        [
            lambda: close_ticket(number=ticket.number, comment="", by=requester),
            lambda: close_stale_ticket(ticket_id=ticket.id),
        ]
    )
    assert outcomes(results) in (["Ticket", "bool"], ["IllegalTransition", "bool"])
    assert len(published(TicketClosed)) == 1


def test_the_same_key_ten_times_at_once_makes_one_ticket(at_once, api_as, published):
    client = api_as("hdts.employee")
    body = {"category": "others", "subject": "The door squeaks", "description": "x"}
    twins = [api_as(principal=client.principal) for _ in range(10)]
    responses = at_once([lambda twin=twin: twin.post("/api/v1/tickets/", body, headers={"Idempotency-Key": "k"}) for twin in twins])
    assert {response.status_code for response in responses} == {201}
    assert len({response.json()["number"] for response in responses}) == 1
    assert (Ticket.objects.count(), len(published(TicketSubmitted))) == (1, 1)


def test_many_at_once_get_different_numbers(at_once):
    request = TicketRequest(category="others", subject="x", description="x")

    def file_five():
        return [submit_ticket(request=request, by=factories.employee()).number for _ in range(5)]

    numbers = [number for batch in at_once([file_five] * 8) for number in batch]
    assert len(set(numbers)) == 40 == Ticket.objects.count()


def test_a_failure_after_the_fact_takes_the_fact_back(published):
    def file_and_fail():
        with transaction.atomic():
            factories.new_ticket()
            raise ConnectionError

    with pytest.raises(ConnectionError):
        file_and_fail()
    assert (Ticket.objects.count(), published()) == (0, [])
    assert not connection.in_atomic_block

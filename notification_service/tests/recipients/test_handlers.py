"""The events of other services, through the real inbox."""

from uuid import uuid4

import pytest

from recipients.models import Recipient, TicketPeople
from servicekit.contracts import auth
from servicekit.contracts import ticket as tickets
from servicekit.contracts import workflow as work
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_life_of_an_account_is_followed(deliver):
    user_id = uuid4()
    deliver(auth.UserCreated(**make.user_fields(user_id=user_id)))
    deliver(auth.AssignmentGranted(**make.access_fields(user_id=user_id)))
    deliver(auth.UserUpdated(**make.user_fields(user_id=user_id, version=2, email="rosa@example.com")))
    deliver(auth.UserDeactivated(**make.user_fields(user_id=user_id, version=3, email="rosa@example.com", is_active=False)))
    deliver(auth.AssignmentUpdated(**make.access_fields(user_id=user_id, access_version=2, permissions=("ticket.own", "ticket.approve"))))
    person = Recipient.objects.get()
    assert (person.email, person.is_active, person.permissions) == ("rosa@example.com", False, ["ticket.own", "ticket.approve"])


def test_an_imported_ticket_is_remembered(deliver):
    fields = make.ticket_fields()
    deliver(tickets.TicketImported(**fields, by=make.a_person(), source="csv"), times=2)
    people = TicketPeople.objects.get()
    assert (people.ticket_id, people.requester_id, people.owner_id) == (fields["ticket_id"], fields["requester"].id, None)


def test_the_owner_of_an_opened_task_is_remembered(deliver):
    fields = make.task_fields()
    deliver(work.TaskOpened(**fields, workflow_id=uuid4(), workflow_name="Repairs", workflow_version=1, target_at=None))
    assert TicketPeople.objects.get().owner_id == fields["owner"].id

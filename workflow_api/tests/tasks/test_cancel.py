from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketClosed
from servicekit.contracts.workflow import TaskCancelled
from servicekit.models import ScheduledJob
from tasks.models import TaskItem, Waiting
from tests.factories import approved, only_task, publish_one, state, ticket_event, withdrawn


def test_withdrawing_the_ticket_cancels_the_task_and_names_who_had_it(task, desk, deliver, published, frozen_clock):
    deliver(withdrawn(), times=2)
    cancelled, item = only_task(), TaskItem.objects.get()
    assert (cancelled.status, cancelled.closed_at, cancelled.clock.stopped_at) == ("cancelled", frozen_clock.now, frozen_clock.now)
    assert (item.status, item.closed_by_name, ScheduledJob.objects.count()) == ("cancelled", "Rita Requester", 0)
    (event,) = published()
    assert isinstance(event, TaskCancelled)
    assert (event.version, event.reason, event.assignees) == (3, "Found water", (Person(id=desk.ann.id, name="Ann"),))


def test_a_withdrawn_ticket_no_longer_waits(desk, deliver, published):
    deliver(approved(category="others", subcategory=""))
    deliver(withdrawn(category="others", subcategory=""))
    assert Waiting.objects.count() == 0
    assert [event.type for event in published()] == ["task.unmatched"]


def test_a_step_that_waits_is_cancelled_with_its_task(db, deliver, published):
    publish_one()
    deliver(approved())
    deliver(withdrawn())
    assert (only_task().status, Waiting.objects.count()) == ("cancelled", 0)
    assert published()[-1].assignees == ()


def test_an_older_withdrawal_does_not_cancel(task, deliver):
    before = state()
    deliver(withdrawn(version=1))
    assert state() == before


def test_closing_a_ticket_whose_task_is_over_changes_nothing(task, deliver):
    deliver(withdrawn())
    before = state()
    deliver(ticket_event(TicketClosed, version=9, status="closed", comment=""))
    assert state() == before

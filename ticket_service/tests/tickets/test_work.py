"""What the events of the work do to a ticket: through the real inbox, in every order."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketResolved, TicketStatusChanged
from servicekit.contracts.workflow import (
    TaskCancelled,
    TaskEscalated,
    TaskResumed,
    TaskStepCompleted,
    TaskTransferred,
    TaskUnassigned,
    TicketUnmatched,
)
from servicekit.events import Malformed
from servicekit.models import ScheduledJob
from tests import factories
from tests.factories import AGENT, OWNER, a_task, assigned, completed, fresh, held, opened, started
from tickets import services
from tickets.models import HistoryEntry, Involvement, TaskRun

pytestmark = pytest.mark.usefixtures("seeded")
BEN = Person(id=UUID(int=0xB), name="Ben Agent")


@pytest.fixture
def ticket():
    ticket = factories.open_ticket()
    factories.forget_published()
    return ticket


def history(ticket):
    entries = HistoryEntry.objects.filter(ticket=ticket).exclude(action__in=["submit", "approve"]).order_by("id")
    return [(entry.action, entry.from_status, entry.to_status, entry.by_name, entry.detail, entry.reason) for entry in entries]


def shown(ticket):
    now = fresh(ticket)
    return now.status, now.step, now.assignee_name, now.owner_name


def test_an_assigned_step_shows_its_assignee_and_owner_who_may_now_see_the_ticket(ticket, deliver, published):
    deliver(assigned(ticket))
    now = fresh(ticket)
    assert (now.status, now.step, now.assignee, now.owner, now.version) == ("open", "Diagnose", AGENT, OWNER, 3)
    assert set(Involvement.objects.values_list("user_id", flat=True)) == {AGENT.id, OWNER.id}
    assert history(ticket) == [("assign", "open", "open", "System", "Diagnose: Ada Agent", "")]
    assert published() == []  # workflow_api has said it already


def test_the_whole_work_is_due_when_the_task_says(ticket, deliver):
    due = datetime(2026, 12, 24, 12, tzinfo=UTC)
    deliver(opened(ticket, target_at=due))
    assert fresh(ticket).target_at == due
    assert history(ticket) == [("open", "open", "open", "System", "Support v3", "")]


def test_a_started_task_puts_the_ticket_in_progress(ticket, deliver, published):
    deliver(assigned(ticket))
    deliver(started(ticket))
    assert shown(ticket) == ("in_progress", "Diagnose", "Ada Agent", "Cleo Coordinator")
    (event,) = published()
    assert isinstance(event, TicketStatusChanged)
    assert (event.previous, event.status, event.version) == ("open", "in_progress", 4)
    assert history(ticket)[-1] == ("start", "open", "in_progress", "Ada Agent", "Diagnose", "")


def test_hold_and_resume_are_followed_with_their_reason(ticket, deliver, published):
    deliver(started(ticket, 3))
    deliver(held(ticket, 4))
    assert fresh(ticket).status == "on_hold"
    deliver(a_task(ticket, TaskResumed, 5, by=AGENT))
    assert fresh(ticket).status == "in_progress"
    assert [(event.previous, event.status) for event in published(TicketStatusChanged)] == [
        ("open", "in_progress"), ("in_progress", "on_hold"), ("on_hold", "in_progress"),
    ]  # fmt: skip
    assert history(ticket)[1:] == [
        ("hold", "in_progress", "on_hold", "Ada Agent", "Diagnose", "A part is missing."),
        ("resume", "on_hold", "in_progress", "Ada Agent", "Diagnose", ""),
    ]


def test_completed_work_resolves_the_ticket_and_starts_the_clock(ticket, deliver, published, frozen_clock):
    deliver(started(ticket))
    factories.forget_published()
    deliver(completed(ticket))
    now = fresh(ticket)
    assert (now.status, now.resolved_at, now.assignee, now.step) == ("resolved", frozen_clock.now, None, "")
    (event,) = published()
    assert isinstance(event, TicketResolved)
    assert (event.status, event.resolved_at, event.version) == ("resolved", frozen_clock.now, now.version)
    job = ScheduledJob.objects.get(kind="ticket.auto_close")
    assert (job.key, job.run_at) == (str(ticket.id), frozen_clock.now + timedelta(hours=72))
    assert TaskRun.objects.get().is_over


def test_an_unassigned_step_makes_the_ticket_pending_until_somebody_has_it(ticket, deliver, published):
    deliver(a_task(ticket, TaskUnassigned, 2, assignee=None, reason="Nobody is tts.agent."))
    assert shown(ticket) == ("pending", "Diagnose", "", "Cleo Coordinator")
    assert history(ticket) == [("unassign", "open", "pending", "System", "Diagnose", "Nobody is tts.agent.")]
    deliver(assigned(ticket, 3, origin="joined"))
    assert shown(ticket) == ("open", "Diagnose", "Ada Agent", "Cleo Coordinator")
    assert [(event.previous, event.status) for event in published()] == [("open", "pending"), ("pending", "open")]


def test_a_ticket_that_no_workflow_fits_is_pending(ticket, deliver, published):
    deliver(TicketUnmatched(ticket_id=ticket.id, version=1, number=ticket.number, subject=ticket.subject, reason="No workflow."))
    assert fresh(ticket).status == "pending"
    assert history(ticket) == [("unmatched", "open", "pending", "System", "", "No workflow.")]
    assert [(event.previous, event.status) for event in published()] == [("open", "pending")]


def test_a_late_word_of_no_workflow_does_not_stop_work_that_has_begun(ticket, deliver, published):
    deliver(assigned(ticket))
    deliver(TicketUnmatched(ticket_id=ticket.id, version=1, number=ticket.number, subject=ticket.subject, reason="No workflow."))
    assert fresh(ticket).status == "open"
    assert history(ticket)[-1] == ("unmatched", "open", "open", "System", "", "No workflow.")
    assert published() == []


@pytest.mark.parametrize(("event_class", "entry"), [(TaskEscalated, "escalate"), (TaskTransferred, "transfer")])
def test_a_step_that_is_handed_over_shows_the_new_assignee_and_both_may_see_it(ticket, deliver, event_class, entry):
    deliver(assigned(ticket))
    deliver(a_task(ticket, event_class, 3, assignee=BEN, previous=AGENT, by=AGENT, reason="Too hard."))
    assert shown(ticket) == ("open", "Diagnose", "Ben Agent", "Cleo Coordinator")
    assert set(Involvement.objects.values_list("user_id", flat=True)) == {AGENT.id, BEN.id, OWNER.id}
    assert history(ticket)[-1] == (entry, "open", "open", "Ada Agent", "Diagnose: Ben Agent", "Too hard.")


def test_a_completed_step_is_written_down_without_the_agents_note(ticket, deliver):
    deliver(started(ticket))
    deliver(a_task(ticket, TaskStepCompleted, 4, by=AGENT, transition="fix", transition_name="Fixed", next_step="test", note="His fault."))
    assert history(ticket)[-1] == ("step", "in_progress", "in_progress", "Ada Agent", "Diagnose: Fixed", "")
    assert "His fault." not in str(list(HistoryEntry.objects.values()))


def test_cancelled_work_leaves_a_withdrawn_ticket_without_assignee(deliver, published):
    requester = factories.employee()
    ticket = factories.open_ticket(requester)
    deliver(assigned(ticket))
    services.withdraw_ticket(number=ticket.number, reason="No need.", by=requester)
    factories.forget_published()
    deliver(a_task(ticket, TaskCancelled, 5, reason="withdrawn", assignees=(AGENT,)))
    assert shown(ticket) == ("withdrawn", "", "", "Cleo Coordinator")
    assert history(ticket)[-1] == ("cancel", "withdrawn", "withdrawn", "System", "", "withdrawn")
    assert published() == []


def test_work_that_completes_after_a_withdrawal_does_not_bring_the_ticket_back(deliver, published):
    requester = factories.employee()
    ticket = factories.open_ticket(requester)
    deliver(started(ticket))
    services.withdraw_ticket(number=ticket.number, reason="No need.", by=requester)
    factories.forget_published()
    deliver(completed(ticket))
    assert fresh(ticket).status == "withdrawn"
    assert fresh(ticket).resolved_at is None
    assert history(ticket)[-1][:3] == ("resolve", "withdrawn", "withdrawn")
    assert (published(), ScheduledJob.objects.count()) == ([], 0)


def test_the_same_event_twice_has_one_effect(ticket, deliver, published):
    deliver(started(ticket), times=3)
    assert len(history(ticket)) == 1
    assert len(published()) == 1


def test_what_is_older_than_what_is_known_is_only_written_down(ticket, deliver, published):
    deliver(held(ticket, 4))
    deliver(assigned(ticket, 2, assignee=BEN))
    deliver(started(ticket, 3))
    assert shown(ticket)[0] == "on_hold"
    assert [entry[:3] for entry in history(ticket)] == [
        ("hold", "open", "on_hold"),
        ("assign", "on_hold", "on_hold"),
        ("start", "on_hold", "on_hold"),
    ]
    assert len(published()) == 1
    assert Involvement.objects.filter(user_id=BEN.id).exists()  # he had it, so he may look


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_the_end_of_the_story_is_the_same_in_every_order_of_arrival(deliver, published, order):
    ticket = factories.open_ticket()
    factories.forget_published()
    due = datetime(2026, 12, 24, tzinfo=UTC)
    story = [opened(ticket, 1, target_at=due), assigned(ticket, 2), started(ticket, 3), held(ticket, 4), completed(ticket, 5)]
    for index in order:
        deliver(story[index])
    now = fresh(ticket)
    assert (now.status, now.assignee, now.step, now.owner) == ("resolved", None, "", OWNER)
    assert len(history(ticket)) == 5
    assert len(published(TicketResolved)) == 1
    assert set(Involvement.objects.values_list("user_id", flat=True)) == {AGENT.id, OWNER.id}


def test_after_a_reopening_the_new_work_counts_and_the_old_is_history(deliver):
    requester = factories.employee()
    ticket = factories.open_ticket(requester)
    deliver(started(ticket))
    deliver(completed(ticket, 9))
    services.reopen_ticket(number=ticket.number, reason="Again.", by=requester)
    second = uuid4()
    deliver(assigned(ticket, 2, task_id=second, assignee=BEN))
    deliver(held(ticket, 10))  # late, of the first task
    assert shown(ticket) == ("open", "Diagnose", "Ben Agent", "Cleo Coordinator")
    deliver(completed(ticket, 4, task_id=second))
    assert fresh(ticket).status == "resolved"


def test_a_task_that_replaces_another_takes_over(ticket, deliver):
    deliver(assigned(ticket, 7))
    deliver(assigned(ticket, 1, task_id=uuid4(), assignee=BEN))
    deliver(assigned(ticket, 8))
    assert shown(ticket)[2] == "Ben Agent"
    assert TaskRun.objects.filter(is_over=False).count() == 1


def test_work_on_a_ticket_that_never_was_is_a_dead_letter(ticket, deliver):
    before = factories.state(ticket)
    for event in (
        assigned(ticket, ticket_id=UUID(int=5)),
        TicketUnmatched(ticket_id=UUID(int=5), version=1, number="", subject="", reason=""),
    ):
        with pytest.raises(Malformed, match="there is no ticket 00000000-0000-0000-0000-000000000005"):
            deliver(event)
    assert factories.state(ticket) == before


def test_following_the_work_takes_few_queries(ticket, deliver, query_budget):
    deliver(assigned(ticket))
    with query_budget("handle_task_started"):
        deliver(started(ticket))

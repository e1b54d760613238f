import itertools

import pytest

from comments import services
from comments.models import Clearance, Conversation, Participant, Task
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketApproved, TicketEdited, TicketImported
from servicekit.contracts.workflow import (
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskEscalated,
    TaskStarted,
    TaskStepCompleted,
    TicketUnmatched,
)
from servicekit.principal import SYNTHETIC_ID
from tests.factories import Story, forget_told, may_read_internal, person, stream, told

pytestmark = pytest.mark.django_db


def copy_of(story: Story) -> tuple[int, str, str]:
    return Conversation.objects.values_list("version", "status", "subject").get(ticket_id=story.ticket_id)


def people() -> dict[str, tuple[str, bool]]:
    return {row.name: (row.role, row.is_current) for row in Participant.objects.all()}


def test_a_submitted_ticket_has_its_conversation(deliver):
    story = Story()
    deliver(story.ticket(), times=2)
    row = Conversation.objects.get()
    assert (row.ticket_id, row.number, row.subject, row.requester_id, row.requester_name, row.status, row.version) == (
        story.ticket_id, "TTS-7K3M9QXD", "Laptop does not start", story.requester.id, "Rita Request", "new", 1,
    )  # fmt: skip


def test_a_changed_ticket_is_told_once_to_its_readers_and_to_those_who_approve(deliver):
    story = Story()
    deliver(story.ticket(), times=2)
    body = {"ticket_id": str(story.ticket_id), "number": "TTS-7K3M9QXD", "status": "new", "priority": "high"}
    assert told() == [(f"ticket:{story.ticket_id}", "ticket.changed", body), ("approvals", "ticket.changed", body)]


def test_a_ticket_that_only_tries_the_system_out_is_told_to_its_readers_alone(deliver):
    story = Story(requester=Person(id=SYNTHETIC_ID, name="Synthetic Transaction"))
    deliver(story.ticket())
    assert [audience for audience, _, _ in told()] == [f"ticket:{story.ticket_id}"]


def test_older_news_of_a_ticket_changes_nothing_and_is_told_to_nobody(deliver):
    story = Story()
    deliver(story.ticket(TicketApproved, version=3, status="open", by=person(), approved_at=story.ticket().submitted_at))
    before = stream()
    deliver(story.ticket(TicketEdited, version=2, status="new", subject="Old", by=person(), changed=("subject",)))
    assert copy_of(story) == (3, "open", "Laptop does not start")
    assert stream() == before


def test_an_imported_ticket_has_its_conversation_and_is_told_to_nobody(deliver):
    story = Story()
    deliver(story.ticket(TicketImported, version=1, status="closed", by=person(), source="it-tickets.csv"))
    assert copy_of(story) == (1, "closed", "Laptop does not start")
    assert stream() == []


def test_a_ticket_first_heard_of_by_its_work_is_completed_by_its_own_news(deliver):
    story = Story()
    deliver(story.task())
    assert copy_of(story) == (0, "", "Laptop does not start")
    deliver(story.ticket(version=1))
    assert copy_of(story) == (1, "new", "Laptop does not start")


def test_owner_and_assignee_take_part(deliver):
    story, alan = Story(), person("Alan")
    deliver(story.item(assignee=alan), times=2)
    assert people() == {"Olga Owner": ("owner", True), "Alan": ("assignee", True)}


def test_a_new_assignee_hears_of_his_item_and_the_others_that_the_work_moved(deliver):
    story, alan = Story(), person("Alan")
    assigned = story.item(assignee=alan)
    deliver(assigned, times=2)
    change = {
        "ticket_id": str(story.ticket_id),
        "step": "diagnose",
        "step_name": "Diagnose",
        "assignee": {"id": str(alan.id), "name": "Alan"},
    }
    item = {
        "ticket_id": str(story.ticket_id),
        "number": "TTS-7K3M9QXD",
        "subject": "Laptop does not start",
        "priority": "high",
        "task_id": str(story.task_id),
        "item_id": str(assigned.item_id),
        "step": "diagnose",
        "step_name": "Diagnose",
        "target_at": None,
    }
    assert told() == [
        (f"ticket:{story.ticket_id}", "task.changed", change),
        ("tasks", "task.changed", change),
        (f"tasks:{alan.id}", "task.changed", change),
        (f"user:{alan.id}", "task.assigned", item),
    ]


def test_the_order_in_which_the_work_is_told_does_not_matter(deliver):
    story, ann, bob, cy, nina = Story(), person("Ann"), person("Bob"), person("Cy"), person("Nina")
    events = [
        story.task(version=1),
        story.item(assignee=ann, version=2),
        story.item(TaskEscalated, assignee=bob, version=3, by=ann, previous=ann, reason="hard"),
        story.item(
            TaskStepCompleted, assignee=bob, version=4, by=bob, transition="done", transition_name="Done", next_step="test", note=""
        ),
        story.item(assignee=cy, version=5, owner=nina),
    ]
    expected = {
        "Olga Owner": ("owner", False),
        "Nina": ("owner", True),
        "Ann": ("assignee", False),
        "Bob": ("assignee", False),
        "Cy": ("assignee", True),
    }
    for order in itertools.permutations(events):
        Conversation.objects.all().delete()
        for event in order:
            services.record_task(event)
        assert people() == expected
        assert Task.objects.get().version == 5


def test_an_assignment_that_arrives_late_is_told_to_its_assignee_alone(deliver):
    story, ann, bob = Story(), person("Ann"), person("Bob")
    deliver(story.item(assignee=bob, version=4))
    forget_told()
    deliver(story.item(assignee=ann, version=3))
    assert [(audience, kind) for audience, kind, _ in told()] == [(f"user:{ann.id}", "task.assigned")]


def test_older_news_of_the_work_is_told_to_nobody(deliver):
    story, ann, bob = Story(), person("Ann"), person("Bob")
    deliver(story.item(TaskEscalated, assignee=bob, version=3, by=ann, previous=ann, reason="hard"))
    before = stream()
    deliver(story.item(TaskAssigned, assignee=ann, version=2))
    assert stream() == before


@pytest.mark.parametrize("ends_first", [True, False])
def test_ended_work_has_no_assignee_whichever_news_comes_first(deliver, ends_first):
    story, alan = Story(), person("Alan")
    news = [
        story.item(assignee=alan, version=2),
        story.task(TaskCompleted, version=3, by=alan, completed_at=story.ticket().submitted_at),
    ]
    for event in reversed(news) if ends_first else news:
        deliver(event)
    assert list(Participant.objects.filter(name="Alan", is_current=True, task__is_open=True)) == []


def test_cancelled_work_leaves_its_assignees_as_former_ones(deliver):
    story, alan = Story(), person("Alan")
    deliver(story.item(assignee=alan, version=2))
    deliver(story.task(TaskCancelled, version=3, reason="withdrawn", assignees=(alan,)))
    assert people() == {"Olga Owner": ("owner", True), "Alan": ("assignee", False)}
    assert Task.objects.get().is_open is False


def test_a_new_owner_takes_the_place_of_the_old_one(deliver):
    story, nina = Story(), person("Nina")
    deliver(story.task(version=1))
    deliver(story.item(TaskStarted, assignee=None, version=2, owner=nina))
    assert people() == {"Olga Owner": ("owner", False), "Nina": ("owner", True)}


def test_an_unmatched_ticket_is_told_to_those_who_see_all_tasks(deliver):
    story = Story()
    deliver(TicketUnmatched(ticket_id=story.ticket_id, version=2, number=story.number, subject=story.subject, reason="no workflow"))
    assert told() == [("tasks", "task.changed", {"ticket_id": str(story.ticket_id), "step": "", "step_name": "", "assignee": None})]


def test_older_news_of_rights_changes_nothing():
    somebody = person()
    may_read_internal(somebody.id, version=4, permissions=())
    may_read_internal(somebody.id, version=3)
    assert list(Clearance.objects.values_list("access_version", "reads_internal")) == [(4, False)]
    may_read_internal(somebody.id, version=5, permissions=("ticket.view_all",))
    assert list(Clearance.objects.values_list("access_version", "reads_internal")) == [(5, True)]

"""Who hears what, by which channel, for each event of the table."""

from uuid import UUID, uuid4

import msgspec
import pytest

from mail.models import Delivery
from notices.models import Notice
from preferences.models import Preference
from recipients.models import TicketPeople
from rules.errors import RequesterUnknown
from rules.kinds import Channel, Kind
from rules.services import tell_people
from servicekit.contracts import messaging as said
from servicekit.contracts import ticket as tickets
from servicekit.contracts import workflow as work
from servicekit.contracts.notification import NoticeCreated, Told
from servicekit.events import receiving
from servicekit.models import ScheduledJob
from servicekit.principal import SYNTHETIC_ID
from servicekit.testing.events import message_of
from tests import factories as make

pytestmark = pytest.mark.django_db

REQUESTER, COORDINATOR, OWNER, AGENT, OTHER, ADMIN = (
    make.a_person(name) for name in ("Rosa Requester", "Carl Coordinator", "Olaf Owner", "Ada Agent", "Otto Other", "Tina Admin")
)
BOTH = {"in_app", "mail"}
TICKET = UUID("8f2c6d4e-0000-4000-8000-000000000001")


@pytest.fixture(autouse=True)
def _people():
    for person, role in [
        (REQUESTER, "hdts.employee"), (COORDINATOR, "hdts.coordinator"), (OWNER, "hdts.coordinator"),
        (AGENT, "tts.agent"), (OTHER, "tts.agent"), (ADMIN, "tts.admin"),
    ]:  # fmt: skip
        make.make_recipient(role, id=person.id, name=person.name, email=f"{person.name.split()[0].lower()}@example.org")
    TicketPeople.objects.create(ticket_id=TICKET, requester_id=REQUESTER.id, owner_id=OWNER.id, owned_since=make.AT)


def told(event) -> dict[tuple[str, str], set[str]]:
    """{(name, kind): channels} after the event."""
    tell_people(event, event_id=uuid4())
    names = {person.id: person.name.split()[0] for person in (REQUESTER, COORDINATOR, OWNER, AGENT, OTHER, ADMIN)}
    heard: dict[tuple[str, str], set[str]] = {}
    for notice in Notice.objects.all():
        heard.setdefault((names[notice.user_id], notice.kind), set()).add("in_app")
    for delivery in Delivery.objects.all():
        heard.setdefault((names[delivery.user_id], delivery.kind), set()).add("mail")
    return heard


def ticket(**changes):
    return make.ticket_fields(ticket_id=TICKET, requester=REQUESTER, **changes)


def task(**changes):
    return make.task_fields(ticket_id=TICKET, requester=REQUESTER, owner=OWNER, **changes)


def item(**changes):
    return make.item_fields(**{"ticket_id": TICKET, "requester": REQUESTER, "owner": OWNER, "assignee": AGENT} | changes)


def test_a_submitted_ticket_is_received_for_its_requester_and_waits_for_the_approvers():
    assert told(tickets.TicketSubmitted(**ticket(), by=REQUESTER)) == {
        ("Rosa", "received"): BOTH,
        ("Carl", "approval"): {"in_app"},
        ("Olaf", "approval"): {"in_app"},
    }


def test_an_approver_who_files_for_somebody_is_not_asked_to_approve_it():
    assert told(tickets.TicketSubmitted(**ticket(), by=COORDINATOR)) == {("Rosa", "received"): BOTH, ("Olaf", "approval"): {"in_app"}}


def test_a_ticket_that_only_tries_the_system_out_is_told_to_nobody():
    tester = make.a_person("Synthetic Transaction", id=SYNTHETIC_ID)
    make.make_recipient(id=tester.id, name=tester.name, email="synthetic@example.org")
    assert told(tickets.TicketSubmitted(**ticket() | {"requester": tester}, by=tester)) == {}


def test_an_approver_who_files_for_himself_only_hears_that_it_was_received():
    event = tickets.TicketSubmitted(**ticket() | {"requester": COORDINATOR}, by=COORDINATOR)
    assert told(event) == {("Carl", "received"): BOTH, ("Olaf", "approval"): {"in_app"}}


def test_an_approval_is_told_to_the_requester():
    assert told(tickets.TicketApproved(**ticket(), by=COORDINATOR, approved_at=make.AT)) == {("Rosa", "status"): BOTH}


def test_a_rejection_is_told_to_the_requester_with_its_reason():
    assert told(tickets.TicketRejected(**ticket(), by=COORDINATOR, reason="A duplicate")) == {("Rosa", "status"): BOTH}
    notice = Notice.objects.get()
    assert (notice.title, notice.body, notice.link) == ("TT-7K3Q9 was rejected", "Printer on fire\nA duplicate", "/tickets/TT-7K3Q9")


def test_a_resolution_is_told_to_the_requester():
    assert told(tickets.TicketResolved(**ticket(), resolved_at=make.AT)) == {("Rosa", "resolved"): BOTH}


def test_a_closing_by_the_clock_is_told_to_the_requester():
    assert told(tickets.TicketClosed(**ticket(), by=None, comment="Closed after 72 hours")) == {("Rosa", "closed"): BOTH}


def test_a_requester_who_closes_his_ticket_is_not_told_of_it():
    assert told(tickets.TicketClosed(**ticket(), by=REQUESTER, comment="")) == {}


def test_a_withdrawal_by_the_requester_is_told_to_the_owner_only():
    assert told(tickets.TicketWithdrawn(**ticket(), by=REQUESTER, reason="Solved itself")) == {("Olaf", "status"): BOTH}


def test_a_withdrawal_before_there_is_an_owner_is_told_to_nobody():
    TicketPeople.objects.update(owner_id=None)
    assert told(tickets.TicketWithdrawn(**ticket(), by=REQUESTER, reason="Solved itself")) == {}


def test_a_reopening_is_told_to_the_owner():
    assert told(tickets.TicketReopened(**ticket(), by=REQUESTER, reason="Burns again", count=1)) == {("Olaf", "reopened"): BOTH}


def test_a_reopening_by_somebody_else_is_told_to_the_requester_too():
    assert told(tickets.TicketReopened(**ticket(), by=ADMIN, reason="Burns again", count=1)) == {
        ("Rosa", "reopened"): BOTH,
        ("Olaf", "reopened"): BOTH,
    }


def test_an_opened_task_is_told_to_its_owner_in_the_app():
    event = work.TaskOpened(**task(), workflow_id=uuid4(), workflow_name="Repairs", workflow_version=3, target_at=None)
    assert told(event) == {("Olaf", "step_change"): {"in_app"}}
    assert Notice.objects.get().body == "Printer on fire\nRepairs. No target."


def test_an_assignment_is_told_to_the_assignee():
    assert told(work.TaskAssigned(**item(), origin="allocation")) == {("Ada", "assignment"): BOTH}


def test_an_escalation_is_told_to_both_sides():
    assert told(work.TaskEscalated(**item(), by=ADMIN, previous=OTHER, reason="Too hard")) == {
        ("Ada", "escalation"): BOTH,
        ("Otto", "transfer_out"): {"in_app"},
    }


def test_an_agent_who_escalates_his_own_step_is_not_told_that_it_left_him():
    assert told(work.TaskEscalated(**item(), by=OTHER, previous=OTHER, reason="Too hard")) == {("Ada", "escalation"): BOTH}


def test_a_transfer_is_told_to_both_sides():
    assert told(work.TaskTransferred(**item(), by=ADMIN, previous=OTHER, reason="On leave")) == {
        ("Ada", "transfer_in"): BOTH,
        ("Otto", "transfer_out"): {"in_app"},
    }


def test_a_transfer_of_an_unassigned_step_has_one_side():
    assert told(work.TaskTransferred(**item(), by=ADMIN, previous=None, reason="Found somebody")) == {("Ada", "transfer_in"): BOTH}


def test_an_unassigned_step_is_told_to_the_admins():
    assert told(work.TaskUnassigned(**item(assignee=None), reason="Nobody holds tts.agent")) == {("Tina", "system"): BOTH}


def test_a_ticket_that_fits_no_workflow_is_told_to_the_admins():
    event = work.TicketUnmatched(ticket_id=TICKET, version=1, number="TT-7K3Q9", subject="Printer on fire", reason="No workflow")
    assert told(event) == {("Tina", "system"): BOTH}


def test_a_completed_step_is_told_to_the_owner_in_the_app():
    event = work.TaskStepCompleted(**item(), by=AGENT, transition="done", transition_name="Done", next_step="check", note="")
    assert told(event) == {("Olaf", "step_change"): {"in_app"}}


def test_a_completed_task_is_told_to_the_owner_in_the_app():
    assert told(work.TaskCompleted(**task(), by=AGENT, completed_at=make.AT)) == {("Olaf", "completed"): {"in_app"}}


def test_a_cancelled_task_is_told_to_all_who_worked_on_it():
    assert told(work.TaskCancelled(**task(), reason="Withdrawn", assignees=(AGENT, OTHER))) == {
        ("Ada", "transfer_out"): {"in_app"},
        ("Otto", "transfer_out"): {"in_app"},
    }


def test_a_near_target_is_told_to_the_assignee_in_the_app():
    assert told(work.SlaWarned(**item(), scope="step")) == {("Ada", "sla_warning"): {"in_app"}}


def test_a_missed_target_is_told_to_assignee_owner_and_admins():
    assert told(work.SlaBreached(**item(), scope="step")) == {
        ("Ada", "sla_breach"): BOTH,
        ("Olaf", "sla_breach"): BOTH,
        ("Tina", "sla_breach"): BOTH,
    }


def test_a_missed_target_of_an_unassigned_step_is_told_to_owner_and_admins():
    assert told(work.SlaBreached(**item(assignee=None), scope="step")) == {("Olaf", "sla_breach"): BOTH, ("Tina", "sla_breach"): BOTH}


def test_a_public_comment_is_a_reply_to_the_requester_and_a_comment_to_the_others():
    event = said.CommentPosted(**make.comment_fields(ticket_id=TICKET, author=AGENT, audience=(REQUESTER.id, OWNER.id)))
    assert told(event) == {("Rosa", "reply"): BOTH, ("Olaf", "comment"): {"in_app"}}
    assert Notice.objects.get(user_id=REQUESTER.id).title == "Ada Agent replied on TT-7K3Q9"


def test_an_internal_note_is_told_to_its_audience_only():
    event = said.CommentPosted(**make.comment_fields(ticket_id=TICKET, author=AGENT, visibility="internal", audience=(OWNER.id,)))
    assert told(event) == {("Olaf", "comment"): {"in_app"}}


def test_a_requester_who_comments_is_not_told_of_his_own_words():
    event = said.CommentPosted(**make.comment_fields(ticket_id=TICKET, author=REQUESTER, audience=(OWNER.id, AGENT.id)))
    assert told(event) == {("Olaf", "comment"): {"in_app"}, ("Ada", "comment"): {"in_app"}}


def test_a_public_comment_waits_until_the_ticket_is_known_and_tells_nobody_before():
    event = said.CommentPosted(**make.comment_fields(author=AGENT, audience=(OWNER.id,)))
    with pytest.raises(RequesterUnknown):
        tell_people(event, event_id=uuid4())
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)


def test_whose_account_is_switched_off_is_not_told_anything(published):
    from recipients.models import Recipient

    Recipient.objects.filter(id__in=[REQUESTER.id, COORDINATOR.id]).update(is_active=False)
    assert told(tickets.TicketSubmitted(**ticket(), by=REQUESTER)) == {("Olaf", "approval"): {"in_app"}}
    assert [told.user_id for event in published(NoticeCreated) for told in event.told] == [OWNER.id]


def test_somebody_whose_profile_is_not_known_yet_is_told_and_his_mail_waits(run_due_jobs):
    stranger = make.a_person("Newt Newcomer")
    tell_people(tickets.TicketApproved(**ticket() | {"requester": stranger}, by=COORDINATOR, approved_at=make.AT), event_id=uuid4())
    run_due_jobs()
    assert Notice.objects.get().user_id == stranger.id
    delivery = Delivery.objects.get()
    assert (delivery.user_id, delivery.state, delivery.last_error) == (stranger.id, "pending", "the address is not known yet")


def test_a_channel_that_somebody_switched_off_is_not_used():
    Preference.objects.create(user_id=REQUESTER.id, kind=Kind.STATUS, channel=Channel.MAIL, is_on=False)
    assert told(tickets.TicketApproved(**ticket(), by=COORDINATOR, approved_at=make.AT)) == {("Rosa", "status"): {"in_app"}}


def test_a_channel_that_somebody_switched_on_is_used():
    Preference.objects.create(user_id=COORDINATOR.id, kind=Kind.APPROVAL, channel=Channel.MAIL, is_on=True)
    assert told(tickets.TicketSubmitted(**ticket(), by=REQUESTER))["Carl", "approval"] == BOTH


def test_a_preference_for_one_kind_leaves_the_others_alone():
    Preference.objects.create(user_id=COORDINATOR.id, kind=Kind.RECEIVED, channel=Channel.IN_APP, is_on=False)
    assert told(tickets.TicketSubmitted(**ticket(), by=REQUESTER))["Carl", "approval"] == {"in_app"}


def test_an_event_told_twice_makes_one_notice_and_one_delivery(published):
    event_id = uuid4()
    for _ in range(2):
        tell_people(tickets.TicketApproved(**ticket(), by=COORDINATOR, approved_at=make.AT), event_id=event_id)
    assert (Notice.objects.count(), Delivery.objects.count(), ScheduledJob.objects.count()) == (1, 1, 1)
    assert len(published(NoticeCreated)) == 1


def test_a_notice_is_published_as_it_was_stored(published):
    tell_people(tickets.TicketResolved(**ticket(), resolved_at=make.AT), event_id=uuid4())
    notice = Notice.objects.get()
    assert published() == [
        NoticeCreated(
            version=1, created_at=notice.created_at,
            told=(
                Told(
                    notice_id=notice.id, user_id=REQUESTER.id, kind="resolved", title="TT-7K3Q9 was resolved", body="Printer on fire",
                    link="/tickets/TT-7K3Q9",
                ),
            ),
        )
    ]  # fmt: skip


def test_events_that_came_together_are_told_in_one_fact_and_an_event_that_was_told_before_is_not(published):
    again = uuid4()
    approved = tickets.TicketApproved(**ticket(), by=COORDINATOR, approved_at=make.AT)
    tell_people(approved, event_id=again)
    receiving.receive_all(
        [
            (msgspec.json.encode(message_of(event, event_id=event_id)), False)
            for event, event_id in ((approved, again), (tickets.TicketResolved(**ticket(), resolved_at=make.AT), uuid4()))
        ]
    )
    assert [[told.kind for told in event.told] for event in published(NoticeCreated)] == [["status"], ["resolved"]]
    receiving.receive_all(
        [
            (msgspec.json.encode(message_of(tickets.TicketResolved(**ticket(), resolved_at=make.AT))), False),
            (msgspec.json.encode(message_of(work.TaskCompleted(**task(), by=AGENT, completed_at=make.AT))), False),
        ]
    )
    assert [told.kind for told in published(NoticeCreated)[-1].told] == ["resolved", "completed"]


def test_a_fan_out_to_fifty_coordinators_reads_and_writes_in_bulk(query_budget):
    for _ in range(48):
        make.make_recipient("hdts.coordinator")
    event = tickets.TicketSubmitted(**ticket(), by=REQUESTER)
    with query_budget("tell fifty coordinators"):
        tell_people(event, event_id=uuid4())
    assert Notice.objects.count() == 51


def test_telling_one_person_by_both_channels_takes_few_queries(query_budget):
    event = tickets.TicketApproved(**ticket(), by=COORDINATOR, approved_at=make.AT)
    with query_budget("tell one person"):
        tell_people(event, event_id=uuid4())


def test_a_subject_with_control_characters_and_without_end_is_told_on_one_line():
    event = work.TaskAssigned(**item(step_name="Fix\r\nBcc: x\x00" + "y" * 300), origin="allocation")
    tell_people(event, event_id=uuid4())
    title = Notice.objects.get().title
    assert (len(title), title[:28], title[-1]) == (200, "TT-7K3Q9: Fix Bcc: x" + " " + "y" * 7, "…")

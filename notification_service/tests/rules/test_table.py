"""The table as a whole: every event that is told is told well."""

import msgspec
import pytest

from rules.audience import Parties, Who, actor, lacks, named
from rules.kinds import DEFAULT_CHANNELS, Channel, Kind
from rules.table import RULES, rules_for
from servicekit.contracts import messaging as said
from servicekit.contracts import ticket as tickets
from servicekit.contracts import workflow as work
from tests import factories as make


def test_every_kind_is_used_by_a_rule():
    assert {rule.kind for rules in RULES.values() for rule in rules} == set(Kind)


def test_every_kind_has_default_channels():
    assert set(DEFAULT_CHANNELS) == set(Kind)


def test_mail_is_on_by_default_for_these_kinds_only():
    assert {kind for kind, channels in DEFAULT_CHANNELS.items() if Channel.MAIL in channels} == {
        Kind.RECEIVED, Kind.STATUS, Kind.RESOLVED, Kind.CLOSED, Kind.REOPENED, Kind.ASSIGNMENT,
        Kind.TRANSFER_IN, Kind.ESCALATION, Kind.SLA_BREACH, Kind.REPLY, Kind.SYSTEM,
    }  # fmt: skip


def test_an_imported_ticket_is_told_to_nobody():
    assert rules_for(tickets.TicketImported(**make.ticket_fields(), by=make.a_person(), source="csv")) == []


def test_the_words_of_an_assignment_name_the_step_and_the_target():
    event = work.TaskAssigned(**make.item_fields(), origin="allocation")
    (rule,) = rules_for(event)
    assert rule.words(event) == ("TT-7K3Q9: Fix it is yours", "Printer on fire\nDue 2026-03-02 09:30 UTC.", "/tickets/TT-7K3Q9")


def test_an_assignment_without_target_says_so():
    event = work.TaskAssigned(**make.item_fields(target_at=None), origin="transition")
    assert rules_for(event)[0].words(event)[1] == "Printer on fire\nNo target."


@pytest.mark.parametrize("origin", ["escalation", "transfer"])
def test_an_assignment_that_has_its_own_event_is_not_told_twice(origin):
    assert rules_for(work.TaskAssigned(**make.item_fields(), origin=origin)) == []


@pytest.mark.parametrize(("scope", "title"), [("step", "TT-7K3Q9: Fix it is overdue"), ("task", "TT-7K3Q9: the work is overdue")])
def test_a_missed_target_says_what_is_overdue(scope, title):
    event = work.SlaBreached(**make.item_fields(), scope=scope)
    assert {rule.words(event)[0] for rule in rules_for(event)} == {title}


def test_what_people_wrote_is_never_read_as_a_template():
    evil = "{e.__class__.__mro__} {{7*7}} %s ${x} {due}"
    event = tickets.TicketApproved(**make.ticket_fields(subject=evil), by=make.a_person(), approved_at=make.AT)
    assert rules_for(event)[0].words(event)[1] == evil


def test_a_ticket_closed_by_the_clock_has_no_actor():
    assert actor(tickets.TicketClosed(**make.ticket_fields(), by=None, comment="")) is None


def test_the_author_of_a_comment_is_its_actor():
    author = make.a_person()
    assert actor(said.CommentPosted(**make.comment_fields(author=author))) == author.id


def test_the_owner_of_a_ticket_event_is_the_remembered_one():
    event = tickets.TicketReopened(**make.ticket_fields(), by=make.a_person(), reason="again", count=1)
    owner = make.a_person().id
    assert lacks(event, Who.OWNER) is True
    assert named(event, Who.OWNER, Parties(owner=owner)) == {owner}
    assert named(event, Who.OWNER, Parties()) == frozenset()


def test_the_owner_of_a_task_event_is_in_the_event():
    event = work.TaskCompleted(**make.task_fields(owner=None), by=make.a_person(), completed_at=make.AT)
    assert lacks(event, Who.OWNER) is False
    assert named(event, Who.OWNER, Parties(owner=make.a_person().id)) == frozenset()


def test_a_rule_cannot_be_changed_at_run_time():
    with pytest.raises(AttributeError):
        rules_for(work.TicketUnmatched(ticket_id=make.a_person().id, version=1, number="1", subject="", reason=""))[0].title = "x"  # type: ignore[misc]


def test_every_text_of_the_table_names_only_what_its_event_has():
    for event_class, rules in RULES.items():
        names = {field.name for field in msgspec.structs.fields(event_class)}
        for rule in rules:
            for template in (rule.title, rule.body, rule.link):
                used = {part.split("}")[0].split(".")[0] for part in template.split("{e.")[1:]}
                assert used <= names, f"{event_class.__name__}: {template}"

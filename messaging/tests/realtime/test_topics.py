from uuid import uuid4

import pytest

from comments.errors import TicketNotKnownYet
from realtime.topics import TopicForbidden, UnknownTopic, audiences_of
from servicekit.contracts.permissions import Permission
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db


def behind(topic, by) -> set[str]:
    return set(audiences_of(topic, by))


def test_the_topic_me_is_ones_own(principal):
    me = principal()
    assert behind("me", me) == {f"user:{me.id}"}


def test_the_requester_hears_the_public_thread_alone(principal):
    rita = principal()
    thread = make_conversation(requester=rita)
    ticket = f"ticket:{thread.ticket_id}"
    assert behind(ticket, rita) == {ticket, f"{ticket}:public"}


@pytest.mark.parametrize("role", ["hdts.coordinator", "hdts.admin", "tts.admin", "platform.superuser"])
def test_who_sees_all_tickets_hears_both_threads(principal, role):
    ticket = f"ticket:{make_conversation().ticket_id}"
    assert behind(ticket, principal(role)) == {ticket, f"{ticket}:public", f"{ticket}:internal"}


def test_the_assignee_hears_both_threads_if_he_may_read_notes(principal):
    alan = principal("tts.agent")
    ticket = f"ticket:{make_conversation(assignee=alan).ticket_id}"
    assert behind(ticket, alan) == {ticket, f"{ticket}:public", f"{ticket}:internal"}
    trainee = principal(user_id=alan.id, permissions=[Permission.TASK_ACT])
    assert behind(ticket, trainee) == {ticket, f"{ticket}:public"}


def test_on_his_own_ticket_even_a_superuser_hears_the_public_thread_alone(principal):
    boss = principal("platform.superuser")
    ticket = f"ticket:{make_conversation(requester=boss).ticket_id}"
    assert behind(ticket, boss) == {ticket, f"{ticket}:public"}


@pytest.mark.parametrize("role", ["hdts.employee", "tts.agent"])
def test_an_outsider_and_an_unknown_ticket_are_refused_alike(principal, role):
    for ticket_id in (make_conversation().ticket_id, uuid4()):
        with pytest.raises(TicketNotKnownYet):
            audiences_of(f"ticket:{ticket_id}", principal(role))


@pytest.mark.parametrize(
    ("role", "approvals", "tasks"),
    [
        ("hdts.employee", False, None),
        ("hdts.coordinator", True, None),
        ("hdts.admin", True, None),
        ("tts.agent", False, "tasks:{id}"),
        ("tts.admin", False, "tasks"),
        ("platform.superuser", True, "tasks"),
    ],
)
def test_queues_are_heard_by_those_who_work_on_them(principal, role, approvals, tasks):
    me = principal(role)
    for topic, expected in (("approvals", "approvals" if approvals else None), ("tasks", tasks)):
        if expected:
            assert behind(topic, me) == {expected.format(id=me.id)}
        else:
            with pytest.raises(TopicForbidden):
                audiences_of(topic, me)


@pytest.mark.parametrize("topic", ["", "Me", "user:1", "session:1", "ticket:", "ticket:7", "ticket:{}:internal", "tasks:{}", "access:{}"])
def test_an_audience_is_no_topic(principal, topic):
    with pytest.raises(UnknownTopic):
        audiences_of(topic.format(uuid4()), principal("platform.superuser"))


def test_a_topic_has_one_spelling(principal):
    ticket_id = str(make_conversation().ticket_id)
    for spelling in (ticket_id.upper(), ticket_id.replace("-", ""), f"{{{ticket_id}}}", f"urn:uuid:{ticket_id}"):
        with pytest.raises(UnknownTopic):
            audiences_of(f"ticket:{spelling}", principal("platform.superuser"))

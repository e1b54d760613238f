"""Which topics a person may subscribe to, and which audiences of the stream stand behind each for him."""

from uuid import UUID

from comments import audiences, policies
from comments.selectors import conversation_for
from servicekit.contracts.permissions import Permission
from servicekit.errors import Forbidden, NotFound, require
from servicekit.principal import Principal

TICKET = "ticket:"


class UnknownTopic(NotFound):
    code, title = "unknown_topic", "There is no such topic"


class TopicForbidden(Forbidden):
    code, title = "not_allowed", "You may not hear this topic"


def audiences_of(topic: str, by: Principal) -> frozenset[str]:
    """The audiences behind the topic. Raises UnknownTopic, TopicForbidden or TicketNotKnownYet."""
    if topic.startswith(TICKET):
        return _of_ticket(topic, by)
    if topic == "me":
        return frozenset({audiences.person(by.id)})
    if topic == "approvals" and by.has(Permission.TICKET_APPROVE):
        return frozenset({audiences.APPROVALS})
    if topic == "tasks" and by.has(Permission.TASK_VIEW_ALL):
        return frozenset({audiences.TASKS})
    if topic == "tasks" and by.has(Permission.TASK_ACT):
        return frozenset({audiences.tasks_of(by.id)})
    raise TopicForbidden if topic in {"approvals", "tasks"} else UnknownTopic


def _of_ticket(topic: str, by: Principal) -> frozenset[str]:
    ticket_id = _uuid(topic.removeprefix(TICKET))
    conversation = conversation_for(by, ticket_id)
    threads = (audiences.thread(ticket_id, visibility) for visibility in policies.readable(by, conversation))
    return frozenset({audiences.ticket(ticket_id), *threads})


def _uuid(text: str) -> UUID:
    """The id in its one usual spelling: a topic has one name."""
    try:
        found = UUID(text)
    except ValueError:
        raise UnknownTopic from None
    require(str(found) == text, UnknownTopic)
    return found

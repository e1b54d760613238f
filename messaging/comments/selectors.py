"""Every read of conversations longer than a line."""

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from comments import policies
from comments.errors import TicketNotKnownYet
from comments.models import Clearance, Comment, Conversation, Participant, Visibility
from servicekit.errors import require
from servicekit.principal import Principal


def conversation_for(by: Principal, ticket_id: UUID) -> Conversation:
    """The conversation, if ``by`` may read it. Raises TicketNotKnownYet for a stranger as for an unknown ticket."""
    return _open(by, ticket_id, Conversation.objects.all())


def conversation_to_write(by: Principal, ticket_id: UUID) -> Conversation:
    """The same, locked: comments of one conversation are numbered one after the other."""
    return _open(by, ticket_id, Conversation.objects.select_for_update(no_key=True))


def _open(by: Principal, ticket_id: UUID, conversations: QuerySet[Conversation]) -> Conversation:
    parts = Participant.objects.filter(conversation=OuterRef("pk"), user_id=by.id)
    conversation = conversations.annotate(takes_part=Exists(parts)).filter(pk=ticket_id).first()
    if conversation is None:
        raise TicketNotKnownYet
    require(policies.may_read(by, conversation, takes_part=conversation.takes_part), TicketNotKnownYet)
    return conversation


def comments_for(by: Principal, ticket_id: UUID) -> QuerySet[Comment]:
    """What ``by`` may read of a conversation."""
    conversation = conversation_for(by, ticket_id)
    return Comment.objects.filter(conversation=conversation, visibility__in=policies.readable(by, conversation))


def audience(conversation: Conversation, visibility: str, *, without: UUID) -> tuple[UUID, ...]:
    """Who is to hear of a comment: the owner, the present assignees, and of a public one the requester; never ``without``, its author."""
    current = Participant.objects.filter(conversation=conversation, is_current=True).filter(
        Q(role=Participant.Role.OWNER) | Q(task__is_open=True)
    )
    if visibility == Visibility.INTERNAL:
        current = current.filter(user_id__in=Clearance.objects.filter(reads_internal=True).values("user_id"))
    hearing = set(current.values_list("user_id", flat=True)) - {conversation.requester_id}
    if visibility == Visibility.PUBLIC:
        hearing.add(conversation.requester_id)
    return tuple(sorted(hearing - {without}))

"""Who may read and write what. The API and the socket ask the same predicates."""

from comments.models import Conversation, Visibility
from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def may_read(by: Principal, conversation: Conversation, *, takes_part: bool) -> bool:
    """The requester, whoever owns or works on the ticket or did, and those who see all tickets."""
    return by.id == conversation.requester_id or takes_part or by.has(Permission.TICKET_VIEW_ALL)


def may_read_internal(by: Principal, conversation: Conversation) -> bool:
    """On his own ticket everybody is a requester, whatever else he is; asked of those who may read."""
    return by.id != conversation.requester_id and (by.has(Permission.COMMENT_INTERNAL) or by.has(Permission.TICKET_VIEW_ALL))


def may_write_internal(by: Principal, conversation: Conversation) -> bool:
    """Who reads notes and holds the permission to write them; asked of those who may read."""
    return by.id != conversation.requester_id and by.has(Permission.COMMENT_INTERNAL)


def readable(by: Principal, conversation: Conversation) -> tuple[Visibility, ...]:
    """The visibilities that exist for this reader; asked of those who may read."""
    return (Visibility.PUBLIC, Visibility.INTERNAL) if may_read_internal(by, conversation) else (Visibility.PUBLIC,)

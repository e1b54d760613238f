"""All that can happen to a conversation."""

from uuid import UUID

from django.db import transaction

from comments import feed, policies, selectors
from comments.documents import excerpt
from comments.errors import InternalNoteForbidden
from comments.models import Clearance, Comment, Conversation, Participant, Task, Visibility
from comments.parts import Part, ends_work, gives_work, parts
from servicekit import markdown
from servicekit.clock import now
from servicekit.contracts.auth import AccessEvent
from servicekit.contracts.messaging import CommentPosted
from servicekit.contracts.permissions import Permission
from servicekit.contracts.ticket import TicketEvent, TicketImported
from servicekit.contracts.workflow import ItemEvent, TaskEvent
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import Principal


@transaction.atomic
def post_comment(*, ticket_id: UUID, body: str, visibility: str, by: Principal) -> Comment:
    """Whoever may read a conversation may answer in public; internal notes are for the desk, and never for the requester."""
    conversation = selectors.conversation_to_write(by, ticket_id)
    if visibility == Visibility.INTERNAL:
        require(policies.may_write_internal(by, conversation), InternalNoteForbidden)
    comment = Comment.objects.create(
        conversation=conversation,
        number=conversation.next_number(visibility),
        visibility=visibility,
        author_id=by.id,
        author_name=by.name,
        body=body,
        html=markdown.render(body),
        posted_at=now(),
    )
    conversation.save(update_fields=["public_count", "internal_count"])
    _tell(comment, conversation, by)
    return comment


def _tell(comment: Comment, conversation: Conversation, by: Principal) -> None:
    publish(
        CommentPosted(
            comment_id=comment.id,
            version=comment.version,
            ticket_id=conversation.ticket_id,
            number=conversation.number,
            subject=conversation.subject,
            author=by.person,
            visibility=comment.visibility,
            excerpt=excerpt(comment),
            audience=selectors.audience(conversation, comment.visibility, without=by.id),
            posted_at=comment.posted_at,
        )
    )
    feed.comment_posted(comment)


@transaction.atomic
def record_ticket(event: TicketEvent) -> None:
    """Keep the newest that is known of a ticket; an older fact changes nothing. An imported ticket is news to nobody."""
    conversation = _lock_or_start(event)
    if event.version <= conversation.version:
        return
    conversation.version, conversation.status = event.version, event.status
    conversation.number, conversation.subject = event.number, event.subject
    conversation.requester_id, conversation.requester_name = event.requester.id, event.requester.name
    conversation.save(update_fields=["version", "status", "number", "subject", "requester_id", "requester_name"])
    if not isinstance(event, TicketImported):
        feed.ticket_changed(event)


@transaction.atomic
def record_task(event: TaskEvent) -> None:
    """Keep who owns and works on the ticket. Of each person the newest fact counts, so the order of arrival does not matter."""
    conversation = _lock_or_start(event)
    task, _ = Task.objects.get_or_create(id=event.task_id, defaults={"conversation": conversation})
    changed = [part for part in parts(event) if _record_part(task, part, event.version)]
    is_news = event.version > task.version
    task.version, task.is_open = max(task.version, event.version), task.is_open and not ends_work(event)
    task.save(update_fields=["version", "is_open"])
    if is_news:
        _retire_other_owners(task, event)
        feed.task_changed(event, _agents(event))
    _tell_assignee(event, changed)


def _lock_or_start(event: TicketEvent | TaskEvent) -> Conversation:
    """The conversation, locked: the facts of one ticket are taken in one after the other."""
    defaults = {
        "number": event.number,
        "subject": event.subject,
        "requester_id": event.requester.id,
        "requester_name": event.requester.name,
    }
    Conversation.objects.get_or_create(ticket_id=event.ticket_id, defaults=defaults)
    return Conversation.objects.select_for_update(no_key=True).get(ticket_id=event.ticket_id)


def _record_part(task: Task, part: Part, version: int) -> bool:
    """True if this is the newest that is known of the person's part."""
    fresh = {"name": part.person.name, "is_current": part.is_current, "version": version}
    row, is_new = Participant.objects.get_or_create(
        task=task, user_id=part.person.id, role=part.role, defaults=fresh | {"conversation_id": task.conversation_id}
    )
    if not is_new and row.version < version:
        Participant.objects.filter(pk=row.pk).update(**fresh)
    return is_new or row.version < version


def _retire_other_owners(task: Task, event: TaskEvent) -> None:
    others = Participant.objects.filter(task=task, role=Participant.Role.OWNER, is_current=True)
    if event.owner:
        others = others.exclude(user_id=event.owner.id)
    others.update(is_current=False, version=event.version)


def _agents(event: TaskEvent) -> list[UUID]:
    return [part.person.id for part in parts(event) if part.role == Participant.Role.ASSIGNEE]


def _tell_assignee(event: TaskEvent, changed: list[Part]) -> None:
    if (
        isinstance(event, ItemEvent)
        and gives_work(event)
        and any(part.role == Participant.Role.ASSIGNEE and part.is_current for part in changed)
    ):
        assert event.assignee is not None  # noqa: S101  (a current assignee is the event's)
        feed.task_assigned(event, event.assignee)


@transaction.atomic
def record_clearance(event: AccessEvent) -> None:
    """Keep whether the person may read internal notes; older news of his rights changes nothing."""
    reads_internal = bool({Permission.COMMENT_INTERNAL, Permission.TICKET_VIEW_ALL}.intersection(event.permissions))
    fresh = {"access_version": event.access_version, "reads_internal": reads_internal}
    _, is_new = Clearance.objects.get_or_create(user_id=event.user_id, defaults=fresh)
    if not is_new:
        Clearance.objects.filter(user_id=event.user_id, access_version__lt=event.access_version).update(**fresh)

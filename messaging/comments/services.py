"""All that can happen to a conversation."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import transaction

from comments import feed, policies, selectors
from comments.documents import excerpt
from comments.errors import InternalNoteForbidden
from comments.models import Clearance, Comment, Conversation, Participant, Task, Visibility
from comments.parts import Part, ends_work, gives_work, parts
from servicekit import markdown
from servicekit.clock import now
from servicekit.contracts import Person
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
    html = markdown.render(body)  # before the lock: a hostile text can take a second
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
        html=html,
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
    task = Task.objects.filter(id=event.task_id).first() or Task(id=event.task_id, conversation=conversation)
    is_news = event.version > task.version
    task.version, task.is_open = max(task.version, event.version), task.is_open and not ends_work(event)
    task.save(force_insert=task._state.adding)
    learnt = _record_parts(task, event, is_news=is_news)
    given_to = event.assignee if isinstance(event, ItemEvent) and gives_work(event) and _assignee_is_new(learnt) else None
    if is_news:
        agents = [part.person.id for part in parts(event) if part.role == Participant.Role.ASSIGNEE]
        feed.work_moved(event, agents=agents, given_to=given_to)
    else:
        feed.work_given(event, given_to)


def _lock_or_start(event: TicketEvent | TaskEvent) -> Conversation:
    """The conversation, locked: the facts of one ticket are taken in one after the other."""
    conversations = Conversation.objects.select_for_update(no_key=True).filter(ticket_id=event.ticket_id)
    known = conversations.first()
    if known is not None:
        return known
    new = Conversation(
        ticket_id=event.ticket_id,
        number=event.number,
        subject=event.subject,
        requester_id=event.requester.id,
        requester_name=event.requester.name,
    )
    Conversation.objects.bulk_create([new], ignore_conflicts=True)
    return conversations.get()


def _record_parts(task: Task, event: TaskEvent, *, is_news: bool) -> list[Participant]:
    """Write down what the event says of each person, unless something newer is known of him; what was written."""
    known = {(row.user_id, row.role): row for row in Participant.objects.filter(task=task)}
    learnt: dict[tuple[UUID, str], Participant] = {}
    for part in (*parts(event), *(_former_owners(known.values(), event) if is_news else ())):
        key = (part.person.id, str(part.role))
        if key not in known or known[key].version < event.version:
            owns_no_more = part.role == Participant.Role.OWNER and not is_news
            learnt[key] = Participant(
                task=task,
                conversation_id=task.conversation_id,
                user_id=part.person.id,
                name=part.person.name,
                role=part.role,
                is_current=part.is_current and not owns_no_more,
                version=event.version,
            )
    Participant.objects.bulk_create(
        learnt.values(), update_conflicts=True, unique_fields=["task", "user_id", "role"], update_fields=["name", "is_current", "version"]
    )
    return list(learnt.values())


def _former_owners(known: Iterable[Participant], event: TaskEvent) -> Iterator[Part]:
    """A task has one owner: the one whom the newest event names."""
    for row in known:
        if row.role == Participant.Role.OWNER and row.is_current and (event.owner is None or row.user_id != event.owner.id):
            yield Part(Person(id=row.user_id, name=row.name), Participant.Role.OWNER, False)


def _assignee_is_new(learnt: list[Participant]) -> bool:
    return any(row.role == Participant.Role.ASSIGNEE and row.is_current for row in learnt)


@transaction.atomic
def record_clearance(event: AccessEvent) -> None:
    """Keep whether the person may read internal notes; older news of his rights changes nothing."""
    reads_internal = bool({Permission.COMMENT_INTERNAL, Permission.TICKET_VIEW_ALL}.intersection(event.permissions))
    fresh = {"access_version": event.access_version, "reads_internal": reads_internal}
    _, is_new = Clearance.objects.get_or_create(user_id=event.user_id, defaults=fresh)
    if not is_new:
        Clearance.objects.filter(user_id=event.user_id, access_version__lt=event.access_version).update(**fresh)

"""From an event to what each person is told of it."""

from collections.abc import Sequence
from uuid import UUID

from mail.services import create_deliveries
from notices.services import create_notices
from preferences.selectors import chosen_channels
from recipients.selectors import Directory, directory, ticket_people
from rules.audience import HOLDERS, Parties, Who, actor, lacks, named, permissions_asked
from rules.errors import RequesterUnknown
from rules.kinds import Channel
from rules.message import BODY_LENGTH, LINK_LENGTH, TITLE_LENGTH, Message, one_line, paragraphs
from rules.table import Rule, rules_for
from servicekit.contracts import Event
from servicekit.principal import SYNTHETIC_ID


def tell_people(event: Event, *, event_id: UUID) -> None:
    """Everybody whom a rule means gets one message, by the channels that he wants. Telling twice changes nothing.

    What is done only to try the system out concerns nobody.
    Call it inside a transaction, as a handler is.

    Raises RequesterUnknown, to be tried again, while only a later event can say whom a rule means.
    """
    messages = compose(event, rules_for(event)) if actor(event) != SYNTHETIC_ID else []
    if not messages:
        return
    channels = chosen_channels({message.user_id: message.kind for message in messages})
    create_notices(event_id, [message for message in messages if Channel.IN_APP in channels[message.user_id]])
    create_deliveries(event_id, event.type, [message for message in messages if Channel.MAIL in channels[message.user_id]])


def compose(event: Event, rules: Sequence[Rule]) -> list[Message]:
    """One message for each person, by the first rule that means him; none for who did it, or whose account is off."""
    parties = _parties(event, rules)
    means = {rule.who: named(event, rule.who, parties) for rule in rules}
    known = directory(people=frozenset().union(*means.values()), permissions=permissions_asked(list(means)))
    doer = actor(event)
    told: dict[UUID, Message] = {}
    for rule in rules:
        words = rule.words(event)
        for user_id in sorted(_people(rule.who, means[rule.who], known)):
            if user_id not in told and (rule.tells_actor or user_id != doer):
                told[user_id] = _message(user_id, rule, words)
    return list(told.values())


def _parties(event: Event, rules: Sequence[Rule]) -> Parties:
    missing = [rule.who for rule in rules if lacks(event, rule.who)]
    ticket_id = getattr(event, "ticket_id", None)
    if not missing or ticket_id is None:
        return Parties()
    known = ticket_people(ticket_id)
    if Who.REQUESTER in missing and (known is None or known.requester_id is None):
        raise RequesterUnknown(ticket_id)
    return Parties(requester=known.requester_id, owner=known.owner_id) if known else Parties()


def _people(who: Who, by_name: frozenset[UUID], known: Directory) -> frozenset[UUID]:
    return known.holders[HOLDERS[who]] if who in HOLDERS else by_name - known.switched_off


def _message(user_id: UUID, rule: Rule, words: tuple[str, str, str]) -> Message:
    title, body, link = words
    return Message(
        user_id=user_id,
        kind=rule.kind,
        title=one_line(title, TITLE_LENGTH),
        body=paragraphs(body, BODY_LENGTH),
        link=one_line(link, LINK_LENGTH),
    )

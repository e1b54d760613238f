"""Everything that can happen to a delivery."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from mail import policies
from mail.letter import Draft, write_letter
from mail.metrics import ATTEMPTS
from mail.models import Delivery
from mail.outcome import Outcome, Stage, Verdict, after
from mail.smtp import post
from mail.state import Action, State, next_state
from recipients.models import Recipient
from rules.kinds import Channel
from rules.message import Message, one_line
from servicekit.clock import now
from servicekit.database import gather
from servicekit.errors import NotFound, require
from servicekit.jobs import cancel, schedule, schedule_all
from servicekit.principal import Principal

logger = logging.getLogger("tts.mail")
SEND_JOB = "mail.send"
ADDRESS_CHECK = timedelta(minutes=10)
ADDRESS_WAIT = timedelta(hours=24)
#: what is known of a delivery that is found in the middle of a try: its worker died, and the server may have it
CRASHED = Outcome(Verdict.IN_DOUBT, Stage.DATA, "the worker stopped before the server's answer")


def create_deliveries(event_id: UUID, event_type: str, messages: Sequence[Message]) -> list[Delivery]:
    """Decide that each person gets a mail, sent soon by the worker's clock. An event's deliveries exist together or not at all.

    Call it inside a transaction.
    """
    at = now()
    deliveries = [
        Delivery(
            event_id=event_id, event_type=event_type, user_id=m.user_id, channel=Channel.MAIL, kind=m.kind,
            title=m.title, body=m.body, link=m.link, created_at=at, next_try_at=at,
        )
        for m in messages
    ]  # fmt: skip
    gather(_write, deliveries)
    return deliveries


def _write(deliveries: list[Delivery]) -> None:
    """Those of all events that are handled together."""
    if not deliveries:
        return
    try:
        with transaction.atomic():
            Delivery.objects.bulk_create(deliveries)
    except IntegrityError:
        if len({delivery.event_id for delivery in deliveries}) > 1:
            raise  # each event for itself, then
        logger.info("deliveries were decided before", extra={"event_id": str(deliveries[0].event_id)})
        return
    schedule_all(SEND_JOB, [str(delivery.id) for delivery in deliveries], now(), {})


def deliver(delivery_id: UUID) -> None:
    """One try, outside any transaction: that it begins is committed before the server hears of it, so a crash cannot hide it."""
    draft = begin_try(delivery_id)
    if draft is None:
        return
    settle(delivery_id, send(draft))


def send(draft: Draft) -> Outcome:
    """Write the mail and hand it to the configured server: the one path of every mail, tests of the set-up included."""
    try:
        letter = write_letter(draft)
    except ValueError as error:
        return Outcome(Verdict.REFUSED, Stage.RECIPIENT, str(error))
    return post(letter)


@transaction.atomic
def begin_try(delivery_id: UUID) -> Draft | None:
    """Mark that a try begins, and give what is to be sent; None if nothing is to be sent now."""
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is not None and delivery.state == State.SENDING:
        _apply(delivery, CRASHED)
        return None
    if delivery is None or not delivery.may_be_tried:
        return None
    person = Recipient.objects.filter(id=delivery.user_id).first()
    if person is None or not person.email:
        _wait_for_address(delivery)
        return None
    if not person.is_active:
        _give_up(delivery, "the account is switched off", Action.DISCARD)
        return None
    delivery.state, delivery.attempts = next_state(delivery.state, Action.BEGIN), delivery.attempts + 1
    delivery.next_try_at = None
    delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return _draft(delivery, person)


@transaction.atomic
def settle(delivery_id: UUID, outcome: Outcome) -> None:
    """Write down what a try came to, and plan the next one if there is to be one."""
    delivery = Delivery.objects.select_for_update().get(id=delivery_id)
    if delivery.state == State.SENDING or (delivery.state == State.UNKNOWN and outcome.verdict == Verdict.ACCEPTED):
        _apply(delivery, outcome)
    ATTEMPTS.labels(outcome.verdict, outcome.stage or "").inc()
    logger.info("mail tried", extra={"delivery": str(delivery_id), "verdict": outcome.verdict, "stage": outcome.stage or ""})


@transaction.atomic
def retry_delivery(*, delivery_id: UUID, by: Principal) -> Delivery:
    """Whoever manages notifications may send again what failed or is unknown; its tries count anew."""
    delivery = _lock(delivery_id, by)
    delivery.state = next_state(delivery.state, Action.RETRY)
    delivery.attempts = delivery.doubts = 0
    delivery.next_try_at = now()
    delivery.save(update_fields=["state", "attempts", "doubts", "next_try_at"])
    schedule(SEND_JOB, str(delivery.id), delivery.next_try_at, {})
    return delivery


@transaction.atomic
def discard_delivery(*, delivery_id: UUID, by: Principal) -> Delivery:
    """Whoever manages notifications may give up what was not sent."""
    delivery = _lock(delivery_id, by)
    delivery.state, delivery.next_try_at = next_state(delivery.state, Action.DISCARD), None
    delivery.save(update_fields=["state", "next_try_at"])
    cancel(SEND_JOB, str(delivery.id))
    return delivery


def send_waiting_mail(*, user_id: UUID) -> None:
    """Somebody's address became known: what waits for him goes out."""
    waiting = Delivery.objects.filter(user_id=user_id, state=State.PENDING).values_list("id", flat=True)
    schedule_all(SEND_JOB, [str(delivery_id) for delivery_id in waiting], now(), {})


def _lock(delivery_id: UUID, by: Principal) -> Delivery:
    require(policies.may_manage(by))
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id).first()
    if delivery is None:
        raise NotFound
    return delivery


def _apply(delivery: Delivery, outcome: Outcome) -> None:
    """Move a delivery by what its try came to. Call it under the row's lock."""
    delivery.doubts += outcome.verdict == Verdict.IN_DOUBT
    step = after(outcome.verdict, attempts=delivery.attempts, doubts=delivery.doubts)
    delivery.state = next_state(delivery.state, step.action)
    delivery.error_stage, delivery.last_error = outcome.stage or "", one_line(outcome.reply, 500)
    delivery.sent_at = now() if delivery.state == State.SENT else None
    delivery.next_try_at = now() + step.delay if step.delay is not None else None
    delivery.save(update_fields=["state", "doubts", "error_stage", "last_error", "sent_at", "next_try_at"])
    if delivery.next_try_at is not None:
        schedule(SEND_JOB, str(delivery.id), delivery.next_try_at, {})


def _wait_for_address(delivery: Delivery) -> None:
    """The event that carries the address wakes the mail; a look now and then covers what crosses it, and ends after a day."""
    delivery.error_stage = Stage.RECIPIENT
    if now() - delivery.created_at > ADDRESS_WAIT:
        _give_up(delivery, "the address never became known", Action.FAIL)
        return
    delivery.last_error, delivery.next_try_at = "the address is not known yet", now() + ADDRESS_CHECK
    delivery.save(update_fields=["error_stage", "last_error", "next_try_at"])
    schedule(SEND_JOB, str(delivery.id), delivery.next_try_at, {})


def _give_up(delivery: Delivery, reason: str, action: Action) -> None:
    delivery.state = next_state(delivery.state, action)
    delivery.error_stage, delivery.last_error, delivery.next_try_at = Stage.RECIPIENT, reason, None
    delivery.save(update_fields=["state", "error_stage", "last_error", "next_try_at"])


def _draft(delivery: Delivery, person: Recipient) -> Draft:
    return Draft(
        name=person.name,
        address=person.email,
        event_id=delivery.event_id,
        event_type=delivery.event_type,
        user_id=delivery.user_id,
        title=delivery.title,
        body=delivery.body,
        link=delivery.link,
        at=delivery.created_at,
    )

"""Events and rows with plausible values, to be changed where a test cares."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from mail.models import Delivery
from recipients.models import Recipient
from rules.kinds import Kind
from rules.message import Message
from servicekit.clock import now
from servicekit.contracts import Person
from servicekit.contracts.permissions import BUILT_IN_ROLES

NUMBER = "TT-7K3Q9"
SUBJECT = "Printer on fire"
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def a_person(name: str = "Rosa Requester", id: UUID | None = None) -> Person:
    return Person(id=id or uuid4(), name=name)


def ticket_fields(**changes: Any) -> dict[str, Any]:
    return {
        "ticket_id": uuid4(),
        "version": 1,
        "number": NUMBER,
        "subject": SUBJECT,
        "requester": a_person(),
        "category": "it-support",
        "subcategory": "",
        "department": "",
        "priority": "",
        "status": "new",
        "submitted_at": AT,
    } | changes


def task_fields(**changes: Any) -> dict[str, Any]:
    return {
        "task_id": uuid4(),
        "version": 1,
        "ticket_id": uuid4(),
        "number": NUMBER,
        "subject": SUBJECT,
        "priority": "high",
        "requester": a_person(),
        "owner": a_person("Olaf Owner"),
    } | changes


def item_fields(**changes: Any) -> dict[str, Any]:
    return task_fields() | {
        "item_id": uuid4(),
        "step": "fix",
        "step_name": "Fix it",
        "role": "tts.agent",
        "assignee": a_person("Ada Agent"),
        "target_at": AT,
    } | changes  # fmt: skip


def comment_fields(**changes: Any) -> dict[str, Any]:
    return {
        "comment_id": uuid4(),
        "version": 1,
        "ticket_id": uuid4(),
        "number": NUMBER,
        "subject": SUBJECT,
        "author": a_person("Ada Agent"),
        "visibility": "public",
        "excerpt": "Is it still burning?",
        "audience": (),
        "posted_at": AT,
    } | changes


def user_fields(**changes: Any) -> dict[str, Any]:
    return {
        "user_id": uuid4(),
        "version": 1,
        "email": "rosa@example.org",
        "name": "Rosa Requester",
        "department": "Sales",
        "is_active": True,
    } | changes


def access_fields(**changes: Any) -> dict[str, Any]:
    return {
        "user_id": uuid4(),
        "access_version": 1,
        "role": "hdts.coordinator",
        "roles": ("hdts.coordinator",),
        "permissions": ("ticket.approve",),
    } | changes


def make_recipient(role: str = "hdts.employee", **changes: Any) -> Recipient:
    fields = {
        "id": uuid4(),
        "email": "rosa@example.org",
        "name": "Rosa Requester",
        "profile_version": 1,
        "permissions": [str(permission) for permission in BUILT_IN_ROLES[role][1]],
        "access_version": 1,
    }
    return Recipient.objects.create(**fields | changes)


def make_delivery(**changes: Any) -> Delivery:
    fields = {
        "event_id": uuid4(),
        "event_type": "ticket.approved",
        "user_id": uuid4(),
        "kind": Kind.STATUS,
        "title": f"{NUMBER} was approved",
        "body": SUBJECT,
        "link": f"/tickets/{NUMBER}",
        "created_at": now(),
    }
    return Delivery.objects.create(**fields | changes)


def a_message(user_id: UUID | None = None, **changes: Any) -> Message:
    fields: dict[str, Any] = {
        "user_id": user_id or uuid4(),
        "kind": Kind.STATUS,
        "title": "TT-1 was approved",
        "body": "Printer",
        "link": "/tickets/TT-1",
    }
    return Message(**fields | changes)

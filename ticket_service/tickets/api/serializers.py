"""Tickets in and out of the API. Bodies are validated by serializers; answers are written by plain functions (they are many)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers

from attachments.api.serializers import AttachmentSerializer, attachment_json
from attachments.models import Attachment
from attachments.services import MOST_PER_TICKET
from forms.api.serializers import FormFieldSerializer
from servicekit.contracts import Person
from servicekit.markdown import render
from servicekit.schema import extend_schema_field
from servicekit.serializers import Body, PersonSerializer
from tickets.models import DESCRIPTION_LENGTH, REASON_LENGTH, SUBJECT_LENGTH, HistoryEntry, Ticket
from tickets.selectors import TicketFilter
from tickets.services import Change, TicketRequest
from tickets.status import Action, Priority, Status

SCOPES = ("mine", "all", "approval", "involved")
BUTTONS = [str(action) for action in (Action.APPROVE, Action.REJECT, Action.WITHDRAW, Action.CLOSE, Action.REOPEN, Action.EDIT)]
STATUSES = [str(status) for status in Status]
PRIORITIES = [str(priority) for priority in Priority]


class FilesBody(Body):
    attachments = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_PER_TICKET)


class SubmitBody(Body):
    category = serializers.SlugField(max_length=60)
    subcategory = serializers.SlugField(max_length=60, allow_blank=True, default="")
    subject = serializers.CharField(max_length=SUBJECT_LENGTH)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH)
    values = serializers.DictField(default=dict)
    attachments = serializers.ListField(child=serializers.UUIDField(), max_length=MOST_PER_TICKET, default=list)
    requester_id = serializers.UUIDField(required=False, allow_null=True)
    requester_name = serializers.CharField(max_length=150, allow_blank=True, default="")

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name of DRF's own."""
        return _with_fields(super().get_fields())

    def request(self) -> TicketRequest:
        """The validated body as the service takes it."""
        body = self.validated_data
        return TicketRequest(**{**body, "attachments": tuple(body["attachments"])})


class EditBody(Body):
    subject = serializers.CharField(max_length=SUBJECT_LENGTH, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, required=False)
    values = serializers.DictField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name of DRF's own."""
        return _with_fields(super().get_fields())

    def change(self) -> Change:
        """The validated body as the service takes it."""
        return Change(**self.validated_data)


def _with_fields(fields: dict[str, Any]) -> dict[str, Any]:
    return {"fields" if name == "values" else name: field for name, field in fields.items()}


class ApproveBody(Body):
    priority = serializers.ChoiceField(choices=PRIORITIES)
    department = serializers.CharField(max_length=100)


class ReasonBody(Body):
    reason = serializers.CharField(max_length=REASON_LENGTH)


class CloseBody(Body):
    comment = serializers.CharField(max_length=REASON_LENGTH, allow_blank=True, default="")


class OneOf(serializers.CharField):
    """Several of some words, separated by commas."""

    def __init__(self, words: list[str], **kwargs: Any) -> None:
        super().__init__(allow_blank=True, default="", **kwargs)
        self.words = words

    def to_internal_value(self, data: Any) -> Any:
        """The words, each a known one."""
        given = tuple(word for word in super().to_internal_value(data).split(",") if word)
        if not set(given) <= set(self.words):
            raise serializers.ValidationError(f"Some of: {', '.join(self.words)}.")
        return given


class ListQuery(serializers.Serializer[Any]):
    """What a list can be narrowed down to."""

    scope = serializers.ChoiceField(choices=SCOPES, default="all")
    status = OneOf(STATUSES, help_text="Some statuses, separated by commas.")
    priority = OneOf(PRIORITIES, help_text="Some priorities, separated by commas.")
    category = serializers.SlugField(max_length=60, allow_blank=True, default="")
    q = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="Words, beginnings of words, or a number.")

    def filter(self) -> TicketFilter:
        """The validated query as the selector takes it."""
        query = self.validated_data
        words = {name: query[name] or () for name in ("status", "priority")}
        return TicketFilter(scope=query["scope"], category=query["category"], q=query["q"], **words)


class CategoryRefSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()


class TicketRowSerializer(serializers.Serializer[Any]):
    """A ticket in a list."""  # declares the schema; row_json writes the answer

    id = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    priority = serializers.ChoiceField(choices=["", *PRIORITIES])
    category = CategoryRefSerializer()
    subcategory = serializers.CharField(allow_blank=True)
    subcategory_name = serializers.CharField(allow_blank=True)
    department = serializers.CharField(allow_blank=True)
    requester = PersonSerializer()
    assignee = PersonSerializer(allow_null=True)
    owner = PersonSerializer(allow_null=True)
    step = serializers.CharField(allow_blank=True)
    target_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


@extend_schema_field({"type": "object", "additionalProperties": {}})
class ValuesField(serializers.DictField):
    """The answers to a form's questions, by key."""


class TicketSerializer(TicketRowSerializer):
    """A whole ticket."""  # declares the schema; ticket_json writes the answer

    description = serializers.CharField(allow_blank=True)
    description_html = serializers.CharField(allow_blank=True)
    values = ValuesField()
    form = FormFieldSerializer(many=True)
    attachments = AttachmentSerializer(many=True)
    actions = serializers.ListField(child=serializers.ChoiceField(choices=BUTTONS))
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    reopen_count = serializers.IntegerField()
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a name of DRF's own."""
        return _with_fields(super().get_fields())


class HistorySerializer(serializers.Serializer[Any]):
    """One thing that happened."""  # declares the schema; history_json writes the answer

    at = serializers.DateTimeField()
    by = PersonSerializer()
    action = serializers.CharField()
    from_status = serializers.ChoiceField(choices=["", *STATUSES])
    to_status = serializers.ChoiceField(choices=STATUSES)
    detail = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


def row_json(ticket: Ticket) -> dict[str, Any]:
    """A ticket in a list."""
    return {
        "id": ticket.id,
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "priority": ticket.priority,
        "category": {"slug": ticket.category.slug, "name": ticket.category.name},
        "subcategory": ticket.subcategory,
        "subcategory_name": ticket.subcategory_name,
        "department": ticket.department,
        "requester": person_json(ticket.requester_id, ticket.requester_name),
        "assignee": person_json(ticket.assignee_id, ticket.assignee_name),
        "owner": person_json(ticket.owner_id, ticket.owner_name),
        "step": ticket.step,
        "target_at": ticket.target_at,
        "submitted_at": ticket.submitted_at,
        "updated_at": ticket.updated_at,
    }


def person_json(person_id: UUID | None, name: str) -> Person | None:
    """A person as answers name him."""
    return Person(id=person_id, name=name) if person_id else None


def ticket_json(ticket: Ticket, attachments: list[Attachment], actions: list[str]) -> dict[str, Any]:
    """The whole ticket as one person sees it."""
    return row_json(ticket) | {
        "description": ticket.description,
        "description_html": render(ticket.description),
        "fields": ticket.fields,
        "form": ticket.form.fields,
        "attachments": [attachment_json(file) for file in attachments],
        "actions": actions,
        "resolved_at": ticket.resolved_at,
        "closed_at": ticket.closed_at,
        "reopen_count": ticket.reopen_count,
        "version": ticket.version,
    }


def history_json(entry: HistoryEntry) -> dict[str, Any]:
    """One thing that happened to a ticket."""
    return {
        "at": entry.at,
        "by": person_json(entry.by_id, entry.by_name),
        "action": entry.action,
        "from_status": entry.from_status,
        "to_status": entry.to_status,
        "detail": entry.detail,
        "reason": entry.reason,
    }

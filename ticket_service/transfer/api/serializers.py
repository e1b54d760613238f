"""Imports in and out of the API."""

from typing import Any

from rest_framework import serializers

from servicekit.schema import extend_schema_field
from servicekit.serializers import Body
from tickets.models import DESCRIPTION_LENGTH
from tickets.status import Status
from transfer.priority import LEAST
from transfer.rows import EXTERNAL_ID_LENGTH, NAME_LENGTH
from transfer.services import MOST_ROWS, Outcome

STATUSES = [str(status) for status in (Status.CLOSED, Status.OPEN, Status.NEW)]


@extend_schema_field(
    {
        "type": "object",
        "required": ["external_id", "category", "urgency", "impact"],
        "properties": {
            "external_id": {"type": "string", "maxLength": EXTERNAL_ID_LENGTH},
            "subject": {"type": "string", "description": "Empty: the first words of the description"},
            "description": {"type": "string", "maxLength": DESCRIPTION_LENGTH},
            "category": {"type": "string"},
            "urgency": {"type": "integer", "minimum": 0, "maximum": LEAST, "description": "0 is the gravest"},
            "impact": {"type": "integer", "minimum": 0, "maximum": LEAST, "description": "0 is the gravest"},
            "requester_name": {"type": "string", "maxLength": NAME_LENGTH},
        },
    }
)
class AnyRow(serializers.JSONField):
    """A row, not yet looked at."""


class ImportBody(Body):
    """The rows are read one by one: a bad one is told of in the answer and stops no other."""

    source = serializers.SlugField(max_length=60)  # type: ignore[assignment]  # a name of DRF\'s own
    status = serializers.ChoiceField(choices=STATUSES)
    dry_run = serializers.BooleanField(default=False)
    rows = serializers.ListField(child=AnyRow(), min_length=1, max_length=MOST_ROWS)


class RowErrorSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    message = serializers.CharField()


class OutcomeSerializer(serializers.Serializer[Any]):
    """What became of the rows."""  # declares the schema; outcome_json writes the answer

    created = serializers.IntegerField()
    existing = serializers.IntegerField()
    errors = RowErrorSerializer(many=True)  # type: ignore[assignment]  # a name of DRF\'s own


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """What became of the rows."""
    errors = [{"external_id": bad.external_id, "field": bad.field, "message": bad.message} for bad in outcome.errors]
    return {"created": outcome.created, "existing": outcome.existing, "errors": errors}

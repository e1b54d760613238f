"""Deliveries as the API shows them."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from mail.models import Delivery
from mail.selectors import people_of
from mail.state import State
from servicekit.schema import extend_schema_field


class DeliveryPersonSerializer(serializers.Serializer[Any]):
    """Whom a delivery is for; name and address are null while they are not known."""

    id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)


class DeliverySerializer(serializers.ModelSerializer[Delivery]):
    """A mail on its way; ``error_stage`` and ``last_error`` tell how its last try ended."""

    person = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id", "event_id", "event_type", "person", "channel", "kind", "title", "body", "link", "state",
            "attempts", "error_stage", "last_error", "created_at", "next_try_at", "sent_at",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(DeliveryPersonSerializer)
    def get_person(self, row: Delivery) -> dict[str, Any]:
        """The person, from the local copy."""
        known = self.context["people"].get(row.user_id)
        return {"id": row.user_id, "name": known and known.name, "email": known and known.email}


class DeliveryQuerySerializer(serializers.Serializer[Any]):
    """The filters of the list."""

    state = serializers.CharField(default="", help_text=f"One or more of {', '.join(State.values)}, separated by commas.")

    def validate_state(self, text: str) -> list[str]:
        """Only states that exist."""
        states = [part for part in text.split(",") if part]
        unknown = sorted(set(states) - set(State.values))
        if unknown:
            raise serializers.ValidationError(f"Unknown state: {', '.join(unknown)}")
        return states


def shown(rows: Sequence[Delivery]) -> list[dict[str, Any]]:
    """The rows with the people they are for."""
    return list(DeliverySerializer(rows, many=True, context={"people": people_of(rows)}).data)

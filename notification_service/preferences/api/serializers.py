"""Preferences as the API speaks of them."""

from typing import Any

from rest_framework import serializers

from rules.kinds import Channel, Kind
from servicekit.serializers import Body


class ChoiceBody(Body):
    """One switch."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    enabled = serializers.BooleanField()


class PreferencesBody(Body):
    """The switches to set; the others return to their defaults."""

    preferences = serializers.ListField(child=ChoiceBody(), max_length=len(Kind) * len(Channel))

    def validate_preferences(self, rows: list[dict[str, Any]]) -> dict[tuple[Kind, Channel], bool]:
        """Each switch at most once."""
        choices = {(Kind(row["kind"]), Channel(row["channel"])): row["enabled"] for row in rows}
        if len(choices) < len(rows):
            raise serializers.ValidationError("A switch is named twice.")
        return choices


class SettingSerializer(serializers.Serializer[Any]):
    """One switch as it stands, and what it would be by default."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    name = serializers.CharField(source="kind.label")
    channel = serializers.ChoiceField(choices=Channel.choices)
    enabled = serializers.BooleanField()
    default = serializers.BooleanField()


class PreferencesSerializer(serializers.Serializer[Any]):
    """All switches."""

    preferences = SettingSerializer(many=True)

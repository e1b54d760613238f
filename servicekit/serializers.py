"""What every request body has in common."""

from typing import Any

from rest_framework import serializers


class Body(serializers.Serializer[Any]):
    """A request body that refuses keys it does not know, so that nobody thinks he set a status."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values. Raises ValidationError naming each unknown key."""
        if isinstance(data, dict):
            unknown = sorted(set(map(str, data)) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({key: ["Unknown field."] for key in unknown})
        return super().to_internal_value(data)


class PersonSerializer(serializers.Serializer[Any]):
    """A person as answers name him."""

    id = serializers.UUIDField()
    name = serializers.CharField()

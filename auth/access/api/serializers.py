"""Systems and roles, in and out."""

from typing import Any

from rest_framework import serializers

from access.models import System
from servicekit.contracts.permissions import Permission
from servicekit.serializers import Body

PERMISSIONS = [permission.value for permission in Permission]


class SystemSerializer(serializers.ModelSerializer[System]):
    """A part of the product with its own roles."""

    class Meta:
        model = System
        fields = ("key", "name")


class HeldRoleSerializer(serializers.Serializer[Any]):
    """A role as somebody holds it."""

    role = serializers.CharField(source="full_key")
    name = serializers.CharField()
    system = serializers.CharField(source="system_id")


class RoleSerializer(serializers.Serializer[Any]):
    """A role and all that it permits."""

    id = serializers.UUIDField()
    role = serializers.CharField(source="full_key")
    system = serializers.CharField(source="system_id")
    key = serializers.CharField()
    name = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    is_built_in = serializers.BooleanField()
    version = serializers.IntegerField()


class NewRoleBody(Body):
    """A custom role to be."""

    system = serializers.SlugField(max_length=40)
    key = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=100)
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=PERMISSIONS), max_length=len(PERMISSIONS))


class RoleChangeBody(Body):
    """What to change of a custom role; what is left out stays."""

    name = serializers.CharField(max_length=100, required=False)
    permissions = serializers.ListField(child=serializers.ChoiceField(choices=PERMISSIONS), max_length=len(PERMISSIONS), required=False)


class GrantBody(Body):
    """A role to grant, such as ``tts.agent``."""

    role = serializers.RegexField(r"^[-\w]{1,40}\.[-\w]{1,40}\Z")


def validated(body: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    """What a body says. Raises ValidationError."""
    serializer = body(data=data)
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values

"""People, in and out."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import HeldRoleSerializer
from accounts.passwords import MAX_LENGTH
from servicekit.serializers import Body

ROLE_KEY = r"^[-\w]{1,40}\.[-\w]{1,40}\Z"


class UserSerializer(serializers.Serializer[Any]):
    """Somebody and his roles."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    department = serializers.CharField()
    is_active = serializers.BooleanField()
    roles = HeldRoleSerializer(many=True)
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class PeopleQuery(serializers.Serializer[Any]):
    """Whom to list."""

    q = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    role = serializers.CharField(max_length=81, required=False, default="", allow_blank=True)
    is_active = serializers.BooleanField(required=False, default=None, allow_null=True)


class NewUserBody(Body):
    """Somebody to be. Without a password he cannot log in yet."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150)
    department = serializers.CharField(max_length=100, default="", allow_blank=True)
    password = serializers.CharField(max_length=MAX_LENGTH, trim_whitespace=False, default=None, allow_null=True)
    roles = serializers.ListField(child=serializers.RegexField(ROLE_KEY), max_length=50, default=list)


class ProfileBody(Body):
    """What to change of a profile; what is left out stays."""

    email = serializers.EmailField(max_length=254, required=False)
    name = serializers.CharField(max_length=150, required=False)
    department = serializers.CharField(max_length=100, allow_blank=True, required=False)

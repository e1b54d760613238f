"""Logins and sessions, in and out."""

from typing import Any

from rest_framework import serializers

from access.api.serializers import HeldRoleSerializer
from access.selectors import roles_of
from accounts.models import User
from accounts.passwords import MAX_LENGTH
from servicekit.serializers import Body
from tokens.services import Issued


class CredentialsBody(Body):
    """An address and a password; what they are worth is told by 401 alone."""

    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=MAX_LENGTH, trim_whitespace=False)


class LoginBody(CredentialsBody):
    """A browser's login."""

    remember = serializers.BooleanField(default=False)


class RefreshBody(Body):
    """A program's refresh token."""

    refresh = serializers.CharField(max_length=4096)


class MeSerializer(serializers.Serializer[User]):
    """The person who asks, with all that he may do."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    department = serializers.CharField()
    roles = HeldRoleSerializer(many=True)
    permissions = serializers.ListField(child=serializers.CharField())

    def to_representation(self, user: User) -> dict[str, Any]:
        """The person and his roles, read once."""
        roles = list(roles_of(user.id))
        return {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "department": user.department,
            "roles": HeldRoleSerializer(roles, many=True).data,
            "permissions": sorted({item for role in roles for item in role.permissions}),
        }


class SessionSerializer(serializers.Serializer[Issued]):
    """A browser's session: the tokens are in cookies. ``expires_at`` is when the access token wants a refresh."""

    user = MeSerializer()
    csrf_token = serializers.CharField(source="csrf")
    expires_at = serializers.DateTimeField()


class TokenPairSerializer(serializers.Serializer[Issued]):
    """A program's tokens. ``expires_in`` is the seconds for which the access token is good."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField()


class DeviceSerializer(serializers.Serializer[Any]):
    """Where somebody is logged in."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=["browser", "program"])
    user_agent = serializers.CharField()
    is_remembered = serializers.BooleanField()
    is_current = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    def get_is_current(self, session: Any) -> bool:
        """Whether it is the one that asks."""
        return bool(session.id == self.context["session_id"])


class PublicKeySerializer(serializers.Serializer[Any]):
    """A JWK (RFC 8037)."""

    kty = serializers.CharField()
    crv = serializers.CharField()
    x = serializers.CharField()
    kid = serializers.CharField()
    alg = serializers.CharField()
    use = serializers.CharField()


class KeySetSerializer(serializers.Serializer[Any]):
    """A JWKS (RFC 7517)."""

    keys = PublicKeySerializer(many=True)

"""Doors to a person's own preferences."""

from rest_framework.request import Request
from rest_framework.response import Response

from preferences.api.serializers import PreferencesBody, PreferencesSerializer
from preferences.selectors import settings_of
from preferences.services import choose_preferences
from servicekit.permissions import Authenticated
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet


class PreferenceViewSet(ServiceViewSet):
    """What the caller wants to be told, and how."""

    access = {"retrieve": Authenticated, "update": Authenticated}

    @extend_schema(responses=PreferencesSerializer)
    def retrieve(self, request: Request) -> Response:
        """All my switches."""
        return Response(PreferencesSerializer({"preferences": settings_of(self.principal.id)}).data)

    @extend_schema(request=PreferencesBody, responses=PreferencesSerializer)
    def update(self, request: Request) -> Response:
        """Set my switches; those that are not named return to their defaults."""
        body = PreferencesBody(data=request.data)
        body.is_valid(raise_exception=True)
        choose_preferences(choices=body.validated_data["preferences"], by=self.principal)
        return self.retrieve(request)

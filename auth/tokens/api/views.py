"""Doors to logins and sessions."""

from uuid import UUID

import msgspec
from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import validated
from accounts.models import User
from servicekit.errors import NotAuthenticated
from servicekit.pagination import CursorPages
from servicekit.permissions import Anyone, Authenticated
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet
from tokens import selectors, services
from tokens.api.serializers import (
    CredentialsBody,
    DeviceSerializer,
    KeySetSerializer,
    LoginBody,
    MeSerializer,
    RefreshBody,
    SessionSerializer,
    TokenPairSerializer,
)
from tokens.cookies import clear_cookies, set_cookies
from tokens.models import SessionKind
from tokens.services import Client
from tokens.signing import RefreshToken


def user_agent(request: Request) -> str:
    """How the client names itself, as far as it is kept."""
    return request.headers.get("User-Agent", "")[:300]


class BrowserDoor(ServiceViewSet):
    """Logins whose tokens live in cookies. Whatever stale access cookie is sent along is not looked at."""

    authentication_classes = ()
    access = {"login": Anyone, "refresh": Anyone}

    @extend_schema(request=LoginBody, responses=SessionSerializer)
    def login(self, request: Request) -> Response:
        """Log in with address and password."""
        body = validated(LoginBody, request.data)
        client = Client(SessionKind.BROWSER, user_agent(request), is_remembered=bool(body["remember"]))
        issued = services.log_in(email=body["email"], password=body["password"], client=client)
        return set_cookies(Response(SessionSerializer(issued).data), issued)

    @extend_schema(request=None, responses=SessionSerializer)
    def refresh(self, request: Request) -> Response:
        """Go on with the session of the refresh cookie."""
        presented = RefreshToken.read(request.COOKIES.get(settings.REFRESH_COOKIE, ""), SessionKind.BROWSER)
        presented.check_csrf(request.headers.get("X-CSRF-Token", ""))
        issued = services.refresh_session(presented=presented, user_agent=user_agent(request))
        return set_cookies(Response(SessionSerializer(issued).data), issued)


class ProgramDoor(ServiceViewSet):
    """Logins whose tokens are handed over."""

    authentication_classes = ()
    access = {"issue": Anyone, "refresh": Anyone, "revoke": Anyone}

    @extend_schema(request=CredentialsBody, responses=TokenPairSerializer)
    def issue(self, request: Request) -> Response:
        """Get tokens for an address and a password."""
        body = validated(CredentialsBody, request.data)
        client = Client(SessionKind.PROGRAM, user_agent(request))
        return Response(TokenPairSerializer(services.log_in(email=body["email"], password=body["password"], client=client)).data)

    @extend_schema(request=RefreshBody, responses=TokenPairSerializer)
    def refresh(self, request: Request) -> Response:
        """Get new tokens for a refresh token, which is used up."""
        presented = RefreshToken.read(validated(RefreshBody, request.data)["refresh"], SessionKind.PROGRAM)
        return Response(TokenPairSerializer(services.refresh_session(presented=presented, user_agent=user_agent(request))).data)

    @extend_schema(request=RefreshBody, responses={204: None})
    def revoke(self, request: Request) -> Response:
        """Hand a refresh token back: its session ends."""
        services.give_back(presented=RefreshToken.read(validated(RefreshBody, request.data)["refresh"], SessionKind.PROGRAM))
        return Response(status=204)


class OwnDoor(ServiceViewSet):
    """Oneself."""

    access = {"me": Authenticated, "logout": Authenticated}

    @extend_schema(responses=MeSerializer)
    def me(self, request: Request) -> Response:
        """Who asks and what he may do."""
        user = User.objects.filter(id=self.principal.id).first()
        if user is None:
            raise NotAuthenticated
        return Response(MeSerializer(user).data)

    @extend_schema(request=None, responses={204: None})
    def logout(self, request: Request) -> Response:
        """End the session that asks."""
        services.log_out(by=self.principal)
        return clear_cookies(Response(status=204))


class DevicePages(CursorPages):
    """The newest login first."""


class DeviceDoor(ServiceViewSet):
    """Where one is logged in."""

    access = {"list": Authenticated, "destroy": Authenticated}
    serializer_class = DeviceSerializer
    pagination_class = DevicePages

    @extend_schema(responses=DeviceSerializer(many=True))
    def list(self, request: Request) -> Response:
        """One's own live sessions."""
        page = self.paginate_queryset(selectors.live_sessions(self.principal.id))
        return self.get_paginated_response(DeviceSerializer(page, many=True, context={"session_id": self.principal.session_id}).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, session_id: UUID) -> Response:
        """End one of one's own sessions."""
        services.end_session(session_id=session_id, by=self.principal)
        return Response(status=204)


class KeyDoor(ServiceViewSet):
    """The public keys."""

    authentication_classes = ()
    access = {"list": Anyone}
    pagination_class = None

    @extend_schema(responses=KeySetSerializer)
    def list(self, request: Request) -> Response:
        """The keys that tokens are verified with: the current one first, then the retired."""
        return Response(msgspec.json.decode(settings.JWKS), headers={"Cache-Control": "public, max-age=300"})

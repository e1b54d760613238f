"""Doors to people."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from access.api.serializers import GrantBody, validated
from access.services import grant_role, revoke_role
from accounts import policies, services
from accounts.api.serializers import NewUserBody, PeopleQuery, ProfileBody, UserSerializer
from accounts.models import User
from accounts.selectors import PeopleFilter, people, with_roles
from accounts.services import NewUser, ProfileChange
from servicekit.contracts.permissions import Permission
from servicekit.errors import NotFound, require
from servicekit.etags import expected_version, with_etag
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated, Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet

READERS = Requires(Permission.USER_VIEW, Permission.USER_MANAGE)
MANAGERS = Requires(Permission.USER_MANAGE)
ASSIGNERS = Requires(Permission.ROLE_ASSIGN)


class PeoplePages(CursorPages):
    """By name."""

    ordering = ("name", "id")


class UserDoor(ServiceViewSet):
    """People; everybody may see himself and change his own name."""

    access = {
        "list": READERS,
        "create": MANAGERS,
        "retrieve": Authenticated,
        "partial_update": Authenticated,
        "activate": MANAGERS,
        "deactivate": MANAGERS,
        "grant": ASSIGNERS,
        "revoke": ASSIGNERS,
    }
    serializer_class = UserSerializer
    pagination_class = PeoplePages

    def answer(self, user_id: UUID, status: int = 200) -> Response:
        """Somebody as he is now, with the ETag to change his profile by."""
        user = get_object_or_404(with_roles(User.objects.all()), id=user_id)
        return with_etag(Response(UserSerializer(user).data, status=status), user.version)

    @extend_schema(parameters=[PeopleQuery], responses=UserSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Find people by words, role and state."""
        page = self.paginate_queryset(people(PeopleFilter(**validated(PeopleQuery, request.query_params))))
        return self.get_paginated_response(UserSerializer(page, many=True).data)

    @extend_schema(request=NewUserBody, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Somebody new."""
        body = validated(NewUserBody, request.data)
        user = services.create_user(new=NewUser(**body | {"roles": tuple(body["roles"])}), by=self.principal)
        return self.answer(user.id, status=201)

    @extend_schema(responses=UserSerializer)
    def retrieve(self, request: Request, user_id: UUID) -> Response:
        """One person."""
        require(policies.may_view(self.principal, user_id), NotFound)
        return self.answer(user_id)

    @extend_schema(request=ProfileBody, responses=UserSerializer)
    def partial_update(self, request: Request, user_id: UUID) -> Response:
        """Change a profile."""
        change = ProfileChange(**validated(ProfileBody, request.data))
        services.edit_profile(user_id=user_id, change=change, expected_version=expected_version(request), by=self.principal)
        return self.answer(user_id)

    @extend_schema(request=None, responses=UserSerializer)
    def activate(self, request: Request, user_id: UUID) -> Response:
        """Switch an account on."""
        services.activate_user(user_id=user_id, by=self.principal)
        return self.answer(user_id)

    @extend_schema(request=None, responses=UserSerializer)
    def deactivate(self, request: Request, user_id: UUID) -> Response:
        """Switch an account off."""
        services.deactivate_user(user_id=user_id, by=self.principal)
        return self.answer(user_id)

    @extend_schema(request=GrantBody, responses={201: UserSerializer})
    def grant(self, request: Request, user_id: UUID) -> Response:
        """Grant a role."""
        grant_role(user_id=user_id, role=validated(GrantBody, request.data)["role"], by=self.principal)
        return self.answer(user_id, status=201)

    @extend_schema(responses={204: None})
    def revoke(self, request: Request, user_id: UUID, role: str) -> Response:
        """Take a role away."""
        revoke_role(user_id=user_id, role=role, by=self.principal)
        return Response(status=204)

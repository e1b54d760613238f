"""Doors to systems and roles."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from access import services
from access.api.serializers import NewRoleBody, RoleChangeBody, RoleSerializer, SystemSerializer, validated
from access.models import Role, System
from access.services import NewRole
from servicekit.contracts.permissions import Permission
from servicekit.etags import expected_version, with_etag
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated, Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet

READERS = Requires(Permission.USER_VIEW, Permission.USER_MANAGE, Permission.ROLE_ASSIGN, Permission.ROLE_MANAGE)
MAKERS = Requires(Permission.ROLE_MANAGE)


class SystemPages(CursorPages):
    """By key."""

    ordering = "key"


class SystemDoor(ServiceViewSet):
    """The systems that roles belong to."""

    access = {"list": Authenticated}
    serializer_class = SystemSerializer
    pagination_class = SystemPages

    @extend_schema(responses=SystemSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All systems."""
        return self.get_paginated_response(SystemSerializer(self.paginate_queryset(System.objects.all()), many=True).data)


class RolePages(CursorPages):
    """By system and key."""

    ordering = ("system_id", "key")


class RoleDoor(ServiceViewSet):
    """Roles, built-in and custom."""

    access = {"list": READERS, "retrieve": READERS, "create": MAKERS, "partial_update": MAKERS, "destroy": MAKERS}
    serializer_class = RoleSerializer
    pagination_class = RolePages

    @extend_schema(responses=RoleSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All roles."""
        return self.get_paginated_response(RoleSerializer(self.paginate_queryset(Role.objects.all()), many=True).data)

    @extend_schema(responses=RoleSerializer)
    def retrieve(self, request: Request, role_id: UUID) -> Response:
        """One role, with the ETag to change it by."""
        role = get_object_or_404(Role, id=role_id)
        return with_etag(Response(RoleSerializer(role).data), role.version)

    @extend_schema(request=NewRoleBody, responses={201: RoleSerializer})
    def create(self, request: Request) -> Response:
        """A custom role."""
        role = services.create_role(new=NewRole(**validated(NewRoleBody, request.data)), by=self.principal)
        return with_etag(Response(RoleSerializer(role).data, status=201), role.version)

    @extend_schema(request=RoleChangeBody, responses=RoleSerializer)
    def partial_update(self, request: Request, role_id: UUID) -> Response:
        """Rename a custom role or change what it permits."""
        change = validated(RoleChangeBody, request.data)
        role = services.edit_role(
            role_id=role_id,
            name=change.get("name"),
            permissions=change.get("permissions"),
            expected_version=expected_version(request),
            by=self.principal,
        )
        return with_etag(Response(RoleSerializer(role).data), role.version)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, role_id: UUID) -> Response:
        """Delete a custom role that nobody holds."""
        services.delete_role(role_id=role_id, by=self.principal)
        return Response(status=204)

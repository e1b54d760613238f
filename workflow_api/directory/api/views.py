"""The door to the directory."""

from rest_framework.request import Request
from rest_framework.response import Response

from directory.api.serializers import DirectoryPersonSerializer, PeopleQuery
from directory.selectors import active_people
from servicekit.contracts.permissions import Permission
from servicekit.pagination import CursorPages
from servicekit.permissions import Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet


class ByName(CursorPages):
    ordering = ("name", "id")


class PersonViewSet(ServiceViewSet):
    access = {
        "list": Requires(Permission.WORKFLOW_MANAGE, Permission.TASK_ALLOCATE, Permission.TASK_TRANSFER_ANY, Permission.USER_VIEW),
    }
    serializer_class = DirectoryPersonSerializer
    pagination_class = ByName

    @extend_schema(parameters=[PeopleQuery])
    def list(self, request: Request) -> Response:
        """Active people, by name."""
        query = PeopleQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(active_people(**query.validated_data))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

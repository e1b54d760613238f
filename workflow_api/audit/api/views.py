"""The door to the record."""

from rest_framework.request import Request
from rest_framework.response import Response

from audit.api.serializers import EntryQuery, EntrySerializer
from audit.selectors import EntryFilter, list_entries
from servicekit.contracts.permissions import Permission
from servicekit.pagination import CursorPages
from servicekit.permissions import Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet


class NewestFirst(CursorPages):
    ordering = ("-at", "-id")


class EntryViewSet(ServiceViewSet):
    access = {"list": Requires(Permission.AUDIT_VIEW)}
    serializer_class = EntrySerializer
    pagination_class = NewestFirst

    @extend_schema(parameters=[EntryQuery])
    def list(self, request: Request) -> Response:
        """Who did what, newest first."""
        query = EntryQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(list_entries(EntryFilter(**query.validated_data)))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

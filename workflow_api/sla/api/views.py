"""The door to the clocks."""

from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.contracts.permissions import Permission
from servicekit.pagination import CursorPages
from servicekit.permissions import Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet
from sla.api.serializers import ClockQuery, ClockSerializer
from sla.selectors import list_clocks


class NextDueFirst(CursorPages):
    ordering = ("target_at", "id")


class ClockViewSet(ServiceViewSet):
    access = {"list": Requires(Permission.TASK_VIEW_ALL)}
    serializer_class = ClockSerializer
    pagination_class = NextDueFirst

    @extend_schema(parameters=[ClockQuery])
    def list(self, request: Request) -> Response:
        """The clocks that are not stopped, the next due first."""
        query = ClockQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(list_clocks(**query.validated_data))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

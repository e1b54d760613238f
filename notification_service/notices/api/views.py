"""Doors to a person's own notices."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from notices import selectors, services
from notices.api.serializers import NoticeQuerySerializer, NoticeSerializer, UnreadSerializer
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet


class NoticeViewSet(ServiceViewSet):
    """What the caller was told; nobody sees what somebody else was told."""

    access = {"list": Authenticated, "unread_count": Authenticated, "read": Authenticated, "read_all": Authenticated}
    serializer_class = NoticeSerializer
    pagination_class = CursorPages

    @extend_schema(parameters=[NoticeQuerySerializer], responses=NoticeSerializer(many=True))
    def list(self, request: Request) -> Response:
        """My notices, newest first."""
        query = NoticeQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.own_notices(self.principal.id, only_unread=query.validated_data["unread"]))
        return self.get_paginated_response(NoticeSerializer(page, many=True).data)

    @extend_schema(responses=UnreadSerializer)
    def unread_count(self, request: Request) -> Response:
        """How many notices I have not read."""
        return Response({"unread": selectors.unread_count(self.principal.id)})

    @extend_schema(request=None, responses=NoticeSerializer)
    def read(self, request: Request, notice_id: UUID) -> Response:
        """Mark one as read."""
        return Response(NoticeSerializer(services.mark_read(notice_id=notice_id, by=self.principal)).data)

    @extend_schema(request=None, responses=UnreadSerializer)
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"unread": services.mark_all_read(by=self.principal)})

"""The thread of a ticket over HTTP."""

from rest_framework.request import Request
from rest_framework.response import Response

from comments import selectors, services
from comments.api.serializers import CommentBody, CommentSerializer, ThreadQuery
from servicekit.idempotency import idempotent
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated
from servicekit.schema import OpenApiParameter, OpenApiResponse, extend_schema
from servicekit.views import ServiceViewSet

IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Makes a repeated request harmless.")


class NewestFirst(CursorPages):
    ordering = ("-posted_at", "-id")


class CommentViewSet(ServiceViewSet):
    access = {"list": Authenticated, "create": Authenticated}
    pagination_class = NewestFirst
    serializer_class = CommentSerializer

    @extend_schema(
        parameters=[ThreadQuery], responses={200: CommentSerializer(many=True), 404: OpenApiResponse(description="ticket_not_known_yet")}
    )
    def list(self, request: Request) -> Response:
        """What the reader may see of a ticket's conversation, newest first."""
        query = ThreadQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.comments_for(self.principal, query.validated_data["ticket"]))
        return self.get_paginated_response(CommentSerializer(page, many=True, context={"reader_id": self.principal.id}).data)

    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=CommentBody, responses={201: CommentSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """Say something about a ticket. A ticket that was filed a moment ago may not be known yet: 404 with Retry-After."""
        body = CommentBody(data=request.data)
        body.is_valid(raise_exception=True)
        comment = services.post_comment(**body.validated_data, by=self.principal)
        return Response(CommentSerializer(comment, context={"reader_id": self.principal.id}).data, status=201)

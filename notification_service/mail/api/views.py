"""Doors to the delivery log and the failed bucket."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from mail import selectors, services
from mail.api.serializers import DeliveryQuerySerializer, DeliverySerializer, shown
from servicekit.contracts.permissions import Permission
from servicekit.pagination import CursorPages
from servicekit.permissions import Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet

Manager = Requires(Permission.NOTIFICATION_MANAGE)


class DeliveryViewSet(ServiceViewSet):
    """What was sent to whom, what waits, and what failed."""

    access = {"list": Manager, "retry": Manager, "discard": Manager}
    serializer_class = DeliverySerializer
    pagination_class = CursorPages

    @extend_schema(parameters=[DeliveryQuerySerializer], responses=DeliverySerializer(many=True))
    def list(self, request: Request) -> Response:
        """Deliveries, newest first."""
        query = DeliveryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.deliveries(query.validated_data["state"]))
        return self.get_paginated_response(shown(page or []))

    @extend_schema(request=None, responses=DeliverySerializer)
    def retry(self, request: Request, delivery_id: UUID) -> Response:
        """Send again what failed or is unknown."""
        return Response(shown([services.retry_delivery(delivery_id=delivery_id, by=self.principal)])[0])

    @extend_schema(request=None, responses=DeliverySerializer)
    def discard(self, request: Request, delivery_id: UUID) -> Response:
        """Give up what was not sent."""
        return Response(shown([services.discard_delivery(delivery_id=delivery_id, by=self.principal)])[0])

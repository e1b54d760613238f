"""Routes below /api/v1/notifications/deliveries/."""

from django.urls import path

from mail.api.views import DeliveryViewSet

urlpatterns = [
    path("", DeliveryViewSet.as_view({"get": "list"})),
    path("<uuid:delivery_id>/retry/", DeliveryViewSet.as_view({"post": "retry"})),
    path("<uuid:delivery_id>/discard/", DeliveryViewSet.as_view({"post": "discard"})),
]

"""Under /api/v1/sla/."""

from django.urls import path

from sla.api.views import ClockViewSet

urlpatterns = [path("clocks/", ClockViewSet.as_view({"get": "list"}))]

"""Under /api/v1/workflows/people/."""

from django.urls import path

from directory.api.views import PersonViewSet

urlpatterns = [path("", PersonViewSet.as_view({"get": "list"}))]

"""Under /api/v1/workflows/audit/."""

from django.urls import path

from audit.api.views import EntryViewSet

urlpatterns = [path("", EntryViewSet.as_view({"get": "list"}))]

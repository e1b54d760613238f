"""Routes below /api/v1/notifications/preferences/."""

from django.urls import path

from preferences.api.views import PreferenceViewSet

urlpatterns = [path("", PreferenceViewSet.as_view({"get": "retrieve", "put": "update"}))]

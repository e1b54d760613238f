"""/api/v1/tickets/imports/"""

from django.urls import path

from transfer.api.views import ImportViewSet

urlpatterns = [path("", ImportViewSet.as_view({"post": "create"}))]

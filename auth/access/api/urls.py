"""Paths of systems and roles."""

from django.urls import path

from access.api.views import RoleDoor, SystemDoor

urlpatterns = [
    path("auth/systems/", SystemDoor.as_view({"get": "list"}), name="systems"),
    path("roles/", RoleDoor.as_view({"get": "list", "post": "create"}), name="roles"),
    path("roles/<uuid:role_id>/", RoleDoor.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}), name="role"),
]

"""Paths of logins and sessions."""

from django.urls import path

from tokens.api.views import BrowserDoor, DeviceDoor, KeyDoor, OwnDoor, ProgramDoor

urlpatterns = [
    path("api/v1/auth/login/", BrowserDoor.as_view({"post": "login"}), name="login"),
    path("api/v1/auth/refresh/", BrowserDoor.as_view({"post": "refresh"}), name="refresh"),
    path("api/v1/auth/logout/", OwnDoor.as_view({"post": "logout"}), name="logout"),
    path("api/v1/auth/me/", OwnDoor.as_view({"get": "me"}), name="me"),
    path("api/v1/auth/token/", ProgramDoor.as_view({"post": "issue"}), name="token"),
    path("api/v1/auth/token/refresh/", ProgramDoor.as_view({"post": "refresh"}), name="token-refresh"),
    path("api/v1/auth/token/revoke/", ProgramDoor.as_view({"post": "revoke"}), name="token-revoke"),
    path("api/v1/auth/sessions/", DeviceDoor.as_view({"get": "list"}), name="sessions"),
    path("api/v1/auth/sessions/<uuid:session_id>/", DeviceDoor.as_view({"delete": "destroy"}), name="session"),
    path(".well-known/jwks.json", KeyDoor.as_view({"get": "list"}), name="jwks"),
]

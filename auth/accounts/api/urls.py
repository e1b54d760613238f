"""Paths of people."""

from django.urls import path

from accounts.api.views import UserDoor

urlpatterns = [
    path("", UserDoor.as_view({"get": "list", "post": "create"}), name="users"),
    path("<uuid:user_id>/", UserDoor.as_view({"get": "retrieve", "patch": "partial_update"}), name="user"),
    path("<uuid:user_id>/activate/", UserDoor.as_view({"post": "activate"}), name="user-activate"),
    path("<uuid:user_id>/deactivate/", UserDoor.as_view({"post": "deactivate"}), name="user-deactivate"),
    path("<uuid:user_id>/assignments/", UserDoor.as_view({"post": "grant"}), name="user-grant"),
    path("<uuid:user_id>/assignments/<str:role>/", UserDoor.as_view({"delete": "revoke"}), name="user-revoke"),
]

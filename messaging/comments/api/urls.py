"""The routes of comments."""

from django.urls import path

from comments.api.views import CommentViewSet

urlpatterns = [path("", CommentViewSet.as_view({"get": "list", "post": "create"}))]

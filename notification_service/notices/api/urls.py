"""Routes below /api/v1/notifications/."""

from django.urls import path

from notices.api.views import NoticeViewSet

urlpatterns = [
    path("", NoticeViewSet.as_view({"get": "list"})),
    path("unread-count/", NoticeViewSet.as_view({"get": "unread_count"})),
    path("read-all/", NoticeViewSet.as_view({"post": "read_all"})),
    path("<uuid:notice_id>/read/", NoticeViewSet.as_view({"post": "read"})),
]

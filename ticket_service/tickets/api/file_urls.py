"""/api/v1/attachments/{id}/content/"""

from django.urls import path

from tickets.api.file_views import ContentViewSet

urlpatterns = [path("<uuid:attachment_id>/content/", ContentViewSet.as_view({"get": "retrieve"}))]

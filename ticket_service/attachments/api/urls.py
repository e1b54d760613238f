"""/api/v1/attachments/"""

from django.urls import path

from attachments.api.views import AttachmentViewSet

urlpatterns = [path("", AttachmentViewSet.as_view({"post": "create"}))]

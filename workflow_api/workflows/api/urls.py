"""Under /api/v1/workflows/."""

from django.urls import path

from workflows.api.views import VersionViewSet, WorkflowViewSet

urlpatterns = [
    path("", WorkflowViewSet.as_view({"get": "list", "post": "create"})),
    path("<uuid:workflow_id>/", WorkflowViewSet.as_view({"get": "retrieve", "put": "update"})),
    path("<uuid:workflow_id>/publish/", WorkflowViewSet.as_view({"post": "publish"})),
    path("<uuid:workflow_id>/versions/", VersionViewSet.as_view({"get": "list"})),
    path("<uuid:workflow_id>/versions/<slug:number>/", VersionViewSet.as_view({"get": "retrieve"})),
]

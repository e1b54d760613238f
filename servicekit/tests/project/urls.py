from django.urls import path

from servicekit.tests.notes.api import NoteViewSet
from servicekit.urls import handler400, handler404, handler500, service_urls  # noqa: F401

urlpatterns = service_urls(
    [
        path("api/v1/notes/", NoteViewSet.as_view({"get": "list", "post": "create"})),
        path("api/v1/notes/<int:pk>/", NoteViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"})),
        path("api/v1/broken/", NoteViewSet.as_view({"get": "broken"})),
    ]
)

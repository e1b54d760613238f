"""The addresses of ticket_service."""

from django.urls import include, path

from servicekit.urls import handler400, handler404, handler500, service_urls

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    [
        path("api/v1/categories/", include("forms.api.urls")),
        path("api/v1/attachments/", include("attachments.api.urls")),
        path("api/v1/attachments/", include("tickets.api.file_urls")),
        path("api/v1/tickets/imports/", include("transfer.api.urls")),
        path("api/v1/tickets/", include("tickets.api.urls")),
    ]
)

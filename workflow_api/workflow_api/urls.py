"""The addresses of workflow_api."""

from django.urls import include, path

from servicekit.urls import handler400, handler404, handler500, service_urls

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]
urlpatterns = service_urls(
    [
        path("api/v1/workflows/audit/", include("audit.api.urls")),
        path("api/v1/workflows/people/", include("directory.api.urls")),
        path("api/v1/workflows/", include("workflows.api.urls")),
        path("api/v1/tasks/", include("tasks.api.urls")),
        path("api/v1/sla/", include("sla.api.urls")),
    ]
)

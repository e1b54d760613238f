"""auth's public paths."""

from django.urls import include, path

from servicekit.urls import handler400, handler404, handler500, service_urls

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    [
        path("", include("tokens.api.urls")),
        path("api/v1/users/", include("accounts.api.urls")),
        path("api/v1/", include("access.api.urls")),
    ]
)

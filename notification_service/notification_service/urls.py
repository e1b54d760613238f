"""All routes of the notification service."""

from django.urls import include, path

from servicekit.urls import handler400, handler404, handler500, service_urls

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls(
    [
        path("api/v1/notifications/", include("notices.api.urls")),
        path("api/v1/notifications/deliveries/", include("mail.api.urls")),
        path("api/v1/notifications/preferences/", include("preferences.api.urls")),
    ]
)

"""The addresses of messaging; the socket's own is in asgi.py."""

from django.urls import include, path

from servicekit.urls import handler400, handler404, handler500, service_urls

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]

urlpatterns = service_urls([path("api/v1/comments/", include("comments.api.urls"))])

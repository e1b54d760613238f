"""The addresses that every service has."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, path

from servicekit.errors import bad_request as handler400
from servicekit.errors import page_not_found as handler404
from servicekit.errors import server_error as handler500

__all__ = ["handler400", "handler404", "handler500", "service_urls"]
Urls = list[URLPattern | URLResolver]


def service_urls(own: Sequence[URLPattern | URLResolver]) -> Urls:
    """The service's own routes, then the admin. The service's urls.py also imports the three handlers."""
    return [
        *own,
        path(settings.ADMIN_PATH, admin.site.urls),
    ]

"""The Django apps of the shared mechanisms."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig


class AdminApp(SimpleAdminConfig):
    """django.contrib.admin with our site as the default."""

    default_site = "servicekit.admin.ServiceAdminSite"

    def ready(self) -> None:
        """Find every app's admin module."""
        super().ready()
        self.module.autodiscover()  # type: ignore[union-attr]


class ServicekitConfig(AppConfig):
    """Makes every app's handlers and jobs known, in web and worker alike."""

    default = True
    name = "servicekit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Import ``handlers`` and ``jobs`` of all apps; servicekit's own first."""
        from servicekit.admin import register_mechanisms

        for module in ("servicekit.revocation", "servicekit.idempotency", "servicekit.events.receiving", "servicekit.events.purge"):
            import_module(module)
        for app in apps.get_app_configs():
            for name in ("handlers", "jobs"):
                if not app.name.startswith(("django.", "servicekit")) and find_spec(f"{app.name}.{name}"):
                    import_module(f"{app.name}.{name}")
        register_mechanisms()

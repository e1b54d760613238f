"""Django admin behind the one login: the access cookie of somebody with ``admin.enter``; no second password."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from servicekit.authentication import authenticate_cookie
from servicekit.contracts.permissions import Permission
from servicekit.errors import NotAuthenticated
from servicekit.principal import Principal


class ServiceAdminSite(admin.AdminSite):
    """Sends those who are not logged in to the SPA's login, which brings them back."""

    site_header = site_title = "Ticket Tracking System"
    site_url = "/"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """To the one login page."""
        return HttpResponseRedirect("/login?" + urlencode({"next": request.GET.get("next", f"/{settings.ADMIN_PATH}")}))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """Back to the SPA, where the session is ended."""
        return HttpResponseRedirect("/")


class AdminDoor:
    """Middleware: on admin paths, the person of the access cookie becomes Django's user for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(f"/{settings.ADMIN_PATH}"):
            self._open(request)
        return self._get_response(request)

    def _open(self, request: HttpRequest) -> None:
        try:
            principal = authenticate_cookie(request)
        except NotAuthenticated:
            return
        if principal is not None and principal.has(Permission.ADMIN_ENTER):
            request.user = _django_user(principal)


def _django_user(principal: Principal) -> Any:
    """auth's own user, or a row without password that the admin's log can point to. Its rights live for this request only."""
    model = get_user_model()
    if model._meta.app_label == "auth":
        user, _ = model._default_manager.get_or_create(username=str(principal.id), defaults={"first_name": principal.name[:150]})
    else:
        user = model._default_manager.get(pk=str(principal.id))
    for name in ("is_active", "is_staff", "is_superuser"):
        user.__dict__[name] = True
    for name in ("has_perm", "has_module_perms", "has_perms"):
        user.__dict__[name] = lambda *args, **kwargs: True
    return user


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """To look at, not to edit by hand: what may happen to it is a service or an action."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


def register_mechanisms() -> None:
    """Make the outbox, the dead letters and the timers visible."""
    from servicekit import models

    admin.site.register(models.OutboxEvent, OutboxAdmin)
    admin.site.register(models.DeadLetter, DeadLetterAdmin)
    admin.site.register(models.ScheduledJob, ScheduledJobAdmin)


class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "aggregate_id", "aggregate_version", "created_at", "published_at", "attempts", "last_error")
    list_filter = ("type", ("published_at", admin.EmptyFieldListFilter))
    search_fields = ("=event_id", "=aggregate_id", "=correlation_id")
    show_full_result_count = False


class ScheduledJobAdmin(ReadOnlyAdmin):
    list_display = ("kind", "key", "run_at", "attempts", "last_error")
    list_filter = ("kind",)
    search_fields = ("key",)
    ordering = ("run_at",)


class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ("id", "source", "name", "handler", "reason", "created_at", "resolution")
    list_filter = ("source", ("resolved_at", admin.EmptyFieldListFilter), "name")
    actions = ("replay", "dismiss")

    @admin.action(description="Handle again")
    def replay(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Run the handlers once more; a letter that fails again stays."""
        from servicekit.events import dead_letters

        for letter in queryset.filter(resolved_at__isnull=True):
            error = dead_letters.try_replay(letter.id)
            if error:
                self.message_user(request, f"{letter}: {error}", messages.ERROR)

    @admin.action(description="Dismiss")
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Give them up."""
        from servicekit.events import dead_letters

        for letter in queryset.filter(resolved_at__isnull=True):
            dead_letters.dismiss(letter.id)

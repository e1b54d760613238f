import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from servicekit.testing.keys import make_principal, token_for
from tests.factories import approved

APPS = {"audit", "directory", "sla", "workflows", "tasks"}
OURS = sorted((model for model in admin.site._registry if model._meta.app_label in APPS), key=str)


@pytest.fixture
def browser(db):
    browser = Client()
    browser.cookies["tts_access"] = token_for(make_principal("platform.superuser"))
    return browser


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_table_can_be_looked_at_in_the_admin(model, task, desk, deliver, browser):
    deliver(approved(ticket_id=desk.eve.id, number="TX-2", category="others", subcategory=""))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert browser.get(reverse(f"{name}_changelist")).status_code == 200
    row = model.objects.first()
    if row is not None:
        assert browser.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
        assert browser.get(reverse(f"{name}_delete", args=[row.pk])).status_code == 403


def test_somebody_without_the_right_to_enter_is_sent_to_the_login(db):
    browser = Client()
    browser.cookies["tts_access"] = token_for(make_principal("tts.agent"))
    answer = browser.get(reverse("admin:tasks_task_changelist"), follow=True)
    assert [url.split("?")[0] for url, _ in answer.redirect_chain] == ["/admin/workflows/login/", "/login"]

"""Django admin, by the one login."""

import pytest

from accounts.models import LoginTries
from tests.factories import PASSWORD, a_user, logged_in, told

pytestmark = pytest.mark.usefixtures("seeded")
PAGES = ("", "accounts/user/", "accounts/logintries/", "access/system/", "access/role/", "access/assignment/", "tokens/session/",
         "servicekit/outboxevent/", "servicekit/deadletter/", "servicekit/scheduledjob/")  # fmt: skip


def visit(client, page):
    return client.get(f"/admin/auth/{page}")


def act(client, action, user):
    return client.post("/admin/auth/accounts/user/", {"action": action, "_selected_action": [str(user.id)]}, format="multipart")


@pytest.mark.parametrize("page", PAGES)
def test_an_admin_sees_each_table(page):
    admin = a_user("tts.admin", password=PASSWORD)
    a_user("hdts.employee")
    assert visit(logged_in(admin), page).status_code == 200


def test_an_admin_sees_a_person_but_not_the_hash_of_his_password():
    client, user = logged_in(a_user("tts.admin", password=PASSWORD)), a_user("hdts.employee", password=PASSWORD)
    page = visit(client, f"accounts/user/{user.id}/change/").content.decode()
    assert user.email in page
    assert "argon2" not in page


def test_an_admin_cannot_write_to_a_table_past_the_services():
    client, user = logged_in(a_user("platform.superuser", password=PASSWORD)), a_user("hdts.employee", name="Old")
    assert visit(client, "accounts/user/add/").status_code == 403
    assert client.post(f"/admin/auth/accounts/user/{user.id}/change/", {"name": "New"}, format="multipart").status_code == 403
    assert client.post(f"/admin/auth/accounts/user/{user.id}/delete/", {"post": "yes"}, format="multipart").status_code == 403
    user.refresh_from_db()
    assert user.name == "Old"
    assert told() == []


@pytest.mark.parametrize("role", ["hdts.employee", "hdts.coordinator", "tts.agent"])
def test_whoever_may_not_enter_is_led_to_the_login(role):
    answer = logged_in(a_user(role, password=PASSWORD)).get("/admin/auth/accounts/user/", follow=True)
    assert answer.redirect_chain == [
        ("/admin/auth/login/?next=/admin/auth/accounts/user/", 302),
        ("/login?next=%2Fadmin%2Fauth%2Faccounts%2Fuser%2F", 302),
    ]


def test_an_action_goes_through_the_service_and_is_told():
    client, user = logged_in(a_user("tts.admin", password=PASSWORD)), a_user("hdts.employee")
    assert act(client, "deactivate", user).status_code == 302
    user.refresh_from_db()
    assert user.is_active is False
    assert [event.type for event in told()] == ["user.deactivated", "assignment.updated"]
    act(client, "activate", user)
    user.refresh_from_db()
    assert user.is_active


def test_an_action_above_ones_rights_is_refused_by_the_service():
    client, root = logged_in(a_user("tts.admin", password=PASSWORD)), a_user("platform.superuser")
    act(client, "deactivate", root)
    root.refresh_from_db()
    assert root.is_active
    assert told() == []


def test_an_admin_unlocks_a_login():
    client, user = logged_in(a_user("tts.admin", password=PASSWORD)), a_user("hdts.employee", email="e@example.org")
    LoginTries.objects.create(address="e@example.org", failures=10)
    act(client, "unlock", user)
    assert LoginTries.objects.get(address="e@example.org").failures == 0

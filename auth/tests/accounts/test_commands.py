"""create_first_admin, also under Django's name for it, and seed_demo."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from access.selectors import held_by
from access.services import seed_access
from accounts.errors import InvalidCredentials
from accounts.models import User
from accounts.passwords import check_credentials
from accounts.services import deactivate_user
from servicekit.contracts.auth import AssignmentGranted, RoleCreated, UserCreated
from servicekit.principal import SYNTHETIC_ID, SYSTEM
from tests.factories import a_user, forget_published, told


def first_admin(**options):
    out = StringIO()
    call_command("create_first_admin", email="root@example.org", name="Root", stdout=out, **options)
    return out.getvalue()


def test_the_first_admin_logs_in_by_the_password_that_is_shown_once(db):
    password = first_admin().strip().rsplit(" ", 1)[1]
    user = check_credentials(email="root@example.org", password=password)
    assert held_by(user.id).roles == ("platform.superuser",)
    assert len(password) == 24


def test_the_first_admin_comes_with_the_roles_where_they_are_not_seeded_yet(db):
    first_admin()
    kinds = [type(event) for event in told()]
    assert kinds == [RoleCreated] * 6 + [UserCreated, AssignmentGranted]


def test_the_first_admins_password_may_come_by_the_standard_input_and_is_not_shown(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("a good long one\n"))
    assert "a good long one" not in first_admin(password_stdin=True)
    assert check_credentials(email="root@example.org", password="a good long one").name == "Root"


def test_a_second_first_admin_is_refused_and_nobody_is_made(db):
    first_admin()
    forget_published()
    with pytest.raises(CommandError, match="There is a superuser already"):
        call_command("create_first_admin", email="second@example.org", name="Second", stdout=StringIO())
    assert User.objects.count() == 1
    assert told() == []


def test_a_weak_password_or_a_bad_address_makes_no_admin(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("password\n"))
    with pytest.raises(CommandError, match="too common"):
        first_admin(password_stdin=True)
    with pytest.raises(CommandError, match="valid email"):
        call_command("create_first_admin", email="nonsense", name="Root", stdout=StringIO())
    assert not User.objects.exists()
    assert told() == []


def test_djangos_createsuperuser_asks_who_it_is_to_be_and_makes_the_first_admin_and_no_second(db, monkeypatch):
    answers = {"E-mail address: ": "root@example.org", "Name: ": "Root"}
    monkeypatch.setattr("builtins.input", answers.pop)
    out = StringIO()
    call_command("createsuperuser", stdout=out)
    user = check_credentials(email="root@example.org", password=out.getvalue().strip().rsplit(" ", 1)[1])
    assert (user.name, held_by(user.id).roles, answers) == ("Root", ("platform.superuser",), {})
    with pytest.raises(CommandError, match="There is a superuser already"):
        call_command("createsuperuser", email="second@example.org", name="Second", stdout=StringIO())


def seed_demo(file):
    call_command("seed_demo", out=file, stdout=StringIO())
    return json.loads(file.read_text())


def test_the_demo_people_log_in_by_the_file_that_only_its_owner_may_read(db, tmp_path):
    file = tmp_path / "logins.json"
    logins = seed_demo(file)
    assert [(login["role"], login["email"]) for login in logins] == [
        ("hdts.employee", "employee@demo.tts"),
        ("hdts.coordinator", "coordinator@demo.tts"),
        ("hdts.admin", "hdts-admin@demo.tts"),
        ("tts.agent", "agent@demo.tts"),
        ("tts.agent", "agent2@demo.tts"),
        ("tts.admin", "admin@demo.tts"),
        ("platform.superuser", "root@demo.tts"),
    ]
    for login in logins:
        user = check_credentials(email=login["email"], password=login["password"])
        assert (user.name, held_by(user.id).roles) == (login["name"], (login["role"],))
    assert len({login["password"] for login in logins}) == 7
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_demo_seed_keeps_passwords_and_tells_nothing(db, tmp_path):
    file = tmp_path / "logins.json"
    logins = seed_demo(file)
    forget_published()
    assert seed_demo(file) == logins
    assert User.objects.count() == 7
    assert told() == []


def test_where_the_file_was_lost_the_demo_people_get_new_passwords(db, tmp_path):
    file = tmp_path / "logins.json"
    before = seed_demo(file)
    file.unlink()
    after = seed_demo(file)
    assert User.objects.count() == 7
    assert {login["password"] for login in before}.isdisjoint(login["password"] for login in after)
    assert check_credentials(email="agent@demo.tts", password=after[3]["password"]).name == "Ada Agent"


@pytest.mark.usefixtures("seeded")
def test_a_superuser_who_was_switched_off_beside_an_active_one_does_not_reopen_the_command():
    a_user("platform.superuser")
    deactivate_user(user_id=a_user("platform.superuser").id, by=SYSTEM)
    with pytest.raises(CommandError):
        first_admin()


def test_the_synthetic_person_logs_in_by_the_last_password_given_and_may_only_submit(db, monkeypatch):
    seed_access()
    for password in ("vK2-mQ9x-Lw47-tRz8", "hB6-nP3y-Ds51-cJf0"):
        monkeypatch.setattr("sys.stdin", StringIO(password + "\n"))
        out = StringIO()
        call_command("synthetic_person", stdout=out)
    user = check_credentials(email=out.getvalue().strip(), password="hB6-nP3y-Ds51-cJf0")
    assert (user.id, held_by(user.id).roles) == (SYNTHETIC_ID, ("hdts.employee",))
    with pytest.raises(InvalidCredentials):
        check_credentials(email=user.email, password="vK2-mQ9x-Lw47-tRz8")

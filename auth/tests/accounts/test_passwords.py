"""Hashes, and tries at a password."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import InvalidCredentials
from accounts.hashers import LeanArgon2Hasher
from accounts.models import LoginTries, User
from accounts.passwords import check_credentials
from accounts.services import deactivate_user, set_password, unlock_login
from servicekit.contracts.auth import SessionRevoked
from servicekit.errors import Forbidden, InvalidInput
from servicekit.principal import SYSTEM
from tests.factories import PASSWORD, a_user, counter, principal_of, told
from tokens.models import SessionKind
from tokens.services import Client, open_session

pytestmark = pytest.mark.usefixtures("seeded")


def try_wrong(email, times=1):
    for _ in range(times):
        with pytest.raises(InvalidCredentials):
            check_credentials(email=email, password="wrong password")


def failures(email):
    return LoginTries.objects.get(address=email).failures


def test_passwords_are_stored_as_argon2id_with_19_mib_two_passes_and_one_lane():
    user = a_user(password=PASSWORD)
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_each_of_the_two_web_processes_hashes_one_password_at_a_time(monkeypatch):
    running, most, lock = 0, 0, threading.Lock()

    def slow(self, password, salt):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return "hash"

    monkeypatch.setattr(Argon2PasswordHasher, "encode", slow)
    threads = [threading.Thread(target=LeanArgon2Hasher().encode, args=("p", "salt")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


def test_a_hash_of_other_cost_is_renewed_by_the_next_right_password(monkeypatch):
    user = a_user(email="e@example.org")
    monkeypatch.setattr(LeanArgon2Hasher, "time_cost", 1)
    User.objects.filter(id=user.id).update(password=make_password(PASSWORD))
    monkeypatch.setattr(LeanArgon2Hasher, "time_cost", 2)
    check_credentials(email="e@example.org", password=PASSWORD)
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_address_is_found_however_its_letters_are_cased():
    user = a_user(email="Erin@Example.org", password=PASSWORD)
    assert check_credentials(email=" eRIN@example.ORG ", password=PASSWORD).id == user.id


def test_a_password_is_compared_to_its_last_character_and_blank():
    a_user(email="e@example.org", password=PASSWORD + " ")
    for near in (PASSWORD, PASSWORD + "  ", " " + PASSWORD + " "):
        with pytest.raises(InvalidCredentials):
            check_credentials(email="e@example.org", password=near)


def test_one_wrong_try_counts_exactly_one():
    a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org")
    assert failures("e@example.org") == 1


def test_the_right_password_clears_the_count():
    a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=9)
    check_credentials(email="e@example.org", password=PASSWORD)
    assert failures("e@example.org") == 0


def test_the_tenth_failure_locks_for_exactly_15_minutes(frozen_clock):
    user = a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=10)
    frozen_clock.advance(timedelta(minutes=15) - timedelta(microseconds=1))
    with pytest.raises(InvalidCredentials):
        check_credentials(email="e@example.org", password=PASSWORD)
    frozen_clock.advance(timedelta(microseconds=1))
    assert check_credentials(email="e@example.org", password=PASSWORD).id == user.id


def test_nine_failures_lock_nothing():
    user = a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=9)
    assert check_credentials(email="e@example.org", password=PASSWORD).id == user.id


def test_tries_during_the_lock_neither_count_nor_prolong_it(frozen_clock):
    a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=10)
    until = LoginTries.objects.get().locked_until
    frozen_clock.advance(timedelta(minutes=14))
    try_wrong("e@example.org", times=3)
    tries = LoginTries.objects.get()
    assert (tries.failures, tries.locked_until) == (10, until)


def test_after_the_lock_the_count_starts_anew(frozen_clock):
    a_user(email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=10)
    frozen_clock.advance(timedelta(minutes=15))
    try_wrong("e@example.org")
    assert (failures("e@example.org"), LoginTries.objects.get().locked_until) == (1, None)


def test_an_unknown_address_locks_like_a_known_one():
    try_wrong("ghost@example.org", times=10)
    assert LoginTries.objects.get(address="ghost@example.org").locked_until is not None


def test_every_spelling_that_finds_a_person_counts_against_one_lock():
    a_user(email="Kim.I@example.org", password=PASSWORD)
    for email in ("kim.i@example.org", "KIM.I@EXAMPLE.ORG", "\u212aim.\u0130@example.org"):
        try_wrong(email)
    assert [(tries.address, tries.failures) for tries in LoginTries.objects.all()] == [("kim.i@example.org", 3)]


def test_an_address_that_grows_by_being_lowered_is_refused_like_any_other():
    try_wrong("\u0130" * 254)


def test_one_persons_failures_do_not_lock_another():
    a_user(email="a@example.org", password=PASSWORD)
    other = a_user(email="b@example.org", password=PASSWORD)
    try_wrong("a@example.org", times=10)
    assert check_credentials(email="b@example.org", password=PASSWORD).id == other.id


@pytest.fixture
def hashes(monkeypatch):
    """The hashes that are really computed, one entry each."""
    done: list[str] = []

    def counted(name):
        real = getattr(Argon2PasswordHasher, name)

        def run(self, *args):
            done.append(name)
            return real(self, *args)

        return run

    for name in ("encode", "verify"):
        monkeypatch.setattr(Argon2PasswordHasher, name, counted(name))
    return done


def test_unknown_wrong_disabled_and_passwordless_take_one_hash_and_the_same_queries(hashes):
    a_user(email="known@example.org", password=PASSWORD)
    a_user(email="invited@example.org")
    off = a_user(email="off@example.org", password=PASSWORD)
    deactivate_user(user_id=off.id, by=SYSTEM)
    work = {}
    for email, password in (
        ("known@example.org", "wrong password"),
        ("unknown@example.org", "wrong password"),
        ("invited@example.org", "wrong password"),
        ("off@example.org", "wrong password"),
        ("off@example.org", PASSWORD),
    ):
        LoginTries.objects.all().delete()
        hashes.clear()
        with CaptureQueriesContext(connection) as queries, pytest.raises(InvalidCredentials):
            check_credentials(email=email, password=password)
        work[email, password] = (len(hashes), [query["sql"].split(" ")[0] for query in queries])
    assert len({str(value) for value in work.values()}) == 1, work
    assert work["unknown@example.org", "wrong password"][0] == 1


def test_an_admin_unlocks_a_person_before_the_time():
    user = a_user("hdts.employee", email="E@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=10)
    unlock_login(user_id=user.id, by=principal_of(a_user("tts.admin")))
    assert check_credentials(email="e@example.org", password=PASSWORD).id == user.id


def test_an_agent_unlocks_nobody():
    user = a_user("hdts.employee", email="e@example.org", password=PASSWORD)
    try_wrong("e@example.org", times=10)
    with pytest.raises(Forbidden):
        unlock_login(user_id=user.id, by=principal_of(a_user("tts.agent")))
    assert failures("e@example.org") == 10


def test_another_password_ends_what_was_logged_in_by_the_old_one():
    user = a_user("hdts.employee", email="e@example.org", password=PASSWORD)
    session = open_session(user_id=user.id, client=Client(SessionKind.BROWSER, "Firefox")).session
    set_password(user_id=user.id, password="another long one", by=SYSTEM)
    [end] = told()
    assert isinstance(end, SessionRevoked)
    assert (end.session_id, end.reason) == (session.id, "password")
    assert check_credentials(email="e@example.org", password="another long one").id == user.id
    try_wrong("e@example.org")


def test_a_weak_password_replaces_nothing_and_ends_no_session():
    user = a_user("hdts.employee", email="e@example.org", password=PASSWORD)
    with pytest.raises(InvalidInput):
        set_password(user_id=user.id, password="password", by=SYSTEM)
    assert check_credentials(email="e@example.org", password=PASSWORD).id == user.id
    assert told() == []


def test_operators_see_every_log_in_that_was_refused():
    user = a_user(password=PASSWORD)
    before = counter("login_failures_total")
    try_wrong(user.email, times=3)
    check_credentials(email=user.email, password=PASSWORD)
    assert counter("login_failures_total") - before == 3

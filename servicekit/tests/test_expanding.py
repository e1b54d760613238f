"""Schema changes beside a running release: F-14, F-15, F-16."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, migrations

from servicekit import expanding, health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_first_shelves(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database of a release before the colour; it ends as the tests found it."""
    monkeypatch.setattr(expanding, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(expanding, "PAUSES", (0.05, 0.05))
    call_command("migrate", "shelves", "0001", verbosity=0)
    yield
    call_command("migrate", verbosity=0)


def columns() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'shelves_shelf'")
        return {row[0] for row in cursor.fetchall()}


def in_a_thread_of_its_own(function, *args):
    with ThreadPoolExecutor(1) as threads:
        result = threads.submit(function, *args).result()
        threads.submit(connections.close_all).result()
    return result


@pytest.fixture
def somebody_who_reads(at_first_shelves: None) -> Iterator[psycopg2.extensions.connection]:
    """A session with an open transaction that has read the table."""
    link = psycopg2.connect(**connection.get_connection_params())
    link.cursor().execute("SELECT count(*) FROM shelves_shelf")
    yield link
    link.close()


def migration(name: str, *, after: str = "", phase: str = "expand") -> migrations.Migration:
    made = migrations.Migration(name, "shelves")
    made.dependencies = [("shelves", after)] if after else []  # type: ignore[misc]
    made.phase = phase  # type: ignore[attr-defined]
    return made


def test_what_contracts_waits_and_so_does_all_that_builds_on_it():
    plan = [
        migration("1"),
        migration("2", after="1", phase="contract"),
        migration("3", after="2"),
        migration("4", after="3"),
        migration("5"),
    ]
    assert [each.name for each in expanding.without_contract(plan)] == ["1", "5"]


def test_the_label_goes_only_when_told_to_and_the_service_is_ready_before(at_first_shelves, monkeypatch):
    monkeypatch.setattr(health, "_migrated", set())
    assert health._migrations() == "1 not applied"
    assert (expanding.expand(), columns()) == (["shelves.0002_colour"], {"id", "name", "label", "colour"})
    assert health._migrations() == "ok"
    assert (expanding.expand(), columns()) == ([], {"id", "name", "label", "colour"})
    assert (expanding.expand(contract=True), columns()) == (["shelves.0003_without_label"], {"id", "name", "colour"})


def test_a_table_in_use_is_given_up_after_the_tries_and_nothing_is_changed(somebody_who_reads):
    with pytest.raises(CommandError, match=r"shelves\.0002_colour: somebody holds what it changes"):
        call_command("expand")
    assert columns() == {"id", "name", "label"}
    somebody_who_reads.rollback()
    assert expanding.expand() == ["shelves.0002_colour"]


def test_whoever_comes_behind_a_change_that_waits_is_served_within_its_time_out(somebody_who_reads, monkeypatch):
    monkeypatch.setattr(expanding, "LOCK_TIMEOUT", "1s")
    monkeypatch.setattr(expanding, "PAUSES", (0.5,))
    other = psycopg2.connect(**connection.get_connection_params())
    other.autocommit = True
    other.cursor().execute("SET statement_timeout = '1500ms'")
    with ThreadPoolExecutor(1) as threads:
        change = threads.submit(call_command, "expand")
        while not change.done():
            other.cursor().execute("SELECT count(*) FROM shelves_shelf")  # raises if it waits longer
        assert isinstance(change.exception(), CommandError)
        threads.submit(connections.close_all).result()
    other.close()


def test_of_two_at_once_one_applies_and_the_other_finds_nothing_left(at_first_shelves):
    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(in_a_thread_of_its_own, expanding.expand) for _ in range(2)]
    assert sorted(each.result() for each in both) == [[], ["shelves.0002_colour"]]


def test_an_index_that_was_left_half_built_is_dropped_first(at_first_shelves):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO shelves_shelf (name, label) VALUES ('a', ''), ('a', '')")
        with pytest.raises(Exception, match="could not create unique index"):
            cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY half_built ON shelves_shelf (name)")
    expanding.expand()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('half_built')")
        assert cursor.fetchone() == (None,)


def test_what_is_pending_is_told_with_its_phase_and_its_sql(at_first_shelves):
    out = StringIO()
    call_command("pending_migrations", stdout=out)
    told = json.loads(out.getvalue())
    assert told["in_use"] is True
    assert [(each["name"], each["phase"]) for each in told["migrations"]] == [
        ("shelves.0002_colour", "expand"),
        ("shelves.0003_without_label", "contract"),
    ]
    assert 'ALTER TABLE "shelves_shelf" ADD COLUMN "colour" varchar(20) NULL;' in told["migrations"][0]["sql"]

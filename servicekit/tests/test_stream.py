"""Numbers follow commits, and a follower misses nothing."""

import threading
import time

import pytest
from django.db import connection, transaction

from servicekit.stream.follower import Follower
from servicekit.stream.rows import append, latest, read_after

pytestmark = pytest.mark.django_db(transaction=True)


def add(audience="room", **body):
    with transaction.atomic():
        append(audience, "said", body)
        return latest()


def test_a_row_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError):
        append("room", "said", {})


def test_rows_are_read_in_order_from_a_number_on_and_by_audience():
    first = add("a", n=1)
    add("b", n=2)
    add("a", n=3)
    assert [(row.audience, row.body) for row in read_after(first)] == [("b", {"n": 2}), ("a", {"n": 3})]
    assert [row.body for row in read_after(0, ["a"])] == [{"n": 1}, {"n": 3}]


def test_a_late_commit_does_not_slip_behind_a_reader():
    """The second writer waits for the first, so no lower number appears after a higher one was seen."""
    started, seen = threading.Event(), []

    def slow():
        with transaction.atomic():
            append("room", "said", {"who": "slow"})
            started.set()
            time.sleep(0.4)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(5)
    add(who="quick")
    seen = [row.body["who"] for row in read_after(0)]
    thread.join()
    assert seen == ["slow", "quick"]


def test_a_follower_hears_each_row_once_in_order_even_when_its_connection_is_cut():
    heard: list[int] = []
    follower = Follower(lambda rows: heard.extend(row.number for row in rows))
    follower.start()
    while follower.position < 0:
        time.sleep(0.01)
    numbers = [add() for _ in range(20)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%%stream%%' AND pid <> pg_backend_pid()")
    numbers += [add() for _ in range(20)]
    deadline = time.monotonic() + 10
    while len(heard) < 40 and time.monotonic() < deadline:
        time.sleep(0.02)
    follower.stop()
    assert heard == numbers
    assert latest() == numbers[-1]

"""Late commits and slow readers."""

import threading
import time

import pytest
from django.db import connection, transaction

from comments import audiences
from realtime.outlet import SIZE
from servicekit.stream.rows import append, latest

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]


def write_slowly(audience: str, entered: threading.Event, leave: threading.Event) -> None:
    """Take a number early and commit it late."""
    with transaction.atomic():
        append(audience, "told", {"by": "slow"})
        entered.set()
        assert leave.wait(5)
    connection.close()


def write_quickly(audience: str) -> tuple[int, float]:
    with transaction.atomic():
        append(audience, "told", {"by": "quick"})
        number = latest()
    return number, time.monotonic()


async def test_a_transaction_that_took_its_number_first_and_commits_late_is_heard_first(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    entered, leave = threading.Event(), threading.Event()
    threading.Timer(0.3, leave.set).start()
    started = time.monotonic()
    slow = threading.Thread(target=write_slowly, args=(audiences.person(me.id), entered, leave))
    slow.start()
    assert await live.run(entered.wait, 5)
    number, committed_at = await live.run(write_quickly, audiences.person(me.id))
    heard = [await page.hear(), await page.hear()]
    slow.join()
    assert [(frame["body"]["by"], frame["number"]) for frame in heard] == [("slow", number - 1), ("quick", number)]
    assert committed_at - started >= 0.3


async def test_a_row_that_is_rolled_back_is_heard_by_nobody(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    await live.run(write_and_roll_back, audiences.person(me.id))
    number, _ = await live.run(write_quickly, audiences.person(me.id))
    assert (await page.hear())["number"] == number
    assert await page.hears_nothing()


def write_and_roll_back(audience: str) -> None:
    with transaction.atomic():
        append(audience, "told", {})
        transaction.set_rollback(True)


async def test_a_browser_that_does_not_read_is_cut_off_and_the_others_hear_everything(live, principal):
    me = principal()
    slow, quick = await live.browser_of(me), await live.browser_of(me)
    for page in (slow, quick):
        await page.subscribe("me")
    await slow.stall()
    await live.run(write_many, audiences.person(me.id), SIZE + 2)
    assert [(await quick.hear())["body"] for _ in range(SIZE + 2)] == [{"n": n} for n in range(SIZE + 2)]
    assert await slow.close_code() == 1013
    assert live.hub._sockets == {me.id: 1}


async def test_a_browser_that_reads_again_in_time_hears_everything(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    await page.stall()
    await live.run(write_many, audiences.person(me.id), SIZE)
    assert await page.hears_nothing()
    await page.socket.send_input({"type": "transport.resumed"})
    assert [(await page.hear())["body"] for _ in range(SIZE)] == [{"n": n} for n in range(SIZE)]


def write_many(audience: str, count: int) -> None:
    with transaction.atomic():
        for n in range(count):
            append(audience, "told", {"n": n})


async def test_when_the_database_hangs_up_the_hub_listens_anew_and_misses_nothing(live, principal):
    me = principal()
    page = await live.browser_of(me)
    await page.subscribe("me")
    assert await live.run(hang_up_on_followers) >= 1
    number, _ = await live.run(reconnect_and_write, audiences.person(me.id))
    assert (await page.hear())["number"] == number


def reconnect_and_write(audience: str) -> tuple[int, float]:
    connection.close()  # it may have been among those that were hung up on
    return write_quickly(audience)


def hang_up_on_followers() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND (query LIKE '%stream_streamrow%' OR query LIKE 'LISTEN%')"
        )
        return int(cursor.fetchone()[0])

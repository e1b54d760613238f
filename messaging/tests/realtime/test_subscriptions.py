"""No row missed, none doubled, whatever comes between the reading and the listening."""

import asyncio
import json
import random
from uuid import uuid4

import pytest

from realtime import frames, subscriptions
from realtime.hub import Hub
from realtime.lanes import Lanes
from realtime.outlet import Outlet
from realtime.subscriptions import FROM_NOW, Subscription
from servicekit.contracts import Person
from servicekit.stream.rows import Row
from tests.factories import AT

pytestmark = pytest.mark.asyncio
OURS = frozenset({"ours"})


class Chance(Lanes):
    """Lanes without threads, in which anything may happen before and after a look at the table."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice

    async def run(self, function, *args, **kwargs):
        await self.pause()
        found = function(*args, **kwargs)
        await self.pause()
        return found

    async def pause(self) -> None:
        for _ in range(self._dice.randrange(4)):
            await asyncio.sleep(0)


@pytest.fixture
def table(monkeypatch) -> list[Row]:
    """A stream table in memory."""
    rows: list[Row] = []
    monkeypatch.setattr(subscriptions, "latest", lambda: rows[-1].number if rows else 0)
    monkeypatch.setattr(subscriptions, "oldest", lambda: rows[0].number if rows else 0)
    monkeypatch.setattr(
        subscriptions,
        "read_after",
        lambda n, audiences, limit: [row for row in rows if row.number > n and row.audience in audiences][:limit],
    )
    monkeypatch.setattr(subscriptions, "PAGE", 3)
    return rows


def row(number: int, audience: str = "ours") -> Row:
    return Row(number, audience, "told", {}, AT)


async def write(table: list[Row], hub: Hub, lanes: Chance, numbers: range) -> None:
    """Commits, one after the other, each delivered some time after it can be read."""
    for number in numbers:
        table.append(row(number, "ours" if number % 3 else "theirs"))
        await lanes.pause()
        hub.deliver([table[-1]])
        await lanes.pause()


@pytest.mark.parametrize("seed", range(100))
async def test_every_row_after_the_number_is_told_once_and_in_order(table, seed):
    dice = random.Random(seed)
    lanes, heard = Chance(dice), []
    hub = Hub(lanes)

    async def send(frame: str) -> None:
        await lanes.pause()
        heard.append(json.loads(frame))

    table.extend(row(number) for number in range(1, 10))
    outlet = Outlet(send, on_overflow=lambda: pytest.fail("overflow"), size=40)
    after = dice.choice([FROM_NOW, 0, 4, 9])
    subscription = Subscription("ours", OURS, uuid4(), outlet, after)
    writer = asyncio.create_task(write(table, hub, lanes, range(10, 40)))
    sender = asyncio.create_task(outlet.run())
    await lanes.pause()
    hub.attach(subscription, OURS)
    await subscription.catch_up(lanes)
    await writer
    while not heard or heard[-1]["number"] < 38:
        await asyncio.sleep(0)
    sender.cancel()

    place = next(index for index, frame in enumerate(heard) if frame["type"] == "subscribed")
    subscribed = heard.pop(place)["number"]
    numbers = [frame["number"] for frame in heard]
    ours = [item.number for item in table if item.audience == "ours"]
    assert numbers[:place] == [number for number in numbers if number <= subscribed]
    if after == FROM_NOW:  # "now" is a moment between the asking and the answer
        assert numbers == ours[-len(numbers) :]
        assert numbers[place:] == [number for number in ours if number > subscribed]
    else:
        assert numbers == [number for number in ours if number > after]


async def test_what_happens_while_there_is_no_room_to_say_that_it_is_all_is_told_after_it(table):
    heard: list[str] = []

    async def send(frame: str) -> None:
        heard.append(frame)

    lanes, outlet = Chance(random.Random(1)), Outlet(send, on_overflow=lambda: pytest.fail("overflow"), size=1)
    hub = Hub(lanes)
    table.append(row(1))
    subscription = Subscription("ours", OURS, uuid4(), outlet, 0)
    hub.attach(subscription, OURS)
    catching_up = asyncio.create_task(subscription.catch_up(lanes))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not catching_up.done()
    table.append(row(2))
    hub.deliver([table[-1]])
    sender = asyncio.create_task(outlet.run())
    await catching_up
    await asyncio.sleep(0)
    sender.cancel()
    assert heard == [frames.event("ours", row(1)), frames.subscribed("ours", 1), frames.event("ours", row(2))]


async def test_a_subscription_that_is_stopped_tells_nothing_more(table):
    heard: list[str] = []

    async def send(frame: str) -> None:
        heard.append(frame)

    lanes = Chance(random.Random(1))
    table.extend(row(number) for number in range(1, 10))
    outlet = Outlet(send, on_overflow=lambda: None)
    subscription = Subscription("ours", OURS, uuid4(), outlet, 0)
    subscription.catching_up = asyncio.create_task(subscription.catch_up(lanes))
    await asyncio.sleep(0)
    subscription.stop()
    sender = asyncio.create_task(outlet.run())
    for _ in range(50):
        await asyncio.sleep(0)
    sender.cancel()
    assert heard == []


async def test_a_whisper_is_not_for_its_author_nor_for_one_who_still_catches_up(table):
    heard: list[str] = []

    async def send(frame: str) -> None:
        heard.append(frame)

    author, outlet = Person(id=uuid4(), name="Rita"), Outlet(send, on_overflow=lambda: None)
    listening, own, late = (Subscription("ours", OURS, reader, outlet, FROM_NOW) for reader in (uuid4(), author.id, uuid4()))
    sender = asyncio.create_task(outlet.run())
    for subscription in (listening, own):
        await subscription.catch_up(Chance(random.Random(1)))
    for subscription in (listening, own, late):
        subscription.overhear(frames.Whisper("ours", author))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    sender.cancel()
    assert heard[2:] == [frames.typing("ours", author)]


async def test_a_full_outlet_says_so_and_takes_nothing_more():
    overflows: list[bool] = []

    async def never(frame: str) -> None:
        raise AssertionError

    outlet = Outlet(never, on_overflow=lambda: overflows.append(True))
    for number in range(500):
        outlet.offer(str(number))
    assert overflows == []
    outlet.offer("500")
    assert overflows == [True]

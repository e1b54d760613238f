"""One replay from casting to report."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops.importer.rows import ImportRow, read_rows
from ops.importer.target import demo_login
from ops.replay.api import Api, Person
from ops.replay.cost import Actions, Cost, CostMeter
from ops.replay.events import Ledger, account
from ops.replay.mails import count_mails
from ops.replay.measures import Measures
from ops.replay.people import Cast, Casting
from ops.replay.processes import cpu_of, usage_of
from ops.replay.report import Report
from ops.replay.scenario import Plan, Scenario

Say = Callable[[str], None]


@dataclass(frozen=True)
class Setting:
    """Where the driver plays, and what it may look at there."""

    data: Path
    base_url: str
    mail: Path
    roots: dict[str, int]
    services: list[str]
    events_report: Callable[[str], str]


@dataclass(frozen=True)
class Size:
    """How big the run is. ``cost_times``: how often each action is done for its cost; 0 leaves the costs out."""

    tickets: int
    agents: int
    requesters: int
    rate: float
    step_seconds: float
    cost_times: int


async def replay(setting: Setting, size: Size, file: Path, category: str, say: Say) -> Report:
    """Play, wait for rest, count everything."""
    api = Api(setting.base_url, Measures())
    try:
        admin = await api.log_in(demo_login(setting.data))
        say(f"casting {size.requesters} requesters and {size.agents} agents")
        cast = await Casting(api, admin, setting.data).gather(requesters=size.requesters, coordinators=2, agents=size.agents)
        before = await _settled(setting)
        began, clock = time.time(), time.monotonic()
        scenario = Scenario(api, cast, Plan(first_rows(file, size.tickets, category), size.rate, category, step_seconds=size.step_seconds))
        api.measures = Measures()
        say(f"filing {size.tickets} tickets, {size.rate:g} a second")
        await scenario.run()
        seconds = time.monotonic() - clock
        say("waiting for the last events")
        after = await _settled(setting)
        measures, api.measures = api.measures, Measures()
        return await _report(setting, size, cast, scenario, measures, (before, after), began, seconds, say)
    finally:
        await api.close()


async def _report(
    setting: Setting,
    size: Size,
    cast: Cast,
    scenario: Scenario,
    measures: Measures,
    ledgers: tuple[Ledger, Ledger],
    began: float,
    seconds: float,
    say: Say,
) -> Report:
    statuses = await _statuses(scenario)
    deliveries = await _deliveries(scenario.api, cast.admin)
    mails = count_mails(setting.mail, began)
    meter = CostMeter(setting.roots, lambda: _rest(setting))
    costs = await _costs(meter, scenario, cast, size.cost_times, say) if size.cost_times else []
    return Report(
        began=datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        tickets=size.tickets,
        agents=len(cast.agents),
        requesters=len(cast.requesters),
        rate=size.rate,
        step_seconds=size.step_seconds,
        statuses=statuses,
        doings=scenario.doings,
        events=account(*ledgers),
        mails=mails,
        deliveries=deliveries,
        stages=scenario.tracks.stages(),
        endpoints=measures.spreads(),
        failures=dict(measures.failures),
        reconnects=sum(socket.reconnects for socket in scenario.sockets),
        costs=costs,
        idle_percent=round(100 * meter.idle_share, 2),
        memory=usage_of(setting.roots),
    )


def first_rows(file: Path, count: int, category: str) -> list[ImportRow]:
    """The first good rows of the file; from the beginning again where it has too few."""
    with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
        good = [row for row in read_rows(lines, category) if isinstance(row, ImportRow)]
    return [good[number % len(good)] for number in range(count)]


async def _statuses(scenario: Scenario) -> dict[str, int]:
    """What each ticket of the run is now, asked one by one."""
    counts: Counter[str] = Counter()
    for number in scenario.tracks.by_number:
        ticket = await scenario.api.call(scenario.cast.admin, "GET ticket (count)", "GET", f"/api/v1/tickets/{number}/")
        counts[ticket["status"]] += 1
    return dict(counts)


async def _deliveries(api: Api, admin: Person) -> dict[str, int]:
    """How many mails are not sent, by state."""
    counts = {}
    for state in ("pending", "failed", "unknown"):
        page = await api.call(admin, "GET deliveries", "GET", "/api/v1/notifications/deliveries/", params={"state": state, "limit": "100"})
        counts[state] = len(page["results"])
    return counts


async def _settled(setting: Setting, seconds: float = 120.0) -> Ledger:
    """The books once they are closed: twice the same, with nothing left to publish or handle; or as they are when time is up."""
    deadline = time.monotonic() + seconds
    last = None
    while True:
        ledger = await asyncio.to_thread(Ledger.read, setting.services, setting.events_report)
        if (ledger.is_settled and ledger == last) or time.monotonic() > deadline:
            return ledger
        last = ledger
        await asyncio.sleep(1.0)


async def _rest(setting: Setting) -> None:
    """Until the system is doing next to nothing. Watched from outside, as asking the services would cost CPU of its own."""
    quiet = 0
    for _ in range(240):
        used = cpu_of(setting.roots)
        await asyncio.sleep(0.5)
        quiet = quiet + 1 if cpu_of(setting.roots) - used < 0.06 else 0
        if quiet == 3:
            return


async def _costs(meter: CostMeter, scenario: Scenario, cast: Cast, times: int, say: Say) -> list[Cost]:
    numbers = [(track.number, track.ticket_id) for track in list(scenario.tracks.by_number.values())[:50]]
    actions = Actions(scenario.api, cast.requesters[0], cast.coordinators[0], scenario.plan.category, numbers)
    say("measuring what idling costs")
    await meter.measure_idle()
    costs = []
    for name, action in {
        "list 25": actions.list_25,
        "open a ticket with its thread": actions.open_with_thread,
        "file": actions.file,
        "reply": actions.reply,
    }.items():
        say(f"measuring what it costs to {name}")
        costs.append(await meter.measure(name, times, action))
    return costs

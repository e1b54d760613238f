"""When what is due: pure arithmetic over the records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from production.backup.agent.records import Record

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True)
class Plan:
    """A layer: every ``period``, or nightly some ``hours`` after the night's first. Layers of one lane run one after the other."""

    layer: str
    lane: str
    longest: timedelta
    period: timedelta | None = None
    hours: int = 0


@dataclass(frozen=True)
class Night:
    """When nights begin here, and how many repositories there are to fill."""

    hour: int
    zone: ZoneInfo
    repositories: int = 1


PLANS = (
    Plan("media", "media", timedelta(hours=6), period=timedelta(minutes=2)),
    Plan("base", "database", timedelta(hours=6)),
    Plan("dump", "database", timedelta(hours=6), hours=1),
    Plan("check", "database", timedelta(hours=6), hours=3),
    Plan("reconcile", "media", timedelta(hours=6), hours=2),
)


def is_due(plan: Plan, records: Mapping[str, Record], night: Night, now: datetime) -> bool:
    """Whether the layer is to run now. What failed is tried again after 1, 2, 4 … 30 minutes; what never ran, at once."""
    record = records[plan.layer]
    if record.failures and record.tried_at:
        return now >= record.tried_at + min(FIRST_RETRY * (1 << min(record.failures - 1, 10)), LONGEST_RETRY)
    if plan.layer in {"dump", "check"} and records["base"].at is None:
        return False  # first what everything else rests on
    if record.at is None or (plan.layer == "base" and _is_doubted(records)):
        return True
    if plan.period:
        return now >= record.at + plan.period
    is_new_repository = plan.layer != "check" and record.details.get("repositories", 0) < night.repositories
    return is_new_repository or record.at < latest_night(now, night.hour + plan.hours, night.zone)


def latest_night(now: datetime, hour: int, zone: ZoneInfo) -> datetime:
    """The last time at which the clocks of the zone showed this hour."""
    local = now.astimezone(zone)
    slot = local.replace(hour=hour % 24, minute=0, second=0, microsecond=0)
    return slot if slot <= local else slot - timedelta(days=1)


def _is_doubted(records: Mapping[str, Record]) -> bool:
    """The last check found damage, and no base was made after it."""
    check, base = records["check"], records["base"]
    return bool(check.error and check.tried_at and base.at and base.at < check.tried_at)

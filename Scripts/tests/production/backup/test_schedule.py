"""When what is due."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from production.backup.agent.records import LAYERS, Record
from production.backup.agent.schedule import PLANS, Night, is_due, latest_night

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday; the last nights began at 02:00
NIGHT = Night(2, ZoneInfo("UTC"))
BY_LAYER = {plan.layer: plan for plan in PLANS}


def well(at: datetime, **details: object) -> Record:
    return Record(at, at, 0, "", {"repositories": 1, **details})


def due(layer: str, *, now: datetime = NOW, night: Night = NIGHT, **records: Record) -> bool:
    known = {name: well(NOW - timedelta(hours=1)) for name in LAYERS} | records
    return is_due(BY_LAYER[layer], known, night, now)


@pytest.mark.parametrize("layer", ["media", "base", "dump", "check", "reconcile"])
def test_what_was_made_an_hour_ago_by_night_is_not_due_at_noon(layer):
    assert not due(layer, **{layer: well(NOW - timedelta(seconds=60))})


@pytest.mark.parametrize("layer", ["media", "base", "reconcile"])
def test_what_was_never_made_is_due_at_once(layer):
    assert due(layer, **{layer: Record()})


@pytest.mark.parametrize("layer", ["dump", "check"])
def test_a_dump_and_a_check_wait_for_the_first_base(layer):
    assert not due(layer, base=Record(), **{layer: Record()})
    assert due(layer, **{layer: Record()})


@pytest.mark.parametrize(("layer", "hour"), [("base", 2), ("dump", 3), ("reconcile", 4), ("check", 5)])
def test_each_layer_of_the_night_has_its_hour(layer, hour):
    yesterday = {layer: well(datetime(2026, 3, 3, hour, 5, tzinfo=UTC))}
    assert not due(layer, now=datetime(2026, 3, 4, hour - 1, 59, tzinfo=UTC), **yesterday)
    assert due(layer, now=datetime(2026, 3, 4, hour, 0, tzinfo=UTC), **yesterday)


def test_a_night_that_was_missed_is_made_up_for():
    assert due("base", base=well(datetime(2026, 3, 3, 2, 5, tzinfo=UTC)))


def test_files_are_looked_at_every_two_minutes():
    assert not due("media", media=well(NOW - timedelta(seconds=119)))
    assert due("media", media=well(NOW - timedelta(seconds=120)))


@pytest.mark.parametrize(("failures", "minutes"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (40, 30)])
def test_what_failed_is_tried_again_after_a_growing_pause(failures, minutes):
    failed = Record(NOW - timedelta(days=2), NOW - timedelta(minutes=minutes), failures, "boom")
    assert due("base", base=failed)
    assert not due("base", base=failed, now=NOW - timedelta(seconds=1))


def test_damage_that_a_check_found_makes_a_new_base_due():
    damaged = Record(NOW - timedelta(days=1), NOW, 1, "a base is invalid")
    assert due("base", check=damaged)
    assert not due("base", check=damaged, base=well(NOW + timedelta(minutes=1)))


@pytest.mark.parametrize("layer", ["base", "dump", "reconcile"])
def test_a_bucket_that_is_new_is_filled_at_once(layer):
    assert due(layer, night=Night(2, ZoneInfo("UTC"), repositories=2))


def test_the_night_is_that_of_the_place():
    berlin = ZoneInfo("Europe/Berlin")
    assert latest_night(datetime(2026, 3, 4, 0, 59, tzinfo=UTC), 2, berlin) == datetime(2026, 3, 3, 2, 0, tzinfo=berlin)
    assert latest_night(datetime(2026, 3, 4, 1, 0, tzinfo=UTC), 2, berlin) == datetime(2026, 3, 4, 2, 0, tzinfo=berlin)

"""What watch remembers."""

import json

import pytest

from production.errors import OperatorError
from production.watching.edge_log import Traffic
from production.watching.memory import DAYS, Day, Incident, Look, Memory, Outage


def test_everything_is_remembered(home):
    memory = Memory(at=1000.0, edge=Traffic({"200": 3}, [3] + [0] * 10, 0.1), edge_read_until=999.0)
    memory.incidents["PgDown"] = Incident("page", "It does not answer.", 900.0, is_told=True)
    memory.outages.append(Outage("ticket", "down", 800.0, 950.0, looks=3))
    memory.ring.append(Look(1000.0, {"oom_kills": 1.0}))
    memory.days["2026-03-14"] = Day(Traffic({"200": 3}), {"ticket": [5, 0, 1, 0]})
    memory.unsent.append({"channel": "mail", "subject": "s", "text": "t", "key": "", "is_over": False, "written_at": 1.0})
    memory.save(home)
    assert Memory.load(home) == memory
    assert (home.state / "watch.json").stat().st_mode & 0o777 == 0o600


def test_nothing_is_remembered_at_first(home):
    assert Memory.load(home) == Memory()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"incidents": 3}', '{"incidents": {"a": {"odd": 1}}}', '{"at": 1}'])
def test_a_damaged_memory_is_put_aside_and_watching_goes_on(home, text, capsys):
    (home.state / "watch.json").write_text(text)
    assert Memory.load(home) == Memory()
    (aside,) = home.state.glob("watch.damaged-*")
    assert aside.read_text() == text
    assert "what was remembered begins anew" in capsys.readouterr().err


def test_a_memory_of_another_account_is_not_thrown_away(home, monkeypatch):
    Memory(at=5.0).save(home)

    def refused(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as locked:
        locked.setattr("pathlib.Path.read_text", refused)
        with pytest.raises(OperatorError, match="give it to the account that the timer runs under"):
            Memory.load(home)
    assert Memory.load(home).at == 5.0


def test_a_field_of_another_release_is_passed_over(home):
    Memory(at=5.0).save(home)
    written = json.loads((home.state / "watch.json").read_text())
    (home.state / "watch.json").write_text(json.dumps(written | {"later": 1}))
    assert Memory.load(home).at == 5.0


def test_a_counter_that_falls_has_begun_anew():
    memory = Memory(at=300.0)
    memory.ring = [Look(at, {"restarts": count}) for at, count in ((0.0, 5.0), (60.0, 7.0), (120.0, 1.0), (300.0, 2.0))]
    assert memory.rise("restarts", minutes=10) == 2 + 1 + 1
    assert memory.rise("restarts", minutes=3) == 1
    assert memory.rise("unknown", minutes=10) == 0


def test_the_oldest_day_goes_when_there_are_ninety():
    memory = Memory(at=1_773_489_600.0)  # 2026-03-14
    memory.days = {f"2025-{month:02}-{day:02}": Day() for month in range(9, 13) for day in range(1, 29)}
    memory.today()
    assert len(memory.days) == DAYS
    assert "2026-03-14" in memory.days
    assert "2025-09-01" not in memory.days

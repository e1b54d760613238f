"""When a release is taken back, goes on, or has to wait."""

from dataclasses import replace

import pytest

from production.deployment.figures import Figures
from production.deployment.rules import Evidence, Step, Verdict, drag, judge

OLD = Figures(requests=500, errors=1, p95=0.120)
WELL = Evidence(new=Figures(requests=50, errors=0, p95=0.130), old=OLD, baked=60, bake=60)


def test_enough_good_answers_after_the_bake_time_let_it_go_on():
    assert judge(WELL) == Verdict(Step.GO_ON)


@pytest.mark.parametrize("evidence", [replace(WELL, baked=59.9), replace(WELL, new=Figures(requests=49, errors=0, p95=0.1))])
def test_too_short_or_too_few_waits(evidence):
    assert judge(evidence) == Verdict(Step.WAIT)


@pytest.mark.parametrize(
    ("new", "old", "reason"),
    [
        (Figures(100, 2, 0.1), OLD, "2 of 100 answers failed (2.0%; the old release: 0.2%)"),
        (Figures(10, 5, 0.1), OLD, "5 of 10 answers failed (50.0%; the old release: 0.2%)"),
        (Figures(100, 0, 0.301), OLD, "p95 is 301 ms (the old release: 120 ms)"),
        (Figures(100, 0, 0.601), Figures(100, 0, 0.4), "p95 is 601 ms (the old release: 400 ms)"),
    ],
    ids=["a few failures", "gross failure needs no more samples", "slow", "slower than an old release that was slow itself"],
)
def test_bad_answers_take_it_back(new, old, reason):
    assert judge(replace(WELL, new=new, old=old)) == Verdict(Step.TAKE_BACK, reason)


@pytest.mark.parametrize(
    ("new", "old"),
    [
        (Figures(100, 1, 0.1), OLD),
        (Figures(100, 6, 0.1), Figures(100, 2, 0.1)),
        (Figures(30, 4, 0.1), OLD),
        (Figures(49, 0, 9.0), OLD),
        (Figures(100, 0, 0.299), Figures(100, 0, 0.01)),
        (Figures(100, 0, 0.590), Figures(100, 0, 0.4)),
    ],
    ids=["one in a hundred", "as bad as the old one", "few of few", "slow, but few", "fast enough for anybody", "hardly slower"],
)
def test_what_is_no_worse_than_before_or_not_sure_does_not(new, old):
    assert judge(replace(WELL, new=new, old=old)).step is not Step.TAKE_BACK


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_running": False}, "its container has ended"),
        ({"restarts": 2}, "its container restarted 2 times"),
        ({"failed_probes": 2}, "the synthetic transaction failed 2 times in a row"),
        ({"outbox_age": 60.1}, "an event waits in the outbox for 60 s"),
        ({"dead_letters": 4, "dead_letters_before": 3}, "dead letters grew from 3 to 4"),
    ],
    ids=str,
)
def test_each_other_trigger_takes_it_back_at_once(change, reason):
    assert judge(replace(WELL, new=Figures(), baked=1.0, **change)) == Verdict(Step.TAKE_BACK, reason)


@pytest.mark.parametrize(
    "change", [{"restarts": 1}, {"failed_probes": 1}, {"outbox_age": 60.0}, {"dead_letters": 3, "dead_letters_before": 3}], ids=str
)
def test_one_less_does_not(change):
    assert judge(replace(WELL, **change)) == Verdict(Step.GO_ON)


def test_a_busy_machine_is_no_fault_of_the_release_and_excuses_no_more_than_it_explains():
    slower = replace(WELL, new=Figures(100, 0, 0.580), old=OLD, drag=2.0)
    assert judge(slower) == Verdict(Step.GO_ON)
    assert judge(replace(slower, new=Figures(100, 0, 0.601))).reason == "p95 is 601 ms (the old release: 120 ms)"


@pytest.mark.parametrize(
    ("before", "now", "times"),
    [
        (Figures(100, 0, 0.1), Figures(100, 0, 0.25), 2.5),
        (Figures(100, 0, 0.1), Figures(100, 0, 0.05), 1.0),
        (Figures(100, 0, 0.1), Figures(100, 0, 9.9), 4.0),
        (Figures(14, 0, 0.1), Figures(100, 0, 0.25), 1.0),
        (Figures(100, 0, 0.1), Figures(14, 0, 0.25), 1.0),
        (Figures(100, 0, 0.0), Figures(100, 0, 0.25), 1.0),
    ],
)
def test_how_much_slower_everything_else_has_become(before, now, times):
    assert drag(before, now) == pytest.approx(times)

"""What is read out of the access log."""

import json

from production.deployment.colours import Slot
from production.deployment.edge import Edge
from production.deployment.engine import Engine
from production.deployment.figures import Answer, Figures, Log, percentile, read
from production.home import Home


def line(**changes):
    entry = {
        "ts": "2026-11-26T21:00:00+00:00", "ms": 1795640400.123, "ip": "10.0.0.1", "m": "GET", "u": "/api/v1/tickets/", "status": 200,
        "seconds": 1.5, "upstream": "tts-ticket-green:8000", "upstream_status": "200", "upstream_seconds": "0.042",
    }  # fmt: skip
    return json.dumps(entry | changes)


def test_an_answer_counts_with_the_time_that_its_upstream_took():
    assert read(line()) == Answer(1795640400.123, "tts-ticket-green:8000", 200, 0.042)


def test_of_several_tries_the_last_one_counts():
    assert read(line(upstream_seconds="3.001, 0.017")) == Answer(1795640400.123, "tts-ticket-green:8000", 200, 0.017)


def test_what_is_no_answer_of_an_upstream_is_passed_over():
    for other in ("", "{", '{"ts": 1}', "[]", "null", line(status=101), line(upstream=""), line(upstream_seconds="-"), line()[:40]):
        assert read(other) is None


def test_figures_are_of_the_asked_upstreams_and_time_alone():
    log = Log()
    log.add([line(ms=10.0), line(ms=20.0, status=502), line(ms=30.0), line(ms=20.0, upstream="tts-auth:8000", status=500)])
    assert log.figures(["tts-ticket-green:8000"], since=10.0, until=30.0) == Figures(requests=2, errors=1, p95=0.042)
    assert log.figures(["tts-ticket:8000"], since=0.0) == Figures(0, 0, 0.0)
    assert Figures(200, 3).error_ratio == 0.015
    assert Figures().error_ratio == 0.0


def test_of_a_hundred_times_the_ninety_sixth_is_the_95th_percentile():
    assert percentile([float(number) for number in range(100)], 0.95) == 95.0
    assert percentile([7.0], 0.95) == 7.0
    assert percentile([], 0.95) == 0.0


def test_blue_is_known_by_the_name_that_it_had_before_any_deployment_too(tmp_path):
    edge = Edge(Engine(Home(tmp_path, {"TTS_PROJECT": "desk"})))
    edge.log.add([line(ms=1.0, upstream=name) for name in ("ticket-service:8000", "desk-ticket:8000", "desk-ticket-green:8000")])
    assert edge.figures([Slot("ticket", "blue")], since=0.0).requests == 2
    assert edge.figures([Slot("ticket", "green")], since=0.0).requests == 1

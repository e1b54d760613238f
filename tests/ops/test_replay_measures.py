"""The arithmetic of the replay's report."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ops.replay.cost import Cost
from ops.replay.events import EventAccount, Ledger, account
from ops.replay.mails import MailCount, count_mails
from ops.replay.measures import Measures, Spread, Track, Tracks, percentile
from ops.replay.processes import Usage
from ops.replay.report import Report
from ops.replay.scenario import Doings


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_the_spread_of_nothing_is_zero() -> None:
    assert Spread.of([]) == Spread(0, 0.0, 0.0, 0.0, 0.0)


def test_durations_are_gathered_by_endpoint_and_failures_by_code() -> None:
    measures = Measures()
    measures.note("GET me", 0.010, 200)
    measures.note("GET me", 0.030, 401, "token_expired")
    assert measures.spreads() == {"GET me": Spread(2, 10.0, 30.0, 30.0, 30.0)}
    assert measures.failures == {"GET me: 401 token_expired": 1}


def test_a_ticket_found_by_polling_does_not_flatter_the_live_figures() -> None:
    tracks = Tracks()
    tracks.add(Track("A", "a", 0, sent=1.0, filed=1.1, noticed=1.5))
    tracks.add(Track("B", "b", 0, sent=2.0, filed=2.1, noticed=9.0, was_polled=True))
    tracks.add(Track("C", "c", 0, sent=3.0, filed=3.1))
    assert tracks.stages()["submission → assignee's live notice"] == Spread(1, 500.0, 500.0, 500.0, 500.0)
    assert [track.number for track in tracks.unresolved()] == ["A", "B", "C"]


def ledger(published: int, handled: int) -> Ledger:
    return Ledger(
        published={"tickets": Counter({"ticket.submitted": published})},
        handled={"tickets": Counter(), "desk": Counter({"on_submitted": handled})},
        handlers={"tickets": {}, "desk": {"on_submitted": ["ticket.submitted"]}},
        pending=0,
        retries=0,
        dead_letters=0,
    )


@pytest.mark.parametrize(
    ("handled", "lost", "duplicated"),
    [(15, {}, {}), (14, {"desk: on_submitted": 1}, {}), (17, {}, {"desk: on_submitted": 2})],
)
def test_each_handler_is_held_against_what_was_published_for_it(handled: int, lost: dict[str, int], duplicated: dict[str, int]) -> None:
    books = account(
        replace(ledger(5, 5), published={"tickets": Counter({"ticket.submitted": 5}), "desk": Counter()}), _both(ledger(15, handled))
    )
    assert (books.lost, books.duplicated) == (lost, duplicated)
    assert books.by_type == {"ticket.submitted": 10}


def _both(books: Ledger) -> Ledger:
    return replace(books, published={**books.published, "desk": Counter()})


def test_a_ledger_is_settled_once_every_subscriber_has_handled_everything() -> None:
    assert not ledger(5, 4).is_settled
    assert ledger(5, 5).is_settled
    assert not replace(ledger(5, 5), pending=1).is_settled
    assert replace(ledger(5, 4), dead_letters=1).is_settled


def test_mails_are_counted_by_event_and_recipient(tmp_path: Path) -> None:
    for name, event, to in (("1", "e1", "a@x"), ("2", "e1", "b@x"), ("3", "e1", "a@x")):
        (tmp_path / f"{name}.eml").write_text(
            f"X-Envelope-To: {to}\r\nX-TTS-Event: ticket.submitted\r\nMessage-ID: <{event}.u@tts>\r\nSubject: s\r\n\r\nbody\r\n"
        )
    (tmp_path / "4.eml").write_text("X-Envelope-To: c@x\r\nSubject: s\r\n\r\nbody\r\n")
    assert count_mails(tmp_path, since=0.0) == MailCount(mails=4, pairs=3, duplicates={"e1 to a@x": 2}, unmarked=1)
    assert count_mails(tmp_path, since=4e9).mails == 0


@pytest.fixture
def report() -> Report:
    return Report(
        began="2026-01-01T00:00:00+00:00", seconds=1.0, tickets=2, agents=1, requesters=1, rate=1.0, step_seconds=5.0,
        statuses={"resolved": 2}, doings=Doings(filed=2), deliveries={"failed": 0},
        events=EventAccount({"auth": 1}, {"auth": 2}, {"user.created": 1}, {}, {}, 0, 0), mails=MailCount(1, 1, {}, 0),
        stages={}, endpoints={"GET me": Spread(1, 1.0, 1.0, 1.0, 1.0)}, failures={}, reconnects=0, costs=[Cost("file", 2, 3.5, 4.0)],
        idle_percent=2.5, memory=[Usage("auth-web", 1.0, 104857600, 3), Usage("nginx", 1.0, 1048576, 3)],
    )  # fmt: skip


def test_a_clean_report_says_so_and_is_saved_for_people_and_machines(report: Report, tmp_path: Path) -> None:
    page = report.save(tmp_path / "out").read_text()
    assert page.startswith("# Replay of 2 tickets: clean\n")
    assert "| file | 2 | 3.5 | 4.0 |" in page
    assert "Together 101 MiB; the services' own: 100 MiB." in page
    assert '"is_clean": true' in (tmp_path / "out" / "replay.json").read_text()


@pytest.mark.parametrize(
    "flaw",
    [
        {"statuses": {"resolved": 1, "open": 1}},
        {"doings": Doings(given_up=["ticket X"])},
        {"events": EventAccount({}, {}, {}, {"desk: on": 1}, {}, 0, 0)},
        {"events": EventAccount({}, {}, {}, {}, {"desk: on": 1}, 0, 0)},
        {"events": EventAccount({}, {}, {}, {}, {}, 1, 0)},
        {"events": EventAccount({}, {}, {}, {}, {}, 0, 1)},
        {"mails": MailCount(2, 1, {"e to a@x": 2}, 0)},
    ],
)
def test_one_flaw_is_enough_for_a_report_not_to_be_clean(report: Report, flaw: dict[str, object]) -> None:
    assert report.is_clean
    assert not replace(report, **flaw).is_clean  # type: ignore[arg-type]

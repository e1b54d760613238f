"""What each layer did last, and how that is told."""

from datetime import UTC, datetime

from production.backup.agent.archive import Archive
from production.backup.agent.metrics import exposition, summary
from production.backup.agent.records import Record, Records

AT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
WAL = Archive(at=AT, lag_seconds=12, is_failing=False, failed_count=3, pg_wal_bytes=50331648, waiting=1, error="")


def test_a_layer_that_never_ran_is_known_by_nothing(settings):
    assert Records(settings.records).read("base") == Record()


def test_a_success_is_remembered_with_its_figures(settings):
    records = Records(settings.records)
    written = records.succeeded("base", label="20260304-020000F")
    found = records.read("base")
    assert (found.failures, found.error, found.details) == (0, "", {"label": "20260304-020000F"})
    assert found.at == written.at.replace(microsecond=0)


def test_a_failure_is_counted_and_the_last_success_stays_known(settings):
    records = Records(settings.records)
    success = records.succeeded("base", label="x")
    records.failed("base", "no room")
    records.failed("base", "no room\n")
    found = records.read("base")
    assert (found.at, found.failures, found.error, found.details) == (success.at.replace(microsecond=0), 2, "no room", {"label": "x"})


def test_a_success_ends_the_failures(settings):
    records = Records(settings.records)
    records.failed("base", "no room")
    records.succeeded("base")
    assert (records.read("base").failures, records.read("base").error) == (0, "")


def test_a_record_that_cannot_be_read_counts_as_none(settings):
    (settings.records / "base.json").write_text("{half")
    assert Records(settings.records).read("base") == Record()


def test_the_summary_tells_of_every_layer():
    told = summary({"base": Record(AT, AT, 0, "", {"label": "x"}), "dump": Record(AT, AT, 2, "no room", {})}, WAL, 2)
    assert told["repositories"] == ["local", "s3"]
    assert told["layers"]["base"] | {"ok": True, "at": "2026-03-04T02:00:00+00:00", "label": "x"} == told["layers"]["base"]
    assert (told["layers"]["dump"]["ok"], told["layers"]["dump"]["error"]) == (False, "no room")
    assert (told["layers"]["wal"]["ok"], told["layers"]["wal"]["lag_seconds"]) == (True, 12)


def test_a_database_that_does_not_answer_is_a_failing_archive():
    assert summary({}, None, 1)["layers"]["wal"]["error"] == "the database does not answer"


def test_prometheus_is_told_the_same():
    page = exposition(summary({"base": Record(AT, AT, 0, "", {"stored_bytes": 7}), "dump": Record(None, AT, 1, "boom", {})}, WAL, 1))
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    assert lines == [
        'backup_last_success_timestamp_seconds{layer="base"} 1772589600',
        'backup_last_success_timestamp_seconds{layer="wal"} 1772589600',
        'backup_failing{layer="base"} 0',
        'backup_failing{layer="dump"} 1',
        'backup_failing{layer="wal"} 0',
        "backup_stored_bytes 7",
        "wal_archive_lag_seconds 12",
        "wal_archive_failed_total 3",
        "wal_archive_waiting 1",
        "pg_wal_bytes 50331648",
    ]
    assert "# TYPE wal_archive_failed_total counter" in page

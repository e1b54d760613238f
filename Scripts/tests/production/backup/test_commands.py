"""What the operator is refused, and that nothing is touched then."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from production.backup import drill
from production.backup.aftercare import Fault, faults_of
from production.backup.databases import Target
from production.errors import RefusedByPreflight

AUDIT = {
    "counts": [],
    "media": {"contents": 3, "missing": [], "damaged": []},
    "amcheck": [],
    "wanted": {"configuration": {"jwt_key": "sha256:a"}},
}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Say what to restore: --latest, or --time, or --db"),
        (("--latest", "--time", "2026-01-31T12:00:00Z"), "Say what to restore"),
        (("--latest", "--db", "ticket_db"), "Say what to restore"),
        (("--time", "yesterday"), "--time yesterday: there is no such moment"),
        (("--time", "2026-01-31T12:00:00"), "--time takes a moment with its time zone, such as 2026-01-31T12:00:00Z"),
        (("--time", "2999-01-01T00:00:00Z"), "--time 2999-01-01T00:00:00Z lies in the future"),
        (("--db", "postgres"), "There is no database postgres; there are auth_db, ticket_db, workflow_db, messaging_db, notification_db."),
    ],
)
def test_a_restore_that_makes_no_sense_is_wrong_use(home, tts, arguments, said):
    done = tts("restore", *arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_a_drill_from_nowhere_is_wrong_use(home, tts):
    done = tts("drill", "--from", "tape")
    assert (done.returncode, done.stderr) == (2, "--from is local or s3\n")


@pytest.mark.parametrize("words", [("--set", "S3_ENDPOINT"), ("--secret", "s3_key=/nonexistent")])
def test_a_fetch_with_unfit_words_writes_nothing(tmp_path, tts, words):
    good = tmp_path / "passphrase"
    good.write_text("x")
    done = tts("restore", "--configuration", "--set", "S3_BUCKET=b", "--secret", f"backup_passphrase={good}", *words)
    assert done.returncode == 2
    assert not (tmp_path / ".env.production").exists()


class TestMemory:
    def test_a_drill_that_fits_is_let_through(self):
        drill.insist_on_memory("full", free=1000)

    def test_a_full_drill_that_does_not_fit_is_refused_with_the_lean_one_as_the_way_out(self):
        with pytest.raises(RefusedByPreflight) as refusal:
            drill.insist_on_memory("full", free=999)
        assert str(refusal.value) == (
            "A full drill needs 1000 MiB beside the running system, and 999 MiB are free. "
            "--data-only needs 300 MiB and leaves out the ticket; or run it on another machine, from the same store."
        )

    def test_a_lean_drill_that_does_not_fit_is_refused(self):
        with pytest.raises(RefusedByPreflight, match="A data drill needs 300 MiB beside the running system, and 299 MiB are free"):
            drill.insist_on_memory("data", free=299)


def test_each_drill_is_one_line_of_the_record(home):
    drill.record(home, drill.Drill("data", ok=True, rto_seconds=12.5))
    drill.record(home, drill.Drill("full", error="boom"))
    lines = [json.loads(line) for line in (home.state / "drills.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["ok"], line["rto_seconds"], line["error"]) for line in lines] == [
        ("data", True, 12.5, ""),
        ("full", False, None, "boom"),
    ]


class TestFaults:
    def test_a_good_audit_has_none(self):
        assert faults_of(AUDIT, "sha256:a") == []

    def test_everything_that_is_wrong_is_told(self):
        media = {"contents": 3, "missing": ["a"], "damaged": ["b", "c"]}
        assert faults_of({**AUDIT, "counts": ["x is missing"], "media": media, "amcheck": ["broken"]}, "sha256:a") == [
            Fault("counts", "x is missing"),
            Fault("files", "1 of 3 contents are missing"),
            Fault("files", "2 of 3 contents are damaged"),
            Fault("structure", "broken"),
        ]

    def test_another_signing_key_is_told(self):
        assert [fault.what for fault in faults_of(AUDIT, "sha256:b")] == ["signing key"]

    def test_a_backup_without_a_saved_configuration_says_nothing_of_the_key(self):
        assert faults_of({**AUDIT, "wanted": {"configuration": None}}, "sha256:b") == []


def test_a_target_says_what_it_means():
    at = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    assert (str(Target()), Target().arguments) == ("the latest state", [])
    assert str(Target(at, "1")) == "the state of 2026-01-31T12:00:00+00:00 on timeline 1"
    assert Target(at + timedelta(0), "1").arguments == ["--time", "2026-01-31T12:00:00+00:00", "--timeline", "1"]

"""pgBackRest's configuration, and what is read from its words."""

from dataclasses import replace

from production.backup.agent.repository import configuration, gaps, reason, segments
from production.backup.agent.settings import Bucket

HASH = "e26ca4f5bc3a1cabc9c69ae2fe2643a4e4aecb25"
BUCKET = Bucket("s3.example.org:8333", "tickets", "eu-1", "tts", "key", "hidden", "/etc/tts/authorities.crt")


def options(settings) -> dict[str, str]:
    return dict(line.split("=", 1) for line in configuration(settings).splitlines() if "=" in line)


def test_every_repository_is_encrypted_and_kept_for_the_same_time(settings):
    found = options(replace(settings, bucket=BUCKET, retention_days=30))
    for number in (1, 2):
        assert found[f"repo{number}-cipher-type"] == "aes-256-cbc"
        assert found[f"repo{number}-cipher-pass"] == settings.passphrase
        assert (found[f"repo{number}-retention-full-type"], found[f"repo{number}-retention-full"]) == ("time", "30")


def test_only_the_database_may_hand_in_wal(settings):
    assert options(settings)["tls-server-auth"] == "db=tts"


def test_without_a_bucket_there_is_one_repository(settings):
    assert not any(name.startswith("repo2") for name in options(settings))


def test_a_bucket_is_addressed_by_path_with_its_own_port_and_authority(settings):
    found = options(replace(settings, bucket=BUCKET))
    assert (found["repo2-type"], found["repo2-path"], found["repo2-s3-uri-style"]) == ("s3", "/tts/pgbackrest", "path")
    assert (found["repo2-s3-endpoint"], found["repo2-storage-port"]) == ("s3.example.org", "8333")
    assert found["repo2-storage-ca-file"] == "/etc/tts/authorities.crt"


def test_an_error_is_told_without_times_and_hints():
    output = (
        "2026-11-26 21:36:41.764 P00  ERROR: [082]: WAL segment 000000010000000000000002 was not archived before the 60000ms timeout\n"
        "                                    HINT: check the archive_command\n"
        "2026-11-26 21:36:41.764 P00   INFO: check command end: aborted with exception [082]\n"
    )
    assert reason(output) == "[082]: WAL segment 000000010000000000000002 was not archived before the 60000ms timeout"


def listing(*names: str) -> list[str]:
    return [f"15-1/{name[:16]}/{name}-{HASH}.zst" for name in names]


def test_an_archive_without_gaps_is_whole():
    names = listing("0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000")
    assert gaps(segments(names)) == []


def test_missing_segments_are_counted_and_the_first_is_named():
    names = listing("0000000100000000000000FD", "000000010000000100000000", "000000010000000100000001")
    assert gaps(segments(names)) == ["2 WAL segments are missing, the first is 0000000100000000000000FE"]


def test_each_timeline_is_looked_at_for_itself():
    names = listing("000000010000000000000003", "000000010000000000000004", "000000020000000000000004", "000000020000000000000006")
    assert gaps(segments(names)) == ["1 WAL segments are missing, the first is 000000020000000000000005"]


def test_history_files_labels_and_folders_are_no_segments():
    names = ["15-1", "15-1/0000000100000000", "15-1/0000000100000000/000000010000000000000004.00000028.backup", "15-1/00000002.history"]
    assert segments(names) == {}

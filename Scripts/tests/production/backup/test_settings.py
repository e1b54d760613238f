"""The container says what is wrong with its setup, all in words."""

import pytest

from production.backup.agent import certificates
from production.backup.agent.settings import Unfit, read_settings

PASSPHRASE = "p" * 40
S3 = {"BACKUP_TARGET": "s3", "S3_ENDPOINT": "https://s3.example.org", "S3_BUCKET": "tickets", "S3_REGION": "eu-1"}


@pytest.fixture
def secrets(tmp_path):
    for name, value in {"backup_passphrase": PASSPHRASE, "db_password": "x", "s3_key": "k", "s3_key_secret": "s"}.items():
        (tmp_path / name).write_text(f"{value}\n")
    return tmp_path


def test_a_container_without_variables_keeps_thirty_days_locally(secrets):
    found = read_settings({}, secrets)
    assert (found.passphrase, found.retention_days, found.hour, found.bucket, found.repositories) == (PASSPHRASE, 30, 2, None, (1,))


def test_a_bucket_is_read_with_its_keys(secrets):
    found = read_settings(S3, secrets)
    assert found.repositories == (1, 2)
    assert (found.bucket.endpoint, found.bucket.prefix, found.bucket.key, found.bucket.secret) == ("s3.example.org", "tts", "k", "s")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"BACKUP_RETENTION_DAYS": "a month"}, "BACKUP_RETENTION_DAYS is a month: it must be a number"),
        ({"TTS_TIME_ZONE": "Mars/Olympus"}, "TTS_TIME_ZONE is Mars/Olympus: there is no such time zone"),
        ({**S3, "S3_BUCKET": ""}, "backups go to S3, but S3_BUCKET is not set"),
        ({**S3, "S3_ENDPOINT": "s3.example.org/path"}, "S3_ENDPOINT is s3.example.org/path: it is a host or host:port, reached by https"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(secrets, changes, said):
    with pytest.raises(Unfit) as refusal:
        read_settings(changes, secrets)
    assert str(refusal.value) == said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("backup_passphrase", "short", "backup_passphrase has fewer than 32 characters"),
        ("backup_passphrase", "", "the secret backup_passphrase is empty"),
        ("db_password", None, "the secret db_password cannot be read: No such file or directory"),
    ],
)
def test_a_secret_that_is_unfit_is_named_and_not_shown(secrets, name, content, said):
    (secrets / name).unlink() if content is None else (secrets / name).write_text(content)
    with pytest.raises(Unfit, match=said) as refusal:
        read_settings({}, secrets)
    assert PASSPHRASE not in str(refusal.value)


def test_certificates_are_made_once_and_each_key_is_its_owners_alone(tmp_path):
    assert certificates.ensure(tmp_path)
    first = (tmp_path / "db.crt").read_bytes()
    assert not certificates.ensure(tmp_path)
    assert (tmp_path / "db.crt").read_bytes() == first
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_certificates_are_made_anew_where_one_is_missing(tmp_path):
    certificates.ensure(tmp_path)
    (tmp_path / "db.key").unlink()
    before = (tmp_path / "ca.crt").read_bytes()
    assert certificates.ensure(tmp_path)
    assert (tmp_path / "ca.crt").read_bytes() != before

"""The parts of a rotation that can be tried without a running system."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from production import jwt_keys
from production.rotation import database, keys, pending, scram
from production.secret_files import RETIRED_KEYS, SIGNING_KEY, SecretFiles, new_signing_key


def test_a_verifier_is_the_one_that_a_client_with_the_password_proves():
    salt = bytes(range(16))
    written = scram.verifier("pass phrase", salt)
    head, _, keys_part = written.rpartition("$")
    assert head == "SCRAM-SHA-256$4096:" + base64.b64encode(salt).decode()
    salted = hashlib.pbkdf2_hmac("sha256", b"pass phrase", salt, 4096)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    stored, server = (base64.b64decode(part) for part in keys_part.split(":"))
    assert (stored, server) == (hashlib.sha256(client_key).digest(), hmac.digest(salted, b"Server Key", "sha256"))


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("postgresql://auth_app:old@db:5432/auth_db", "auth_app_alt"),
        ("postgresql://auth_app_alt:old@db:5432/auth_db", "auth_app"),
        ("postgresql://auth_app_alt:new@db:5432/auth_db", "auth_app_alt"),
    ],
)
def test_a_service_goes_over_to_the_role_that_is_not_in_use(url, role):
    assert database.next_role("auth", url, "new") == role


def test_a_rotation_that_was_cut_off_goes_on_with_the_same_new_secret(tmp_path: Path):
    secrets = SecretFiles(tmp_path)
    first = pending.prepare(secrets, "db_password")
    assert (pending.prepare(secrets, "db_password"), pending.is_under_way(secrets, "db_password")) == (first, True)
    pending.finish(secrets, "db_password")
    assert not pending.is_under_way(secrets, "db_password")


class TestKeys:
    def test_the_old_key_is_kept_beside_the_new_one_that_signs(self, home):
        secrets, upcoming = SecretFiles(home.secrets), new_signing_key()
        old = jwt_keys.public_pem(secrets.read(SIGNING_KEY))
        keys._sign_with(home, secrets, upcoming)
        assert (secrets.read(SIGNING_KEY), jwt_keys.blocks(secrets.read(RETIRED_KEYS))) == (upcoming, [old])
        assert jwt_keys.fault_of_retired_keys(secrets.read(RETIRED_KEYS)) == ""

    def test_a_retired_key_is_kept_for_31_days(self, home):
        secrets = SecretFiles(home.secrets)
        recent, long_ago = (jwt_keys.public_pem(new_signing_key()) for _ in range(2))
        secrets.store(RETIRED_KEYS, f"{long_ago}\n{recent}")
        record = {recent: datetime.now(UTC) - timedelta(days=30), long_ago: datetime.now(UTC) - timedelta(days=32)}
        (home.state / "retired_keys.json").write_text(json.dumps({pem: at.isoformat() for pem, at in record.items()}))
        assert keys._still_needed(home, secrets) == [recent]

    def test_a_key_whose_time_is_unknown_is_kept_from_now_on(self, home):
        secrets, unknown = SecretFiles(home.secrets), jwt_keys.public_pem(new_signing_key())
        secrets.store(RETIRED_KEYS, unknown)
        assert keys._still_needed(home, secrets) == [unknown]
        assert list(json.loads((home.state / "retired_keys.json").read_text())) == [unknown]

    def test_a_key_that_was_announced_long_before_it_retired_is_kept_from_its_retirement_on(self, home):
        secrets = SecretFiles(home.secrets)
        serving = jwt_keys.public_pem(secrets.read(SIGNING_KEY))
        announced = datetime.now(UTC) - timedelta(days=180)
        (home.state / "retired_keys.json").write_text(json.dumps({serving: announced.isoformat()}))
        keys._sign_with(home, secrets, new_signing_key())
        assert keys._still_needed(home, secrets) == [serving]

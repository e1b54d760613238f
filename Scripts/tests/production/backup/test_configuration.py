"""A deployment's own files: which are saved, and how they come back."""

import io
import json
import tarfile

import pytest

from production import jwt_keys
from production.backup import configuration
from production.backup.container import BackupFailed
from production.errors import WrongUse
from production.files import make_folder


def test_settings_secrets_and_state_are_saved_and_what_changes_by_itself_is_not(home):
    make_folder(home.state / "status")
    for name in ("lock", "backup.json", "status/index.html", "deployments.jsonl"):
        (home.state / name).write_text("x")
    names = set(configuration.collect(home))
    assert {".env.production", "secrets/backup_passphrase", "secrets/jwt_signing_key.pem", "state/deployments.jsonl"} <= names
    assert not {"state/lock", "state/backup.json", "state/status/index.html"} & names


def test_a_saved_home_comes_back_with_its_contents_and_modes(home, tmp_path):
    saved = configuration.pack(configuration.collect(home))
    folder = tmp_path / "elsewhere"
    names = configuration.unpack(saved, folder)
    assert sorted(names) == sorted(configuration.collect(home))
    for name in names:
        assert (folder / name).read_bytes() == (home.path / name).read_bytes()
        assert (folder / name).stat().st_mode & 0o777 == (home.path / name).stat().st_mode & 0o666
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "state/../../outside"])
def test_an_archive_that_leads_elsewhere_writes_nothing(tmp_path, name):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("state/good"))
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(BackupFailed):
        configuration.unpack(content.getvalue(), tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_a_link_in_an_archive_is_refused(tmp_path):
    content, link = io.BytesIO(), tarfile.TarInfo("secrets/x")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        archive.addfile(link)
    with pytest.raises(BackupFailed):
        configuration.unpack(content.getvalue(), tmp_path / "home")


def test_a_deployment_that_is_there_is_not_written_over(home):
    before = home.env_file.read_bytes()
    with pytest.raises(WrongUse, match=r"There is a deployment in .* already: nothing was changed"):
        configuration.fetch(home.path, "image", {}, {})
    assert home.env_file.read_bytes() == before


def test_the_fingerprint_tells_keys_apart_and_shows_none(home):
    first = configuration.fingerprint(home)
    pem = (home.secrets / "jwt_signing_key.pem").read_text()
    assert first.startswith("sha256:")
    assert jwt_keys.public_pem(pem).splitlines()[1] not in first
    (home.secrets / "jwt_signing_key.pem").chmod(0o644)
    (home.secrets / "jwt_signing_key.pem").write_text("no key")
    assert configuration.fingerprint(home) == ""


def test_a_configuration_that_was_saved_today_and_has_not_changed_is_not_saved_again(home):
    from datetime import UTC, datetime

    digest = configuration._digest(configuration.collect(home))
    note = {"digest": digest, "at": datetime.now(UTC).isoformat()}
    (home.state / configuration.NOTE).write_text(json.dumps(note))
    assert configuration.keep(home) is False

"""Uploaded files on their way into the store and back."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from production.backup.agent import media
from production.backup.agent.contents import hash_of, name_of, place_of
from production.backup.agent.media import WrongContent
from production.backup.agent.records import Records

LONG_AGO = 10**18  # ns


def settle(settings):
    """As if no folder had changed for years."""
    for folder in (settings.media / "sha256").iterdir():
        os.utime(folder, ns=(LONG_AGO, LONG_AGO))


def test_a_new_file_is_in_the_store_after_a_pass(settings, vault, upload):
    digest = upload(b"notes")
    done = media.copy_new(settings, vault)
    assert (done.copied, done.objects, done.damaged) == (1, 1, [])
    assert b"".join(vault.read(name_of(digest))) == b"notes"


def test_a_file_that_is_there_is_not_copied_again(settings, vault, upload):
    upload(b"notes")
    media.copy_new(settings, vault)
    assert media.copy_new(settings, vault, everything=True).copied == 0


def test_a_folder_that_has_not_changed_is_not_looked_at(settings, vault, upload):
    upload(b"notes")
    settle(settings)
    media.copy_new(settings, vault)
    assert media.copy_new(settings, vault).objects == 0


def test_a_folder_that_changed_a_moment_ago_is_looked_at_again(settings, vault, upload):
    upload(b"notes")
    media.copy_new(settings, vault)
    assert media.copy_new(settings, vault).objects == 1


def test_a_file_whose_content_is_not_its_name_is_named_and_the_others_go_on(settings, vault, upload):
    good, bad = upload(b"good"), upload(b"bad")
    place_of(settings.media, bad).write_bytes(b"changed")
    done = media.copy_new(settings, vault)
    assert (done.copied, done.damaged) == (1, [bad])
    assert vault.names("media/") == [name_of(good)]


def test_a_damaged_file_is_looked_at_again_in_every_pass(settings, vault, upload):
    bad = upload(b"bad")
    place_of(settings.media, bad).write_bytes(b"changed")
    settle(settings)
    assert [media.copy_new(settings, vault).damaged for _ in range(2)] == [[bad], [bad]]


def test_what_is_no_content_is_left_out(settings, vault, upload):
    upload(b"notes")
    next((settings.media / "sha256").iterdir()).joinpath(".half").write_bytes(b"x")
    assert media.copy_new(settings, vault).objects == 1


def test_lost_files_come_back_as_the_ticket_service_wrote_them(settings, vault, upload):
    digests = [upload(content) for content in (b"one", b"two")]
    media.copy_new(settings, vault)
    lost = place_of(settings.media, digests[0])
    lost.unlink()
    done = media.restore_missing(settings, vault)
    assert (done.objects, done.copied) == (2, 1)
    assert (hash_of(lost), lost.stat().st_mode & 0o777) == (digests[0], 0o644)


def test_a_stored_file_with_a_wrong_content_is_not_brought_back(settings, vault):
    digest = "ab" * 32
    vault.keep(name_of(digest), [b"something else"])
    with pytest.raises(WrongContent):
        media.restore_missing(settings, vault)
    assert list((settings.media / "sha256" / "ab").iterdir()) == []


class TestForgetting:
    def test_a_deleted_file_stays_for_the_time_that_backups_are_kept(self, settings, vault, upload):
        kept, gone = upload(b"kept"), upload(b"gone")
        records = Records(settings.records)
        media.copy_new(settings, vault)
        place_of(settings.media, gone).unlink()
        assert media.forget_deleted(settings, vault, records) == 0
        self.age(settings, gone, days=29)
        assert media.forget_deleted(settings, vault, records) == 0
        self.age(settings, gone, days=31)
        assert media.forget_deleted(settings, vault, records) == 1
        assert vault.names("media/") == [name_of(kept)]

    def test_a_file_that_came_back_is_not_counted_as_gone_any_more(self, settings, vault, upload):
        upload(b"kept")
        gone = upload(b"gone")
        records = Records(settings.records)
        media.copy_new(settings, vault)
        place_of(settings.media, gone).unlink()
        media.forget_deleted(settings, vault, records)
        upload(b"gone")
        media.forget_deleted(settings, vault, records)
        assert json.loads((settings.records / "media-gone.json").read_text()) == {}

    def test_an_empty_volume_is_a_loss_and_no_deletion(self, settings, vault, upload):
        gone = upload(b"gone")
        media.copy_new(settings, vault)
        place_of(settings.media, gone).unlink()
        assert media.forget_deleted(settings, vault, Records(settings.records)) == 0
        assert not (settings.records / "media-gone.json").exists()

    def age(self, settings, digest, *, days):
        since = datetime.now(UTC) - timedelta(days=days)
        (settings.records / "media-gone.json").write_text(json.dumps({digest: since.isoformat()}))

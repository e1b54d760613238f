"""The store: files are whole or not there, and the requests to a bucket are signed as S3 wants them."""

import hashlib
import stat
from datetime import UTC, datetime

import pytest

from production.backup.agent.s3 import sign
from production.backup.agent.seal import Broken
from production.backup.agent.settings import Bucket
from production.backup.agent.store import Missing


def test_what_is_kept_can_be_read_by_name(vault):
    vault.keep("dumps/1/auth_db.dump", [b"one", b"two"])
    assert b"".join(vault.read("dumps/1/auth_db.dump")) == b"onetwo"
    assert vault.names("dumps/") == ["dumps/1/auth_db.dump"]
    assert vault.names("media/") == []


def test_a_writer_that_fails_leaves_nothing_behind(vault):
    def failing():
        yield b"half"
        raise RuntimeError("pg_dump died")

    with pytest.raises(RuntimeError):
        vault.keep("dumps/1/auth_db.dump", failing())
    assert [path for path in vault.folder.root.rglob("*") if path.is_file()] == []


def test_a_failed_writer_leaves_the_file_that_was_there(vault):
    def failing():
        yield b"half"
        raise RuntimeError

    vault.keep("manifests/a.json", [b"good"])
    with pytest.raises(RuntimeError):
        vault.keep("manifests/a.json", failing())
    assert b"".join(vault.read("manifests/a.json")) == b"good"


def test_what_a_killed_writer_left_is_no_file_of_the_store_and_can_be_cleared(vault):
    vault.keep("media/ab/abc", [b"x"])
    leftover = vault.folder.root / "media" / "ab" / ".123.x"
    leftover.write_bytes(b"half")
    assert vault.names("media/") == ["media/ab/abc"]
    vault.folder.clear_leftovers()
    assert not leftover.exists()


def test_files_are_for_their_owner_and_for_the_group_that_restores(vault):
    vault.keep("media/ab/abc", [b"x"])
    path = vault.folder.root / "media" / "ab" / "abc"
    modes = [stat.S_IMODE(found.stat().st_mode) for found in (path, path.parent, path.parent.parent)]
    assert modes == [0o640, 0o2750, 0o2750]


def test_a_name_that_is_nowhere_is_missing(vault):
    with pytest.raises(Missing, match=r"there is no dumps/1/x\.dump in any store"):
        list(vault.read("dumps/1/x.dump"))


def test_a_damaged_file_is_broken(vault):
    vault.keep("dumps/1/x.dump", [b"content"])
    path = vault.folder.root / "dumps/1/x.dump"
    data = bytearray(path.read_bytes())
    data[30] ^= 1
    path.write_bytes(data)
    with pytest.raises(Broken):
        list(vault.read("dumps/1/x.dump"))


def test_deleting_twice_is_no_fault(vault):
    vault.keep("dumps/1/x.dump", [b"x"])
    vault.delete("dumps/1/x.dump")
    vault.delete("dumps/1/x.dump")
    assert vault.names("dumps/") == []


def test_a_request_is_signed_as_in_the_example_of_the_protocols_documentation():
    example = Bucket(
        "examplebucket.s3.amazonaws.com",
        "examplebucket",
        "us-east-1",
        "",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    )
    headers = sign(example, "GET", "/", "lifecycle=", hashlib.sha256().hexdigest(), datetime(2013, 5, 24, tzinfo=UTC))
    assert headers["authorization"].endswith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")

"""Sealed files: what comes back is what was put in, or nothing."""

import io
import os

import pytest

from production.backup.agent.seal import PIECE, TAG, Broken, seal, unseal

PASSPHRASE, NAME = "correct-horse-battery-staple", "media/ab/abcd"
HEADER = 24


def sealed(content: bytes, name: str = NAME) -> bytes:
    return b"".join(seal([content], PASSPHRASE, name))


def opened(data: bytes, name: str = NAME, passphrase: str = PASSPHRASE) -> bytes:
    return b"".join(unseal(io.BytesIO(data), passphrase, name))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7])
def test_a_content_of_any_size_comes_back(size):
    content = os.urandom(size)
    assert opened(sealed(content)) == content


def test_the_content_may_come_in_any_parts():
    content = os.urandom(2 * PIECE + 100)
    parts = [content[:1], content[1 : PIECE + 5], b"", content[PIECE + 5 :]]
    assert opened(b"".join(seal(parts, PASSPHRASE, NAME))) == content


def test_nothing_of_the_content_can_be_read_in_the_sealed_file():
    assert b"CANARY" not in sealed(b"CANARY" * 1000)


def test_the_same_content_is_never_sealed_alike():
    assert sealed(b"x") != sealed(b"x")


@pytest.mark.parametrize("place", [0, 10, HEADER, HEADER + 100, HEADER + PIECE + TAG + 5, -1])
def test_one_changed_bit_anywhere_is_noticed(place):
    data = bytearray(sealed(os.urandom(2 * PIECE)))
    data[place] ^= 1
    with pytest.raises(Broken):
        opened(bytes(data))


@pytest.mark.parametrize("size", [0, 5, HEADER, HEADER + 3, HEADER + PIECE + TAG, HEADER + PIECE + TAG + 40])
def test_a_file_that_is_cut_off_is_noticed(size):
    with pytest.raises(Broken):
        opened(sealed(os.urandom(2 * PIECE))[:size])


def test_pieces_in_another_order_are_noticed():
    data, piece = sealed(os.urandom(3 * PIECE)), PIECE + TAG
    first, second = data[HEADER : HEADER + piece], data[HEADER + piece : HEADER + 2 * piece]
    with pytest.raises(Broken):
        opened(data[:HEADER] + second + first + data[HEADER + 2 * piece :])


def test_a_file_under_another_name_is_noticed():
    with pytest.raises(Broken, match="media/ab/other is damaged, or was sealed with another passphrase"):
        opened(sealed(b"x"), name="media/ab/other")


def test_another_passphrase_opens_nothing():
    with pytest.raises(Broken):
        opened(sealed(b"x"), passphrase="another")


def test_no_piece_is_given_out_before_it_was_checked():
    data = bytearray(sealed(b"a" * PIECE + b"b"))
    data[-1] ^= 1
    given = []
    with pytest.raises(Broken):
        given.extend(unseal(io.BytesIO(bytes(data)), PASSPHRASE, NAME))
    assert given == [b"a" * PIECE]

"""Sealed files: encrypted and authenticated, in pieces, so that a file of any size needs little memory.

A file is ``TTSEAL1\\n``, 16 random bytes, and pieces of 256 KiB, each encrypted by AES-256-GCM with 16 bytes added. The key of a
file is HKDF-SHA256(passphrase, salt = the random bytes, info = "tts backup"). A piece's nonce is its number (11 bytes) and 1 for
the last one or else 0; the authenticated data are the 24 bytes before it and the name of the file in the store. So a piece that
was changed, moved, left out or taken from another file is noticed, and so is a missing end.
"""

import hmac
import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"TTSEAL1\n"
SALT = 16
PIECE = 256 * 1024
TAG = 16


class Broken(Exception):
    """A sealed file that was changed or cut off, or was sealed with another passphrase."""


def seal(chunks: Iterable[bytes], passphrase: str, name: str) -> Iterator[bytes]:
    """The sealed form of a content, piece by piece."""
    header = MAGIC + os.urandom(SALT)
    cipher, bound = _cipher(passphrase, header), header + name.encode()
    yield header
    number, piece = 0, b""
    for following in _pieces(chunks):
        if number:
            yield cipher.encrypt(_nonce(number, is_last=False), piece, bound)
        number, piece = number + 1, following
    yield cipher.encrypt(_nonce(number, is_last=True), piece, bound)


def unseal(stream: BinaryIO, passphrase: str, name: str) -> Iterator[bytes]:
    """The content of a sealed file, each piece checked before it is given out. Raises Broken."""
    header = stream.read(len(MAGIC) + SALT)
    if len(header) != len(MAGIC) + SALT or not header.startswith(MAGIC):
        raise Broken(f"{name} is no sealed file")
    cipher, bound = _cipher(passphrase, header), header + name.encode()
    number, piece = 1, _read(stream)
    while piece is not None:
        following = _read(stream)
        try:
            yield cipher.decrypt(_nonce(number, is_last=following is None), piece, bound)
        except InvalidTag:
            raise Broken(f"{name} is damaged, or was sealed with another passphrase") from None
        number, piece = number + 1, following
    if number == 1:
        raise Broken(f"{name} is cut off")


def _cipher(passphrase: str, header: bytes) -> AESGCM:
    extracted = hmac.digest(header[len(MAGIC) :], passphrase.encode(), "sha256")
    return AESGCM(hmac.digest(extracted, b"tts backup\x01", "sha256"))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size; an empty content is one empty piece."""
    rest, given = bytearray(), False
    for chunk in chunks:
        rest += chunk
        while len(rest) > PIECE:
            yield bytes(rest[:PIECE])
            given = True
            del rest[:PIECE]
    if rest or not given:
        yield bytes(rest)


def _read(stream: BinaryIO) -> bytes | None:
    """The next sealed piece, or None at the end; a pipe may give it in parts."""
    piece = bytearray()
    while len(piece) < PIECE + TAG and (part := stream.read(PIECE + TAG - len(piece))):
        piece += part
    return bytes(piece) or None

"""The public number of a ticket: TTS- and eight characters of Crockford's base32 from the system's random source."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
PREFIX = "TTS-"
PATTERN = r"TTS-[0-9A-HJKMNP-TV-Z]{8}"
_READ_ALOUD = re.compile(r"TTS[-\s]?([0-9A-Z]{8})")
_LOOK_ALIKES = str.maketrans("OIL", "011")


def new_number() -> str:
    """A number that nobody can guess: 40 random bits."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_number(text: str) -> str | None:
    """The number that somebody typed, small letters and look-alikes forgiven; None if it is none. Without TTS it might be a password."""
    match = _READ_ALOUD.fullmatch(text.strip().upper())
    number = PREFIX + match[1].translate(_LOOK_ALIKES) if match else ""
    return number if re.fullmatch(PATTERN, number) else None

"""Secrets never reach a screen, a log or an error: whatever a program said goes through here."""

import re

from production.home import Home

SHORTEST = 6  # characters; a shorter value would blot out ordinary words
URL_PASSWORD = re.compile(r"(?<=://)([^:/@\s]*):([^@/\s]+)@")


def redact(text: str, home: Home) -> str:
    """The text with every secret of the deployment, and every password in a URL, struck out."""
    for value in _secrets(home):
        text = text.replace(value, "‹secret›")
    return URL_PASSWORD.sub(r"\1:‹secret›@", text)


def _secrets(home: Home) -> list[str]:
    values: set[str] = set()
    for path in home.secrets.glob("*"):
        try:
            content = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            continue  # what cannot be read cannot have been printed by us
        values.update(part for part in [content, *content.splitlines()] if len(part) >= SHORTEST and not part.startswith("-----"))
    return sorted(values, key=len, reverse=True)

"""The maintenance page: up as long as ``state/maintenance`` is there.

nginx looks for that file with each request, and puts the text of the two files beside it into what it answers: as it stands, for it does
not escape what it includes. So the text is plain, in one line, and escaped here.
"""

import html
import json
import unicodedata
from datetime import UTC, datetime

from production.errors import WrongUse
from production.files import make_state_folder, write_atomically
from production.home import Home

LONGEST = 300  # characters
READABLE = 0o644  # nginx's account reads them; the folder keeps others out


def put_up(home: Home, message: str = "", *, by_tool: bool = False) -> None:
    """Show the page from the next request on. ``by_tool``: the tool takes it away again by itself. Raises WrongUse for the message."""
    insist_on_plain_text(message)
    make_state_folder(home.state)
    write_atomically(home.state / "maintenance.html", html.escape(message), mode=READABLE)
    write_atomically(home.state / "maintenance.json", json.dumps(f" {message}" if message else "", ensure_ascii=False)[1:-1], mode=READABLE)
    entry = {"since": datetime.now(UTC).isoformat(timespec="seconds"), "message": message, "by_tool": by_tool}
    write_atomically(home.state / "maintenance", json.dumps(entry) + "\n", mode=READABLE)


def insist_on_plain_text(message: str) -> None:
    """Raises WrongUse for a message that is long, or holds what is no character to be read: line breaks, controls, turns of direction."""
    if len(message) > LONGEST:
        raise WrongUse(f"--message has {len(message)} characters; at most {LONGEST} are shown.")
    if strange := [character for character in message if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}]:
        raise WrongUse(f"--message is one line of plain text; it holds {strange[0]!r}.")


def take_down(home: Home) -> None:
    """Answer again, from the next request on."""
    for name in ("maintenance", "maintenance.html", "maintenance.json"):
        (home.state / name).unlink(missing_ok=True)


def read(home: Home) -> dict[str, str] | None:
    """Since when and why; None when it is not up."""
    try:
        text = (home.state / "maintenance").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        entry = json.loads(text)
        return {"since": str(entry["since"]), "message": str(entry["message"])}
    except (ValueError, KeyError, TypeError):
        return {"since": "an unknown time", "message": text.strip()}  # made by hand


def is_somebodys(home: Home) -> bool:
    """Whether a person has put it up, and not the tool for the time of its own work, which may have been cut off."""
    try:
        entry = json.loads((home.state / "maintenance").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except ValueError:
        return True
    return not (isinstance(entry, dict) and entry.get("by_tool"))

"""What those who tried a release say of it: only people can, so they tell it to ``Scripts/tts report accept``."""

import json
from datetime import UTC, datetime
from typing import Any

from production.files import write_atomically
from production.home import Home
from production.watching.reading import read_lines, read_object

FILE = "acceptance.json"


def record(home: Home, *, by: str, is_accepted: bool, remarks: str) -> str:
    """Write down what was said of the release that was deployed last, in place of what was said before; gives back the release."""
    deployed = [entry.get("release") for entry in read_lines(home.state / "deployments.jsonl") if entry.get("kind") == "deployment"]
    release = str(deployed[-1] if deployed else home.values.get("TTS_RELEASE") or "local")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    told = {"release": release, "by": by, "at": at, "accepted": is_accepted, "remarks": remarks}
    write_atomically(home.state / FILE, json.dumps(told, indent=2) + "\n")
    return release


def read(home: Home, release: str | None) -> dict[str, Any]:
    """What was said last; nothing where it was said of another release. None: there was no deployment."""
    told = read_object(home.state / FILE)
    return told if release is None or told.get("release") == release else {}

"""What the mail catcher kept: at most one mail for each event and person."""

from collections import Counter
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path


@dataclass(frozen=True)
class MailCount:
    """Mails since the run began."""

    mails: int
    pairs: int
    duplicates: dict[str, int]
    unmarked: int


def count_mails(folder: Path, since: float) -> MailCount:
    """Count the messages that came after ``since`` by event and recipient; the event's id is in the Message-ID, before the first dot."""
    parser = BytesHeaderParser()
    pairs: Counter[tuple[str, str]] = Counter()
    unmarked = 0
    for file in folder.glob("*.eml"):
        if file.stat().st_mtime < since:
            continue
        with file.open("rb") as stream:
            headers = parser.parse(stream)
        event = str(headers.get("Message-ID", "")).strip(" <>").partition(".")[0]
        unmarked += headers.get("X-TTS-Event") is None
        pairs[(event, str(headers.get("X-Envelope-To") or headers.get("To")))] += 1
    doubled = {f"{event} to {recipient}": count for (event, recipient), count in pairs.items() if count > 1}
    return MailCount(sum(pairs.values()), len(pairs), doubled, unmarked)

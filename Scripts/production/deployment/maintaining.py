"""What is not replaced beside itself: database, broker, front door, backups. Each is stopped and started, and only when it is named."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from production import announcement
from production.deployment import cut_off, record
from production.deployment.engine import Engine
from production.deployment.overlay import default_release
from production.deployment.record import Journal, Record
from production.errors import OperatorError, RefusedByPreflight, WrongUse
from production.home import Home
from production.starting import recreate

#: part → what people notice meanwhile
NOTICED = {
    "db": "nobody can work while the database is away: people see the maintenance page",
    "rabbitmq": "events wait while the broker is away: people see the maintenance page",
    "nginx": "for about a second nobody is answered, and open sockets come back by themselves",
    "backup": "",
}
BEHIND_THE_PAGE = ("db", "rabbitmq")
#: those whose image is ours; it is of TTS_RELEASE
OURS = ("nginx", "db", "backup")
WITHIN = 180.0  # seconds until it is healthy again


def insist(home: Home, part: str, release: str, *, is_agreed: bool) -> None:
    """Raises RefusedByPreflight where nobody agreed to what people notice, or for a release that the settings do not name."""
    if release and part not in OURS:
        raise WrongUse(f"{part} has an image of its own, set in .env.production: --release says nothing of it.")
    if release and release != (chosen := default_release(home)):
        raise RefusedByPreflight(
            f"{part} is of TTS_RELEASE, which is {chosen}. `Scripts/tts init --yes --set TTS_RELEASE={release}` first, then this again."
        )
    if NOTICED[part] and not is_agreed:
        raise RefusedByPreflight(f"{part} cannot be replaced while it runs: {NOTICED[part]}. --maintenance does it.")


def renew(home: Home, part: str) -> Record:
    """Stop it and start it as the settings now say. Call inside ``exclusive(home)``. Raises OperatorError."""
    cut_off.refuse_beside(home, [part])
    engine, release = Engine(home), default_release(home)
    if part in OURS:
        engine.image(part, release)
    journal, began = Journal(home), time.monotonic()
    entry = record.begin(record.DEPLOYMENT, release=release, strategy="maintenance", services=[part], original={})
    journal.open(entry)
    outcome = record.FAILED
    try:
        with _maintenance(home, part):
            recreate(engine.compose, [part], timeout=WITHIN)
        outcome = record.DONE
    except OperatorError as failure:
        entry.rollback_reason = str(failure)
        raise
    finally:
        entry.downtime_seconds = round(time.monotonic() - began, 1) if NOTICED[part] else 0.0
        journal.close(entry, outcome)
    return entry


@contextmanager
def _maintenance(home: Home, part: str) -> Iterator[None]:
    """The maintenance page, unless somebody has put it up already: then it stays afterwards."""
    is_ours = part in BEHIND_THE_PAGE and not announcement.is_somebodys(home)
    if is_ours:
        announcement.put_up(home, f"A new {part} is put in.", by_tool=True)
    try:
        yield
    finally:
        if is_ours:
            announcement.take_down(home)


def left_behind(engine: Engine, release: str) -> dict[str, str]:
    """Part of ours → the release it runs in, where that is another one than a deployment brought to the services."""
    behind = {}
    for container in engine.containers().values():
        if container.service in OURS and container.state == "running":
            wanted = engine.reference(container.service, release)
            known = engine.image_id(wanted)
            if known != container.image_id if known else wanted != container.image:
                behind[container.service] = container.image.rpartition(":")[2]
    return behind


def advice(behind: Mapping[str, str], release: str, chosen: str) -> str:
    """What brings them to a release, where the settings name ``chosen``."""
    first = "" if chosen == release else f"`Scripts/tts init --yes --set TTS_RELEASE={release}`, then "
    words = {part: f"`Scripts/tts deploy {part}{' --maintenance' if NOTICED[part] else ''}`" for part in behind}
    return (
        f"Not touched: {', '.join(f'{part} (runs {known})' for part, known in behind.items())}. To bring them to {release} too: {first}"
        f"`Scripts/tts up` for all at once, in a quiet minute; or one by one: {', '.join(words.values())}."
    )

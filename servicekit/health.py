"""Alive, ready, and how the worker says that it works."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from servicekit.clock import now
from servicekit.expanding import pending
from servicekit.loops import Loop
from servicekit.models import Heartbeat

STALE = timedelta(seconds=60)
_migrated: set[str] = set()


def livez(request: HttpRequest) -> JsonResponse:
    """The process answers. Touches nothing, or an outage of the database would restart everything."""
    return JsonResponse({"status": "alive"})


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations and worker; 503 with what is missing."""
    checks = {"database": _database()}
    if checks["database"] == "ok":
        checks |= {"migrations": _migrations(), "worker": _worker()}
    ready = all(state == "ok" for state in checks.values())
    return JsonResponse(
        {"status": "ready" if ready else "not ready", "service": settings.SERVICE_NAME, "checks": checks}, status=200 if ready else 503
    )


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return "does not answer"
    return "ok"


def _migrations() -> str:
    """Looked up until all that it needs are applied, then remembered: they do not go away under a running process."""
    if "all" not in _migrated:
        missing = pending(contract=False)
        if missing:
            return f"{len(missing)} not applied"
        _migrated.add("all")
    return "ok"


def _worker() -> str:
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return "never seen"
    age = now() - beat.beat_at
    return "ok" if age < STALE else f"silent for {int(age.total_seconds())} s"


class Pulse(Loop):
    """Writes the heartbeat, as long as every other loop turns."""

    name = "pulse"

    def __init__(self, loops: list[Loop]) -> None:
        super().__init__()
        self._loops = loops

    def turn(self) -> None:
        """One beat, every 5 s."""
        if all(loop.is_alive() for loop in self._loops):
            names = [loop.name for loop in self._loops if loop.is_turning]
            Heartbeat.objects.update_or_create(name="worker", defaults={"beat_at": now(), "loops": names})
        self.stopping.wait(5.0)

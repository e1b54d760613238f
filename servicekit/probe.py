"""Is this container well? ``python -m servicekit.probe http://127.0.0.1:8000/readyz``, or of a worker ``… probe /tmp/worker.pulse``.

Ends with 0, or says what is wrong and ends with 1. Costs some 50 ms of CPU: no Django, no connection to the database or the broker.
"""

import http.client
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

SECONDS = 3.0  # that a web process may take to answer
STALE = 60.0  # seconds since a worker's pulse


def fault(what: str) -> str:
    """What is wrong with the process behind an address or a pulse file, or nothing."""
    return fault_of_web(what) if what.startswith("http://") else fault_of_worker(Path(what))


def fault_of_web(url: str) -> str:
    """A web process must answer 200."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=SECONDS)
    try:
        connection.request("GET", address.path, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return "" if answer.status == 200 else f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {error}"
    finally:
        connection.close()


def fault_of_worker(pulse: Path) -> str:
    """A worker's consumer must have touched the file lately; it does so every 5 s while it is connected and every loop turns."""
    try:
        age = time.time() - pulse.stat().st_mtime
    except OSError as error:
        return f"no pulse: {error}"
    return "" if age < STALE else f"no pulse for {age:.0f} s"


if __name__ == "__main__":
    sys.exit(fault(sys.argv[1]) or 0)

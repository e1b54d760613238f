"""A whole system for the browser's journeys: started by Scripts/run on free ports, in a folder that is thrown away."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bootstrap.console import SetupError
from bootstrap.paths import SCRIPTS, scripts_environment
from ops.log_files import tail

READY_WITHIN = 300.0
PORTS_NEEDED = 8


@contextmanager
def instance_for_browser() -> Iterator[dict[str, str]]:
    """Run a system; give back the environment that tells the journeys where it is. Raises SetupError if it does not start."""
    with tempfile.TemporaryDirectory(prefix="tts-e2e-") as folder:
        data, port = Path(folder) / "data", free_base_port()
        Path(folder).chmod(0o755)  # the database's account passes through
        log = Path(folder) / "run.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, SCRIPTS / "run", "--port", str(port), "--data", str(data)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=scripts_environment(),
            )
        try:
            _wait(process, log)
            yield _directions(data)
        finally:
            process.terminate()
            process.wait(90)


def free_base_port(above: int = 21070) -> int:
    """A port that is free together with those after it."""
    for port in range(max(above, 21070) + 10, 29000, 10):
        if all(_is_free(port + offset) for offset in range(PORTS_NEEDED)):
            return port
    raise SetupError("no eight free ports in a row")


def _directions(data: Path) -> dict[str, str]:
    url = json.loads((data / "instance.json").read_text())["url"]
    return {"BASE_URL": url, "LOGINS": str(data / "demo-logins.json")}


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while "Stop: Ctrl-C" not in tail(log, 50):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"Scripts/run did not start the system:\n{tail(log, 60)}")
        time.sleep(0.3)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True

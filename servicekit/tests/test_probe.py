"""What a container is asked: whether its web process answers 200, or its worker's pulse is young."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from servicekit import probe
from servicekit.worker import ConsumerPulse


class Answers(BaseHTTPRequestHandler):
    """/readyz is well, /sick is not, /hung never answers."""

    def do_GET(self) -> None:
        if self.path == "/hung":
            time.sleep(5)
        status = 200 if self.path == "/readyz" and self.headers["Host"] == "localhost" else 503
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b'{"checks":{"database":"does not answer"}}')

    def log_message(self, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_web_process_that_answers_200_is_well(address: str) -> None:
    assert probe.fault(f"{address}/readyz") == ""


def test_a_web_process_that_answers_503_is_not_and_its_answer_is_told(address: str) -> None:
    assert probe.fault(f"{address}/sick") == '503 {"checks":{"database":"does not answer"}}'


def test_a_web_process_that_hangs_is_given_up_after_its_time(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "SECONDS", 0.2)
    assert probe.fault(f"{address}/hung") == "no answer: timed out"


def test_where_nothing_listens_nothing_is_well() -> None:
    assert probe.fault("http://127.0.0.1:9/readyz") == "no answer: [Errno 111] Connection refused"


def test_a_young_pulse_is_well_and_an_old_one_is_not(tmp_path: Path) -> None:
    pulse = tmp_path / "worker.pulse"
    pulse.touch()
    assert probe.fault(str(pulse)) == ""
    os.utime(pulse, (time.time() - 75, time.time() - 75))
    assert probe.fault(str(pulse)) == "no pulse for 75 s"


def test_a_worker_without_a_pulse_is_not_well(tmp_path: Path) -> None:
    assert probe.fault(str(tmp_path / "nothing")) == f"no pulse: [Errno 2] No such file or directory: '{tmp_path}/nothing'"


def test_as_a_program_it_ends_with_0_or_tells_the_fault_and_ends_with_1(tmp_path: Path) -> None:
    pulse = tmp_path / "worker.pulse"
    command = [sys.executable, "-m", "servicekit.probe", str(pulse)]
    sick = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (sick.returncode, sick.stderr) == (1, f"no pulse: [Errno 2] No such file or directory: '{pulse}'\n")
    pulse.touch()
    assert subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0


class Clock:
    """Celery's timer as far as the pulse uses it."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, bool]] = []

    def call_repeatedly(self, seconds: float, function: object, args: tuple[object, ...]) -> SimpleNamespace:
        self.entries.append((seconds, True))
        return SimpleNamespace(cancel=self.entries.clear)


def consumer(*turning: bool) -> SimpleNamespace:
    loops = [SimpleNamespace(is_turning=is_turning) for is_turning in turning]
    return SimpleNamespace(timer=Clock(), controller=SimpleNamespace(loops=loops))


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "worker.pulse"
    monkeypatch.setattr("servicekit.worker.environment", SimpleNamespace(text=lambda name: str(path) if name == "WORKER_PULSE" else ""))
    return path


def test_a_connected_consumer_whose_loops_turn_beats_every_five_seconds_until_it_stops(pulse: Path) -> None:
    parent = consumer(True, True)
    step = ConsumerPulse(parent)
    step.start(parent)
    assert pulse.exists()
    assert parent.timer.entries == [(5.0, True)]
    step.stop(parent)
    assert parent.timer.entries == []


def test_a_consumer_with_a_loop_that_hangs_does_not_beat(pulse: Path) -> None:
    parent = consumer(True, False)
    ConsumerPulse(parent).start(parent)
    assert not pulse.exists()


def test_where_nobody_looks_there_is_no_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servicekit.worker.environment", SimpleNamespace(text=lambda name: ""))
    parent = consumer(True)
    assert ConsumerPulse(parent).include_if(parent) is False

"""One look from beginning to end, on an engine that answers and a front door that does not."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bootstrap.paths import ROOT, SCRIPTS
from production.errors import AnotherIsRunning
from production.lock import under_way
from production.status_page import history
from production.watching.host_metrics import HELPS
from production.watching.look import look
from production.watching.memory import Memory

HTTPS_PORT = "1"  # where nobody listens


@pytest.fixture
def site(home, engine, tmp_path, monkeypatch):
    """A deployment that was well once, and whose containers do not exist any more."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'engine.sock'}")
    home.values["HTTPS_PORT"] = HTTPS_PORT
    engine.answers["/containers/json"] = []
    Memory(was_well=True).save(home)
    return home


@pytest.fixture
def hook(site):
    """Slack, which keeps what it is told."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, format, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (site.secrets / "slack_webhook").chmod(0o600)
        (site.secrets / "slack_webhook").write_text(f"http://127.0.0.1:{server.server_address[1]}/")
        yield told
        server.shutdown()


def test_an_outage_is_told_once_and_so_is_its_end(site, hook, engine):
    for _ in range(3):
        look(site)
    assert [text.splitlines()[1] for text in hook] == [
        "page: ServiceDown/all: Nothing of the deployment is running. See documentation/runbook.md#servicedown."
    ]
    (site.state / "maintenance").write_text('{"since": "2026-03-14T12:00:00+00:00", "message": "Back at noon."}')
    for _ in range(3):
        look(site)
    assert any(text.splitlines()[1].startswith("over: ServiceDown/all: It lasted 1 min") for text in hook)


def test_a_system_that_nobody_has_started_yet_is_missed_by_nobody(site, hook):
    Memory().save(site)
    for _ in range(3):
        look(site)
    memory = Memory.load(site)
    assert (hook, memory.incidents, memory.outages, [*memory.today().components]) == ([], {}, [], [])


@contextmanager
def at_work(site, *words):
    """Another process that holds the operator's lock, as ``tts`` does."""
    code = "import sys; from pathlib import Path; from production.home import Home; from production.lock import exclusive\n"
    code += "with exclusive(Home.find(Path(sys.argv.pop()))): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, *words, str(site.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(ROOT)])}, **pipes) as worker:
        assert worker.stdout.readline() == "held\n"
        yield worker
        worker.stdin.close()


@pytest.mark.parametrize("words", [("up", "--build"), ("down",), ("restore", "--latest", "--stop-everything")], ids=lambda words: words[0])
def test_what_does_not_answer_while_the_operator_starts_or_stops_it_all_is_no_outage(site, hook, words):
    with at_work(site, *words) as worker:
        assert (under_way(site).words, under_way(site).began) == (" ".join(words), pytest.approx(time.time(), abs=60))
        for _ in range(3):
            look(site)
        memory = Memory.load(site)
        assert (hook, memory.outages, memory.today().components["ticket"]) == ([], [], [0, 0, 0, 3])
    assert (worker.returncode, under_way(site)) == (0, None)
    for _ in range(2):
        look(site)
    assert (len(hook), [outage.looks for outage in history.real_outages(Memory.load(site))][:1]) == (1, [2])


def test_an_outage_does_not_end_because_somebody_begins_to_mend_it(site, hook):
    for _ in range(2):
        look(site)
    with at_work(site, "restore", "--latest"):
        for _ in range(3):
            look(site)
    memory = Memory.load(site)
    assert (len(hook), {outage.until for outage in memory.outages}, memory.today().components["ticket"]) == (1, {None}, [0, 0, 5, 0])


def test_of_work_that_should_interrupt_nobody_whoever_is_told_hears(site, hook):
    with at_work(site, "deploy", "all"):
        for _ in range(2):
            look(site)
    text = "Nothing of the deployment is running. `tts deploy all` is under way."
    assert [told.splitlines()[1] for told in hook] == [f"page: ServiceDown/all: {text} See documentation/runbook.md#servicedown."]


def test_a_lock_that_a_killed_process_left_is_no_work(site):
    with at_work(site, "up") as worker:
        worker.kill()
        worker.wait()
        assert ((site.state / "lock").read_text(), under_way(site)) == (f"process {worker.pid}: up", None)


def test_what_could_not_be_told_is_told_at_the_next_look(site, hook):
    webhook = (site.secrets / "slack_webhook").read_text()
    (site.secrets / "slack_webhook").write_text("http://127.0.0.1:1/")
    look(site)
    look(site)
    assert [letter["channel"] for letter in Memory.load(site).unsent] == ["slack"]
    (site.secrets / "slack_webhook").write_text(webhook)
    look(site)
    assert len(hook) == 1
    assert Memory.load(site).unsent == []


def test_a_message_that_nobody_takes_for_a_day_is_dropped(site, hook):
    (site.secrets / "slack_webhook").write_text("http://127.0.0.1:1/")
    look(site)
    look(site)
    memory = Memory.load(site)
    memory.unsent[0]["written_at"] -= 24 * 3600
    memory.save(site)
    look(site)
    assert Memory.load(site).unsent == []


def test_the_page_and_the_metrics_are_written_for_their_readers_alone(site):
    look(site)
    modes = {str(path.relative_to(site.state)): path.stat().st_mode & 0o777 for path in [site.state, *site.state.rglob("*")]}
    wanted = {".": 0o711, "watch.json": 0o600, "status": 0o755, "monitoring": 0o755, "monitoring/metrics.txt": 0o644}
    wanted |= {f"status/{name}": 0o644 for name in ("index.html", "status.json", "status.css", "status.js", "icon.svg")}
    assert {name: modes[name] for name in wanted} == wanted


def test_prometheus_can_read_the_metrics_and_each_is_explained(site):
    look(site)
    families = [*text_string_to_metric_families((site.state / "monitoring" / "metrics.txt").read_text())]
    values = {sample.name: sample.value for family in families for sample in family.samples}
    assert values["watch_last_run_timestamp_seconds"] == pytest.approx(time.time(), abs=60)
    assert values["component_up"] == 0
    assert values["host_disk_read_bytes_total"] <= psutil.disk_io_counters().read_bytes
    assert values["host_network_received_bytes_total"] <= psutil.net_io_counters().bytes_recv
    assert {family.documentation for family in families} <= set(HELPS.values())


def test_a_second_watch_is_refused(site):
    with (site.state / "watch.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(AnotherIsRunning):
            look(site)
    look(site)


def test_a_deployment_under_way_does_not_stop_watching(site):
    with (site.state / "lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        look(site)
    assert Memory.load(site).at > 0


def test_an_engine_that_is_gone_is_told_and_the_page_is_renewed(site, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    _, troubles = look(site)
    assert [trouble.key for trouble in troubles] == ["ServiceDown/docker"]
    assert json.loads((site.state / "status" / "status.json").read_text())["state"] == "down"


@pytest.mark.parametrize("place", ["write status.json", "write index.html", "write metrics.txt", "write watch.json"])
def test_a_watch_that_is_killed_can_be_run_again(site, tts, tmp_path, place):
    text = f"{(site.path / '.env.production').read_text()}\nHTTPS_PORT={HTTPS_PORT}\n".replace("HTTPS_PORT=443\n", "")
    (site.path / ".env.production").write_text(text)
    assert tts("watch", "--once", kill_at=place).returncode == -9
    again = tts("watch", "--once", "--json")
    assert again.returncode == 0, again.stderr
    assert [trouble["name"] for trouble in json.loads(again.stdout)["troubles"]] == ["ServiceDown"]
    assert json.loads((site.state / "status" / "status.json").read_text())["state"] == "down"
    assert (site.state / "status" / "index.html").read_text().endswith("</html>\n")


def test_looking_costs_little(site):
    """A look each minute on two processors: at most a second of CPU with the interpreter's start, when nothing answers."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(ROOT)]), "TTS_HOME": str(site.path)}
    code = "import resource, sys; sys.argv = ['tts', 'watch', '--once']; from production.cli import app\n"
    code += "try: app()\nexcept SystemExit: pass\n"
    code += "use = resource.getrusage(resource.RUSAGE_SELF); print('CPU', use.ru_utime + use.ru_stime)"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout.rpartition("CPU")[2]) < 1.5

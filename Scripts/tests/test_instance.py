import fcntl
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

from bootstrap import stamps
from ops import log_files
from ops.instance import Instance, read_state
from ops.secret_files import SecretFiles


def run(instance: Instance) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ops.run", "--port", str(instance.port), "--data", str(instance.data)]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=30, check=False)


def test_a_taken_port_is_named_with_exit_code_3_and_nothing_is_started(instance: Instance) -> None:
    with socket.create_server(("127.0.0.1", instance.port_of("workflow_api"))):
        result = run(instance)
    assert result.returncode == 3
    assert f"In use by another program: port {instance.port + 3} (workflow_api)." in result.stderr
    assert "--port 9080 --data .data2" in result.stderr
    assert list(instance.logs.iterdir()) == []


def test_the_same_instance_started_twice_is_refused_with_exit_code_4(instance: Instance) -> None:
    instance.write_state({"url": "http://localhost:4711", "processes": {}})
    with (instance.data / "instance.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        result = run(instance)
    assert result.returncode == 4
    assert "This instance runs already: http://localhost:4711." in result.stderr


def test_two_instances_share_no_port_and_no_folder(tmp_path: Path) -> None:
    first, second = Instance(data=tmp_path / "a"), Instance(data=tmp_path / "b", port=9080)
    names = ("auth", "ticket_service", "workflow_api", "messaging", "notification_service", "postgres", "mail")
    assert [first.port_of(name) for name in names] == [8081, 8082, 8083, 8084, 8085, 8086, 8087]
    assert [second.port_of(name) for name in names] == [9081, 9082, 9083, 9084, 9085, 9086, 9087]
    assert first.url == "http://localhost:8080"
    assert second.url == "http://localhost:9080"


def test_the_state_of_an_instance_that_was_never_started_is_none(tmp_path: Path) -> None:
    assert read_state(tmp_path) is None


def test_secrets_are_kept_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    secrets = SecretFiles(tmp_path / "secrets")
    first = secrets.random("auth.django_key")
    value = first.read_text()
    key = secrets.signing_key("jwt.pem")
    assert len(value) == 64
    assert SecretFiles(tmp_path / "secrets").random("auth.django_key").read_text() == value
    assert key.read_text().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (first, key, tmp_path / "secrets")] == [0o600, 0o600, 0o700]


def test_a_log_past_its_size_is_put_aside_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "auth-web.log"
    with log.open("ab") as writer:
        for number in range(1, 6):
            writer.write(str(number).encode() * 100)
            writer.flush()
            log_files.rotate(tmp_path, maximum=50)
        writer.write(b"now\n")
    kept = {path.name: path.read_text()[:1] for path in tmp_path.iterdir()}
    assert kept == {"auth-web.log": "n", "auth-web.log.1": "5", "auth-web.log.2": "4", "auth-web.log.3": "3"}


def test_a_stamp_is_current_until_a_file_or_a_fact_changes(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source.txt", tmp_path / "stamps" / "it"
    source.write_text("one")
    before = stamps.fingerprint([tmp_path / "source.txt"], "3.11")
    stamps.write(stamp, before)
    assert stamps.is_current(stamp, stamps.fingerprint([source], "3.11"))
    assert not stamps.is_current(stamp, stamps.fingerprint([source], "3.12"))
    source.write_text("two")
    assert not stamps.is_current(stamp, stamps.fingerprint([source], "3.11"))

"""Scripts/run: one whole system on this machine, in the foreground, until Ctrl-C."""

import argparse
import fcntl
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import psycopg2

from bootstrap.paths import ROOT, SERVICES
from ops import databases, nginx, welcome
from ops.instance import Instance, read_state
from ops.leftovers import end_leftovers
from ops.mailbox import Mailbox
from ops.postgres import EmbeddedPostgres
from ops.preparation import PreparationError, prepare
from ops.secret_files import SecretFiles
from ops.services import Backing, Services
from ops.supervisor import NotReady, Supervisor
from ops.valkey import EmbeddedValkey

EXIT_FAILED, EXIT_PORT_TAKEN, EXIT_ALREADY_RUNNING = 1, 3, 4
READY_WITHIN = 180.0
ELSEWHERE = "A second instance: Scripts/run --port 9080 --data .data2"

logger = logging.getLogger("tts.run")


class Stopped(BaseException):
    """Somebody asked us to stop."""


def main() -> None:
    """Read the command line and run."""
    started = time.monotonic()
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every connection
    instance = _instance()
    for folder in (instance.data, instance.runtime, instance.logs):
        folder.mkdir(parents=True, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        with _only_one(instance):
            _run(instance, started)
    except Stopped:
        logger.info("stopped")
    except (NotReady, PreparationError, psycopg2.OperationalError) as failure:
        sys.exit(f"{failure}\nThe system could not be started.")


def _run(instance: Instance, started: float) -> None:
    end_leftovers(instance)
    _insist_on_free_ports(instance)
    with _mailbox(instance), Supervisor(instance.logs, on_change=lambda: _write_state(instance, supervisor)) as supervisor:
        backing = _start_backing(instance, supervisor)
        services = Services(instance, SecretFiles(instance.data / "secrets"), backing)
        services.prepare_folders()
        changed = prepare(instance, services, place=repr(backing))
        if changed:
            logger.info("prepared: %s", ", ".join(changed))
        supervisor.start([*services.programs(), nginx.program(instance)])
        supervisor.wait_until_all_answer(READY_WITHIN)
        welcome.show(instance, seconds=time.monotonic() - started + _spent_before())
        supervisor.run()


def _start_backing(instance: Instance, supervisor: Supervisor) -> Backing:
    secrets = SecretFiles(instance.data / "secrets")
    admin_url, broker_url = os.environ.get("DATABASE_URL"), os.environ.get("BROKER_URL")
    programs = []
    if not admin_url:
        postgres = EmbeddedPostgres(instance, secrets)
        postgres.prepare()
        programs.append(postgres.program())
        admin_url = postgres.admin_url
    if not broker_url:
        valkey = EmbeddedValkey(instance)
        valkey.prepare()
        programs.append(valkey.program())
        broker_url = valkey.url
    supervisor.start(programs)
    databases.wait_until_open(admin_url)
    if "valkey" in {program.name for program in programs}:
        valkey.wait_until_open()
    return Backing(database_urls=databases.provision(admin_url, secrets), broker_url=broker_url)


def _instance() -> Instance:
    parser = argparse.ArgumentParser(prog="Scripts/run", description="Run the whole system on this machine until Ctrl-C.")
    parser.add_argument("--port", type=int, default=8080, help="the front door; the seven ports after it are used too (default: 8080)")
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="the folder of everything this instance keeps (default: .data)")
    parser.add_argument("--listen", default="127.0.0.1", help="the address that the front door listens on (default: 127.0.0.1)")
    parser.add_argument("--base-url", default="", help="the public address, where it is not http://localhost:PORT")
    given = parser.parse_args()
    return Instance(data=given.data.resolve(), port=given.port, listen=given.listen, base_url=given.base_url.rstrip("/"))


def _insist_on_free_ports(instance: Instance) -> None:
    listeners = [*SERVICES, "mail"] + ([] if os.environ.get("DATABASE_URL") else ["postgres"])
    if taken := instance.taken_ports(listeners):
        logger.error("In use by another program: port %s. %s", ", ".join(taken), ELSEWHERE)
        sys.exit(EXIT_PORT_TAKEN)


@contextmanager
def _only_one(instance: Instance) -> Iterator[None]:
    with (instance.data / "instance.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            url = (read_state(instance.data) or {}).get("url", "another address")
            logger.error("This instance runs already: %s. Scripts/tts stop ends it. %s", url, ELSEWHERE)
            sys.exit(EXIT_ALREADY_RUNNING)
        yield


@contextmanager
def _mailbox(instance: Instance) -> Iterator[None]:
    mailbox = Mailbox(instance.mail, instance.port_of("mail"))
    mailbox.open()
    try:
        yield
    finally:
        mailbox.close()


def _write_state(instance: Instance, supervisor: Supervisor) -> None:
    instance.write_state(
        {
            "url": instance.url,
            "port": instance.port,
            "ports": {name: instance.port_of(name) for name in (*SERVICES, "postgres", "mail")},
            "supervisor": os.getpid(),
            "secrets": str(instance.data / "secrets"),
            "logs": str(instance.logs),
            "mail": str(instance.mail),
            "logins": str(instance.logins_file),
            "processes": supervisor.state(),
        }
    )


def _stop(number: int, frame: FrameType | None) -> None:
    for again in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(again, signal.SIG_IGN)  # stopping is under way
    raise Stopped


def _spent_before() -> float:
    return float(os.environ.get("TTS_SETUP_SECONDS", "0"))


if __name__ == "__main__":
    main()

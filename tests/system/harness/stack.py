"""The whole system as child processes: PostgreSQL, RabbitMQ, a mail sink, and both processes of the five services."""

import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.system.harness.postgres import Postgres
from tests.system.harness.processes import NotReady, Process
from tests.system.harness.rabbitmq import RabbitMQ
from tests.system.harness.services import KINDS, Service, base_environment
from tests.system.harness.smtp_sink import SmtpSink


class Stack:
    """Everything, started once for all tests; ``heal`` brings it back to health after each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.media = folder / "media"
        self.media.mkdir()
        self.postgres = Postgres(folder)
        self.rabbitmq = RabbitMQ(folder)
        self.smtp = SmtpSink()
        self.services: dict[str, Service] = {}
        self._key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def start(self) -> None:
        """From nothing to ready, with seeds and demo people."""
        self.smtp.start()
        with ThreadPoolExecutor() as pool:
            broker = pool.submit(self.rabbitmq.start)
            self.postgres.start()
            self._make_services()
            list(pool.map(lambda service: service.manage("migrate", "--verbosity", "0"), self.services.values()))
            broker.result()
            list(pool.map(lambda service: service.manage("declare_topology"), self.services.values()))
            list(pool.map(lambda service: service.manage("seed"), self.services.values()))
        self["auth"].manage("seed_demo", "--out", str(self.folder / "demo-logins.json"))
        for service in self.services.values():
            service.start()
        self.wait_ready()

    def stop(self) -> None:
        """End everything."""
        for service in self.services.values():
            service.kill()
        self.rabbitmq.stop()
        self.postgres.stop()
        self.smtp.stop()

    def __getitem__(self, name: str) -> Service:
        return self.services[name]

    @cached_property
    def demo(self) -> dict[str, dict[str, str]]:
        """The demo people by e-mail."""
        people = json.loads((self.folder / "demo-logins.json").read_text())
        return {person["email"]: person for person in people}

    def url_for(self, path: str) -> str:
        """The address behind a public path, as the front proxy would choose it."""
        for service in self.services.values():
            if path.startswith(service.prefixes):
                return service.url + path
        raise LookupError(f"no service has {path}")

    def processes(self) -> list[Process]:
        """The ten processes of the services."""
        return [process for service in self.services.values() for process in (service.web, service.worker)]

    def wait_ready(self, seconds: float = 90.0) -> None:
        """Until every service says that it is ready."""
        for service in self.services.values():
            service.wait_ready(seconds)

    def kill_everything(self) -> None:
        """The power goes: brokers, databases and services at once, with no time to tidy up."""
        for process in [*self.processes(), self.rabbitmq.process, self.postgres.process]:
            process.signal(9)  # type: ignore[arg-type]
        for process in [*self.processes(), self.rabbitmq.process, self.postgres.process]:
            process.kill()

    def heal(self) -> None:
        """Whatever a test has stopped, hung or blocked goes on again, and all are ready."""
        for process in [*self.processes(), self.postgres.process, self.rabbitmq.process]:
            process.resume()
        if not self.postgres.process.is_running:
            self.postgres.start()
        if not self.rabbitmq.process.is_running:
            self.rabbitmq.start()
        for service in self.services.values():
            service.start()
        self.wait_ready()

    def wait_idle(self, seconds: float = 30.0) -> None:
        """Until no service has anything left to publish, to handle or to try again; fail after ``seconds`` in which nothing was done."""
        done, deadline = self._done_so_far(), time.monotonic() + seconds
        while self.backlog():
            time.sleep(0.25)
            if (now_done := self._done_so_far()) != done:
                done, deadline = now_done, time.monotonic() + seconds
            if time.monotonic() > deadline:
                raise NotReady(f"nothing done for {seconds:g} s: {self.describe_backlog()}")

    def _done_so_far(self) -> list[object]:
        """Something that changes with each event published or handled."""
        query = (
            "SELECT (SELECT max(id) FROM servicekit_inboxentry), (SELECT count(*) FROM servicekit_outboxevent WHERE published_at IS NULL)"
        )
        return [self.postgres.rows(service.database, query) for service in self.services.values()]

    def backlog(self) -> int:
        """How much is on its way: events to publish, messages to hand out, handlers to try again."""
        return sum(self.describe_backlog().values())

    def describe_backlog(self) -> dict[str, int]:
        """The same, by place."""
        waiting = {f"{name} publishes": self.pending(name) for name in self.services}
        depths = dict(zip(self.queues(), self.rabbitmq.depths(self.queues()), strict=True))
        retries = {
            f"{name} tries again": self.count(name, "servicekit_scheduledjob WHERE kind = 'servicekit.retry_event'")
            for name in self.services
        }
        return waiting | depths | retries

    def queues(self) -> list[str]:
        """The queue of each service."""
        return [f"{name}.events" for name in self.services]

    def pending(self, service: str) -> int:
        """How many rows of its outbox are not published."""
        return self.count(service, "servicekit_outboxevent WHERE published_at IS NULL")

    def count(self, service: str, what: str) -> int:
        """How many rows there are, of a table and its condition."""
        ((number,),) = self.postgres.rows(self[service].database, f"SELECT count(*) FROM {what}")  # noqa: S608
        return int(str(number))

    def _make_services(self) -> None:
        shared = {
            **base_environment(),
            "DJANGO_ENV": "development",
            "DJANGO_ALLOWED_HOSTS": "localhost,127.0.0.1",
            "DJANGO_BASE_URL": "http://localhost",
            "MEDIA_ROOT": str(self.media),
            "DJANGO_EMAIL_HOST": "127.0.0.1",
            "DJANGO_EMAIL_PORT": str(self.smtp.port),
            "DJANGO_DEFAULT_FROM_EMAIL": "desk@tts.example",
        }
        for kind in KINDS:
            database = f"{kind.name}_db"
            metrics = self.folder / "metrics" / kind.name
            metrics.mkdir(parents=True)
            env = {
                **shared,
                "PROMETHEUS_MULTIPROC_DIR": str(metrics),
                "DATABASE_URL": self.postgres.create_database(database),
                "CELERY_BROKER_URL": self.rabbitmq.url_of(kind.name),
                "DJANGO_SECRET_KEY": secrets.token_urlsafe(60),
            }
            if kind.name == "auth":
                env["DJANGO_JWT_SIGNING_KEY"] = self._key
            else:
                env["DJANGO_AUTH_SERVICE_URL"] = self["auth"].url
            self.services[kind.name] = Service(kind, folder=self.folder, env=env, database=database)

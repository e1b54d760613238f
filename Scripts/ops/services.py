"""The five services: their environment, their ten processes and what is done before they start."""

import os
from dataclasses import dataclass
from urllib.parse import urlsplit

from bootstrap.paths import ROOT, SERVICES
from bootstrap.pythons import python_of
from ops.child import Program
from ops.instance import Instance
from ops.secret_files import SecretFiles

WEB_COMMANDS = {
    "messaging": ("-m", "daphne", "-v", "0", "--no-server-name", "-b", "127.0.0.1", "-p", "{port}", "messaging.asgi:application"),
}
GUNICORN = ("-m", "gunicorn", "-c", "python:servicekit.gunicorn_conf", "{service}.wsgi")
CELERY = ("-m", "celery", "-A", "{service}", "worker", "-P", "threads", "-c", "4", "--without-gossip", "--without-mingle")


@dataclass(frozen=True)
class Backing:
    """What the services stand on."""

    database_urls: dict[str, str]
    broker_url: str


class Services:
    """The services of one instance."""

    def __init__(self, instance: Instance, secrets: SecretFiles, backing: Backing) -> None:
        self._instance = instance
        self._secrets = secrets
        self._backing = backing

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service's processes; secrets are given as files, so that no process list shows them."""
        instance = self._instance
        environment = {
            "DJANGO_ENV": "production" if instance.url.startswith("https:") else "development",
            "DJANGO_BASE_URL": instance.url,
            "DJANGO_ALLOWED_HOSTS": ",".join(sorted({"localhost", "127.0.0.1", urlsplit(instance.url).hostname or "localhost"})),
            "DJANGO_SECRET_KEY_FILE": str(self._secrets.random(f"{service}.django_key")),
            "DATABASE_URL_FILE": str(self._secrets.store(f"{service}.database_url", self._backing.database_urls[service])),
            "CELERY_BROKER_URL_FILE": str(self._secrets.store("broker_url", self._backing.broker_url)),
            "DJANGO_AUTH_SERVICE_URL": f"http://127.0.0.1:{instance.port_of('auth')}",
            "PROMETHEUS_MULTIPROC_DIR": str(instance.runtime / "metrics" / service),
            "WEB_BIND": f"127.0.0.1:{instance.port_of(service)}",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
            "MALLOC_MMAP_THRESHOLD_": "131072",  # as in Dockerfile.prod
            "MALLOC_ARENA_MAX": "2",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "HOME": str(instance.runtime),
            "PATH": os.environ.get("PATH", os.defpath),
        }
        return environment | self._own_environment(service)

    def programs(self) -> list[Program]:
        """The ten processes."""
        return [make(service) for service in SERVICES for make in (self.web, self.worker)]

    def web(self, service: str) -> Program:
        """The process that answers requests."""
        port = self._instance.port_of(service)
        return self._program(service, "web", WEB_COMMANDS.get(service, GUNICORN), ready_url=f"http://127.0.0.1:{port}/readyz")

    def worker(self, service: str) -> Program:
        """The process that relays and handles events and runs the scheduled jobs."""
        return self._program(service, "worker", CELERY)

    def prepare_folders(self) -> None:
        """Make what the processes write into; metrics start from zero."""
        self._instance.media.mkdir(mode=0o700, exist_ok=True)
        for service in SERVICES:
            folder = self._instance.runtime / "metrics" / service
            folder.mkdir(parents=True, exist_ok=True)
            for left_over in folder.glob("*.db"):
                left_over.unlink()

    def _program(self, service: str, role: str, command: tuple[str, ...], ready_url: str | None = None) -> Program:
        words = [word.format(service=service, port=self._instance.port_of(service)) for word in command]
        return Program(
            name=f"{service}-{role}",
            command=(str(python_of(service)), *words),
            cwd=ROOT / service,
            env=self.environment(service),
            ready_url=ready_url,
        )

    def _own_environment(self, service: str) -> dict[str, str]:
        instance = self._instance
        if service == "auth":
            return {"DJANGO_JWT_SIGNING_KEY_FILE": str(self._secrets.signing_key("jwt_signing_key.pem"))}
        if service == "ticket_service":
            return {"MEDIA_ROOT": str(instance.media), "ACCEL_REDIRECT": "1"}
        if service == "notification_service":
            return {
                "DJANGO_EMAIL_HOST": "127.0.0.1",
                "DJANGO_EMAIL_PORT": str(instance.port_of("mail")),
                "DJANGO_DEFAULT_FROM_EMAIL": "tickets@demo.tts",
            }
        return {}

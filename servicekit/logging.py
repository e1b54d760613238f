"""One JSON object a line on stdout, with the correlation id and never a secret."""

import logging
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
from django.http import HttpRequest, HttpResponse

from servicekit import metrics
from servicekit.context import correlation_id

#: names whose values are never written
SECRET_NAMES = re.compile(r"pass|secret|token|authorization|cookie|csrf|api_?key|signing|refresh", re.IGNORECASE)
#: shapes that are secrets wherever they stand: JWTs, bearer values, passwords in URLs
SECRET_SHAPES = re.compile(r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*|(?i:bearer\s+)\S+|(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")
REQUEST_ID = re.compile(r"[\w.-]{8,64}")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
QUIET_PATHS = frozenset({"/livez", "/readyz", "/metrics"})

access_log = logging.getLogger("tts.access")


def redact(text: str) -> str:
    """The text with everything that has the shape of a secret replaced."""
    return SECRET_SHAPES.sub("[redacted]", text)


class JsonFormatter(logging.Formatter):
    """Formats a record with its extras; control characters are escaped by JSON, so a line is always one record."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "event": redact(record.getMessage()),
            "correlation_id": correlation_id.get(),
        }
        for name, value in vars(record).items():
            if name not in STANDARD:
                line[name] = "[redacted]" if SECRET_NAMES.search(name) else _plain(value)
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return msgspec.json.encode(line).decode()


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | bool | None) else redact(str(value))


class RequestLog:
    """Gives each request its id (from the front door, else a new one), counts it and logs it in one line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        reset = correlation_id.set(request_id)
        started = time.perf_counter()
        try:
            response = self._get_response(request)
            response["X-Request-ID"] = request_id
            if request.path not in QUIET_PATHS:
                _record(request, response.status_code, time.perf_counter() - started)
            return response
        finally:
            correlation_id.reset(reset)


def _record(request: HttpRequest, status: int, seconds: float) -> None:
    route = request.resolver_match.route if request.resolver_match else "unmatched"
    metrics.count_request(method=request.method or "", route=route, status=status, seconds=seconds)
    access_log.info(
        "request",
        extra={
            "method": request.method,
            "path": request.path,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user_id": getattr(request, "principal_id", None),
        },
    )

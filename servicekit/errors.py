"""Named failures, answered as RFC 9457 problems.

Problem                     code                   status
├── InvalidInput            invalid_input          400   fields: what is wrong with each
├── NotAuthenticated        not_authenticated      401   token_expired, token_outdated, session_revoked
├── Forbidden               forbidden              403
├── NotFound                not_found              404
├── Conflict                conflict               409
├── PreconditionFailed      precondition_failed    412   somebody else changed it meanwhile
├── IdempotencyKeyReused    idempotency_key_reused 422
├── PreconditionRequired    precondition_required  428
└── Unavailable             unavailable            503   with Retry-After
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

logger = logging.getLogger("tts.errors")
CONTENT_TYPE = "application/problem+json"
Fields = dict[str, list[str]]


class Problem(Exception):
    """A failure that the caller is told of. Clients switch on ``code``, people read ``detail``."""

    code = "problem"
    status = 400
    title = "The request failed"

    def __init__(self, detail: str = "", *, fields: Fields | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.fields = fields or {}
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The problem document."""
        return problem_document(self.status, self.code, self.title, self.detail, self.fields)


class InvalidInput(Problem):
    code, status, title = "invalid_input", 400, "Some of what was sent is not valid"


class NotAuthenticated(Problem):
    code, status, title = "not_authenticated", 401, "Log in first"


class Forbidden(Problem):
    code, status, title = "forbidden", 403, "You may not do this"


class NotFound(Problem):
    code, status, title = "not_found", 404, "There is no such thing, or you may not see it"


class Conflict(Problem):
    code, status, title = "conflict", 409, "The present state does not allow this"


class PreconditionFailed(Problem):
    code, status, title = "precondition_failed", 412, "Somebody else changed it meanwhile: load it again"


class IdempotencyKeyReused(Problem):
    code, status, title = "idempotency_key_reused", 422, "This idempotency key came with another request before"


class PreconditionRequired(Problem):
    code, status, title = "precondition_required", 428, "Send If-Match with the ETag that you were given"


class Unavailable(Problem):
    code, status, title = "unavailable", 503, "Try again in a moment"

    def __init__(self, detail: str = "", *, retry_after: int = 2) -> None:
        super().__init__(detail, retry_after=retry_after)


def require(allowed: bool, error: type[Problem] = Forbidden) -> None:
    """Raise ``error`` unless ``allowed``: the way a service asks its policy."""
    if not allowed:
        raise error


def problem_document(status: int, code: str, title: str, detail: str = "", fields: Fields | None = None) -> dict[str, Any]:
    """The members of RFC 9457, with ``code`` and ``fields`` as extensions."""
    return {"type": f"urn:tts:problem:{code}", "title": title, "status": status, "code": code, "detail": detail, "fields": fields or {}}


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every known failure becomes a problem; the unknown ones go on to a 500."""
    problem = error if isinstance(error, Problem) else _translate(error)
    if problem is None:
        return None
    headers = {"Retry-After": str(problem.retry_after)} if problem.retry_after else {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.MethodNotAllowed):
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return Response(problem.body(), status=problem.status, headers=headers, content_type=CONTENT_TYPE)


def _translate(error: Exception) -> Problem | None:
    match error:
        case exceptions.ValidationError():
            return InvalidInput(fields=flatten(error.detail))
        case exceptions.APIException():
            return _from_rest_framework(error)
        case Http404():
            return NotFound()
        case PermissionDenied():
            return Forbidden()
        case OperationalError() | InterfaceError():
            logger.error("database unavailable", extra={"reason": str(error)})
            return Unavailable("The database does not answer.")
    return None


def _from_rest_framework(error: exceptions.APIException) -> Problem:
    problem = NotAuthenticated() if isinstance(error, exceptions.NotAuthenticated) else Problem(str(error.detail))
    problem.status = error.status_code if not isinstance(error, exceptions.NotAuthenticated) else 401
    if isinstance(error, exceptions.PermissionDenied):
        return Forbidden()
    if not isinstance(error, exceptions.NotAuthenticated):
        problem.code, problem.title = error.default_code, str(error.default_detail)
    if isinstance(error, exceptions.Throttled):
        problem.retry_after = int(getattr(error, "wait", None) or 0) + 1
    return problem


def flatten(detail: Any, prefix: str = "") -> Fields:
    """DRF's nested validation errors as one level: ``{"lines.0.amount": ["…"]}``; errors of the whole body stand at "body"."""
    if isinstance(detail, list) and not any(isinstance(part, dict | list) for part in detail):
        return {prefix or "body": [str(part) for part in detail]}
    parts = enumerate(detail) if isinstance(detail, list) else detail.items()
    found: Fields = {}
    for name, part in parts:
        key = prefix if name == "non_field_errors" else f"{prefix}.{name}" if prefix else str(name)
        found |= flatten(part if isinstance(part, dict | list) else [part], key)
    return found


class RefuseNul:
    """Middleware: no address holds a NUL, and PostgreSQL takes none in a value."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        return self._get_response(request)


def _page(status: int, code: str, title: str) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(problem_document(status, code, title)), status=status, content_type=CONTENT_TYPE)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: an address that no route knows."""
    return _page(404, "not_found", NotFound.title)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a defect; the log has the trace under the same X-Request-ID."""
    return _page(500, "server_error", "Something went wrong on our side")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400: a request that Django refuses before any view, such as one with a forged Host."""
    return _page(400, "bad_request", "The request is malformed")

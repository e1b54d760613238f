"""The role × route matrix: a route that it does not list fails, and so does an answer that it does not expect."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from servicekit.contracts.permissions import BUILT_IN_ROLES
from servicekit.testing.api import client_as

ROLES = ("anonymous", *BUILT_IN_ROLES)
METHODS = ("get", "post", "put", "patch", "delete")
SAMPLE = "00000000-0000-4000-8000-000000000000"
OUTSIDE = ("admin/",)


def routes() -> list[str]:
    """Every method and path of the service's API, as ``"POST /api/v1/tickets/{number}/approve/"``."""
    return sorted(
        {
            f"{method.upper()} /{_readable(route)}"
            for route, pattern in _walk("", get_resolver().url_patterns)
            for method in _methods(pattern)
        }
    )


def check_access_matrix(folder: Path) -> None:
    """Hold ``folder/access_matrix.toml`` against the service. "allowed" stands for any status but 401 and 403."""
    matrix: dict[str, dict[str, Any]] = tomllib.loads((folder / "access_matrix.toml").read_text())
    known = routes()
    assert sorted(set(known) - set(matrix)) == [], "routes that the matrix does not list"
    assert sorted(set(matrix) - set(known)) == [], "routes of the matrix that the service does not have"
    wrong = [line for route in known for line in _differences(route, matrix[route])]
    assert wrong == [], "\n".join(wrong)


def _differences(route: str, expected: dict[str, Any]) -> Iterator[str]:
    method, path = route.split(" ")
    missing = set(ROLES) - set(expected)
    if missing:
        yield f"{route}: no line for {sorted(missing)}"
        return
    for role in ROLES:
        client = client_as(None if role == "anonymous" else role)
        status = getattr(client, method.lower())(re.sub(r"\{\w+\}", SAMPLE, path), {} if method != "GET" else None).status_code
        found = status if status in {401, 403} else "allowed"
        if found != expected[role]:
            yield f"{route} as {role}: {found} ({status}), expected {expected[role]}"


def _walk(prefix: str, patterns: list[Any]) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.lstrip("^").startswith(OUTSIDE):
            continue
        if isinstance(pattern, URLResolver):
            yield from _walk(route, pattern.url_patterns)
        else:
            yield route, pattern


def _methods(pattern: URLPattern) -> list[str]:
    actions = getattr(pattern.callback, "actions", None)
    if actions:
        return [method for method in actions if method in METHODS]
    view = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    return [method for method in METHODS if view is not None and hasattr(view, method)] or ["get"]


def _readable(route: str) -> str:
    """Django's route with its parameters as ``{name}``."""
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", route)
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
    return re.sub(r"[\^$]|\\Z|\\", "", route)

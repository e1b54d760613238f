"""API clients that know who they are, and hold each answer against the published description."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.http import HttpResponse
from rest_framework.test import APIClient

from servicekit.testing.keys import make_principal, token_for

OPENAPI = Path("openapi.yaml")


class DescribedClient(APIClient):
    """Refuses an answer whose status openapi.yaml does not name for the route."""

    principal: Any = None

    def request(self, **kwargs: Any) -> Any:
        """Send, and hold the answer against the description."""
        response = super().request(**kwargs)
        _check(kwargs["REQUEST_METHOD"].lower(), kwargs["PATH_INFO"], response)
        return response


def client_as(role: str | None = "hdts.employee", *, principal: Any = None, **kwargs: Any) -> DescribedClient:
    """A client of somebody with the role (see ``make_principal``), or of this principal; ``client_as(None)`` is nobody."""
    client = DescribedClient()
    if role is not None or principal is not None:
        client.principal = principal or make_principal(role or "hdts.employee", **kwargs)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token_for(client.principal)}")
    return client


@cache
def _description(path: str, changed_at: float) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    paths = yaml.safe_load(Path(path).read_text())["paths"]
    literal_first = sorted(paths, key=lambda route: route.count("{"))
    return [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route)) + "$"), paths[route]) for route in literal_first]


def _check(method: str, path: str, response: HttpResponse) -> None:
    if not OPENAPI.exists() or method in {"head", "options"}:
        return
    for pattern, operations in _description(str(OPENAPI.resolve()), OPENAPI.stat().st_mtime):
        if pattern.match(path) and method in operations:
            known = operations[method]["responses"]
            assert str(response.status_code) in known, (
                f"{method.upper()} {path} answered {response.status_code}, described are {sorted(known)}"
            )
            return

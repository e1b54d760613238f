"""OpenAPI: drf-spectacular's decorators where a description is made, and nothing of it in a running process (it costs memory)."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING or settings.OPENAPI:
    from drf_spectacular.extensions import OpenApiAuthenticationExtension
    from drf_spectacular.types import OpenApiTypes
    from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field, inline_serializer

    class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
        """How programs and browsers log in."""

        target_class = "servicekit.authentication.TokenAuthentication"
        name = ["bearer", "cookie"]

        def get_security_definition(self, auto_schema: Any) -> Any:
            """Bearer, or the access cookie with the CSRF header."""
            return [{"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}, {"type": "apiKey", "in": "cookie", "name": "tts_access"}]
else:

    def _nothing(*args: Any, **kwargs: Any) -> Any:
        return lambda decorated: decorated  # always called with arguments; one of them may be a class, so callable too

    extend_schema = extend_schema_field = _nothing

    class OpenApiTypes:
        """Any name is good."""

        def __class_getitem__(cls, name: str) -> None:
            """Nothing."""

    def _blank(*args: Any, **kwargs: Any) -> Any:
        return None

    OpenApiParameter = OpenApiResponse = inline_serializer = _blank

__all__ = [
    "OpenApiParameter",
    "OpenApiResponse",
    "OpenApiTypes",
    "add_problems",
    "extend_schema",
    "extend_schema_field",
    "inline_serializer",
]
Decorator = Callable[..., Any]
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code", "detail", "fields"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Switch on this"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
METHODS = ("get", "post", "put", "patch", "delete")


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A spectacular hook: every operation may answer with a problem; which statuses follows from its shape."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {"description": "Problem", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for path, operations in result["paths"].items():
        for method in METHODS:
            if method in operations:
                for status in _statuses(method, path, operations[method]):
                    operations[method]["responses"].setdefault(status, answer)
    return result


def _statuses(method: str, path: str, operation: dict[str, Any]) -> list[str]:
    statuses = ["400", "401", "403", "429", "503"]
    if "{" in path:
        statuses.append("404")
    if method != "get":
        statuses += ["404", "409", "412", "413", "415", "422", "428"]
    return statuses

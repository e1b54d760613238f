"""Cursor pagination: stable under writes, and no count of a table that grows."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core.exceptions import ValidationError
from django.db import DataError
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.errors import InvalidInput


class CursorPages(CursorPagination):
    """``?cursor=&limit=`` → ``{"results": […], "next": cursor or null}``. A subclass names its ``ordering``, unique at its end."""

    page_size = 25
    max_page_size = 100
    page_size_query_param = "limit"
    ordering: Any = ("-created_at", "-id")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """The page's rows. Raises InvalidInput (400) for a cursor that we did not make."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ValueError, ValidationError, DataError, NotFound) as error:
            raise InvalidInput(fields={self.cursor_query_param: ["Not a cursor of this list."]}) from error

    def get_paginated_response(self, data: Any) -> Response:
        """The page and the cursor of the next one."""
        link = self.get_next_link()
        cursor = parse_qs(urlsplit(link).query)[self.cursor_query_param][0] if link else None
        return Response({"results": data, "next": cursor})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The same for OpenAPI."""
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": {"type": "string", "nullable": True}},
        }

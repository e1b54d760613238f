"""JSON in and out of the API by msgspec: strict, fast, and at home with UUIDs, dates and decimals."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from django.utils.functional import Promise
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer


def _other(value: Any) -> Any:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(enc_hook=_other, decimal_format="string")


def encode(value: Any) -> bytes:
    """The value as JSON bytes. Raises NotImplementedError for a type that has no JSON form."""
    return _encoder.encode(value)


class Renderer(BaseRenderer):
    """application/json."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        """The body; empty where there is none."""
        return b"" if data is None else encode(data)


class Parser(BaseParser):
    """application/json: no NaN, no lone surrogates, no bottomless nesting."""

    media_type = "application/json"
    limits: ClassVar[tuple[type[Exception], ...]] = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The decoded body. Raises ParseError (400) for what is not JSON."""
        try:
            return msgspec.json.decode(stream.read())
        except self.limits as error:
            raise ParseError("The body is not valid JSON.") from error

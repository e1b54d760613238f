"""A key that the client chooses makes a repeated request harmless: the answer is stored with the effect, in one transaction."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.clock import now
from servicekit.errors import IdempotencyKeyReused, InvalidInput
from servicekit.jobs import every
from servicekit.json import encode
from servicekit.models import IdempotencyRecord
from servicekit.principal import principal_of

KEY = re.compile(r"[\x21-\x7e]{1,64}")
KEPT = timedelta(hours=48)  # longer than any client retries
Action = Callable[..., Response]


def idempotent(action: Action) -> Action:
    """Make an action of a view answer a repeated ``Idempotency-Key`` with its first answer (and ``Idempotent-Replay: true``).

    The same key with another request is refused with 422; two at once give one effect. Without the header nothing changes.
    """

    @wraps(action)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return action(view, request, *args, **kwargs)
        if not KEY.fullmatch(key):
            raise InvalidInput(fields={"Idempotency-Key": ["Up to 64 visible ASCII characters."]})
        owner, fingerprint = principal_of(request).id, _fingerprint(request)
        with transaction.atomic():
            if not _claim(owner, key, fingerprint):
                return _replay(owner, key, fingerprint)
            response = action(view, request, *args, **kwargs)
            _store(owner, key, response)
            return response

    return answer


def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(request._request.body)
    return digest.hexdigest()


def _claim(owner: UUID, key: str, fingerprint: str) -> bool:
    """True if we are first. Waits for a twin that is under way until it commits or fails."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO servicekit_idempotencyrecord (owner_id, key, fingerprint, status, body, etag, created_at) "
            "VALUES (%s, %s, %s, 0, '', '', %s) ON CONFLICT DO NOTHING",
            [owner, key, fingerprint, now()],
        )
        return bool(cursor.rowcount == 1)


def _store(owner: UUID, key: str, response: Response) -> None:
    IdempotencyRecord.objects.filter(owner_id=owner, key=key).update(
        status=response.status_code, body=encode(response.data).decode(), etag=response.headers.get("ETag", "")
    )


def _replay(owner: UUID, key: str, fingerprint: str) -> Response:
    record = IdempotencyRecord.objects.get(owner_id=owner, key=key)
    if record.fingerprint != fingerprint:
        raise IdempotencyKeyReused
    headers = {"Idempotent-Replay": "true"} | ({"ETag": record.etag} if record.etag else {})
    return Response(msgspec.json.decode(record.body), status=record.status, headers=headers)


@every(timedelta(hours=24), name="purge_idempotency_records")
def purge_idempotency_records() -> None:
    """Forget keys that no client retries any more."""
    IdempotencyRecord.objects.filter(created_at__lt=now() - KEPT).delete()

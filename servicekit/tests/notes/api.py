"""A door to notes, through every mechanism."""

from typing import Any, ClassVar

from django.db import OperationalError, transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.clock import now
from servicekit.contracts.permissions import Permission
from servicekit.errors import NotFound
from servicekit.etags import check_version, expected_version, with_etag
from servicekit.events import publish
from servicekit.idempotency import idempotent
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated, Requires
from servicekit.serializers import Body
from servicekit.testing.samples import a_notice
from servicekit.tests.notes.models import Note
from servicekit.views import ServiceViewSet


class NoteBody(Body):
    text = serializers.CharField(max_length=40)


class NotePages(CursorPages):
    ordering = ("-id",)


class NoteViewSet(ServiceViewSet):
    queryset = Note.objects.all()
    pagination_class = NotePages
    access: ClassVar = {
        "list": Authenticated,
        "create": Requires(Permission.TICKET_SUBMIT),
        "retrieve": Authenticated,
        "update": Authenticated,
        "broken": Authenticated,
    }

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(Note.objects.all())
        return self.get_paginated_response([{"id": note.id, "text": note.text} for note in page or []])

    @idempotent
    def create(self, request: Request) -> Response:
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        with transaction.atomic():
            note = Note.objects.create(text=body.validated_data["text"], created_at=now())
            publish(a_notice(title=note.text))
        return with_etag(Response({"id": note.id, "text": note.text}, status=201), note.version)

    def retrieve(self, request: Request, pk: int) -> Response:
        note = Note.objects.filter(pk=pk).first()
        if note is None:
            raise NotFound
        return with_etag(Response({"id": note.id, "text": note.text}), note.version)

    @transaction.atomic
    def update(self, request: Request, pk: int) -> Response:
        note = Note.objects.select_for_update().get(pk=pk)
        check_version(note.version, expected_version(request))
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        note.text, note.version = body.validated_data["text"], note.version + 1
        note.save()
        return with_etag(Response({"id": note.id, "text": note.text}), note.version)

    def destroy(self, request: Request, pk: int) -> Response:
        raise AssertionError("an action without a rule was reached")

    def broken(self, request: Request) -> Response:
        if request.query_params.get("database"):
            raise OperationalError("server closed the connection")
        raise ZeroDivisionError(str(Any))

"""The door to the files of tickets: who may see the ticket may have its files."""

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from attachments.delivery import download
from servicekit.permissions import Authenticated
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet
from tickets import selectors


class ContentViewSet(ServiceViewSet):
    access = {"retrieve": Authenticated}

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    def retrieve(self, request: Request, attachment_id: UUID) -> HttpResponseBase:
        """The content, always as a download."""
        return download(selectors.readable_attachment(attachment_id, self.principal))

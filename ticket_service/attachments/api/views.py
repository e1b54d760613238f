"""The door for uploads."""

from typing import Any

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from attachments import services
from attachments.api.serializers import AttachmentSerializer, UploadBody, attachment_json
from attachments.errors import FileTooLarge
from servicekit.permissions import Authenticated
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet

OVERHEAD = 64 * 1024  # of a multipart body around its file


class AttachmentViewSet(ServiceViewSet):
    access = {"create": Authenticated}
    serializer_class = AttachmentSerializer
    parser_classes = (MultiPartParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse by its announced length what would be too large, before reading it."""
        super().initial(request, *args, **kwargs)
        if int(request.META.get("CONTENT_LENGTH") or 0) > services.LARGEST + OVERHEAD:
            raise FileTooLarge

    @extend_schema(request={"multipart/form-data": UploadBody}, responses={201: AttachmentSerializer})
    def create(self, request: Request) -> Response:
        """Upload one file, to be attached to a ticket within a day."""
        body = UploadBody(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data["file"]
        attachment = services.store_attachment(name=file.name, chunks=file.chunks(), by=self.principal)
        return Response(attachment_json(attachment), status=201)

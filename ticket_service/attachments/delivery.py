"""Handing out a file: by the front proxy or ourselves, always as a download that no browser runs."""

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from attachments import storage
from attachments.models import Attachment

CSP = "sandbox; default-src 'none'"


def download(attachment: Attachment) -> HttpResponseBase:
    """The response with the content of a file that the caller has authorised."""
    place = storage.place_of(attachment.sha256)
    response: HttpResponseBase
    if settings.ACCEL_REDIRECT:
        response = HttpResponse(headers={"X-Accel-Redirect": f"/protected-media/{place}"})
    else:
        response = FileResponse((storage.root() / place).open("rb"))
        response["Content-Length"] = str(attachment.size)
    response["Content-Type"] = attachment.content_type
    response["Content-Disposition"] = str(content_disposition_header(True, attachment.name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CSP
    response["Cache-Control"] = "private, no-store"
    return response

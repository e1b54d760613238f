"""Uploading, attaching and downloading, by the API; and what is left on the disk."""

import hashlib
import os
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from attachments import services, storage
from attachments.models import Attachment
from attachments.services import LARGEST, clean_name, store_attachment
from servicekit.contracts.ticket import TicketEdited
from servicekit.jobs import plan_recurring
from servicekit.testing.keys import make_principal
from tests import factories
from tests.attachments.test_kinds import EXE, PNG
from tickets.models import HistoryEntry, Ticket

pytestmark = pytest.mark.usefixtures("seeded", "media")
PATH = "/api/v1/attachments/"
DIGEST = hashlib.sha256(PNG).hexdigest()


def upload(client, name="photo.png", content=PNG):
    return client.post(PATH, {"file": SimpleUploadedFile(name, content)}, format="multipart")


def uploaded(client, name="photo.png", content=PNG):
    response = upload(client, name, content)
    assert response.status_code == 201
    return response.json()["id"]


def on_disk(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def content_of(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def test_an_upload_is_kept_by_its_content(api_as, media):
    client = api_as("hdts.employee")
    response = upload(client)
    attachment = Attachment.objects.get()
    assert response.status_code == 201
    assert response.json() == {"id": str(attachment.id), "name": "photo.png", "size": len(PNG), "content_type": "image/png"}
    assert (attachment.uploader_id, attachment.ticket_id, attachment.sha256) == (client.principal.id, None, DIGEST)
    assert on_disk(media) == [f"sha256/{DIGEST[:2]}/{DIGEST}"]
    assert (media / storage.place_of(DIGEST)).read_bytes() == PNG


def test_the_same_content_twice_is_kept_once(api_as, media):
    first, second = uploaded(api_as("hdts.employee")), uploaded(api_as("tts.agent"), name="other.png")
    assert first != second
    assert len(on_disk(media)) == 1
    assert Attachment.objects.count() == 2


@pytest.mark.parametrize(("name", "content"), [("photo.png", EXE), ("virus.exe", EXE), ("page.html", b"<html>"), ("a.txt", b"\x00")])
def test_a_forbidden_content_is_refused_and_leaves_nothing(api_as, media, name, content):
    response = upload(api_as("hdts.employee"), name, content)
    assert (response.status_code, list(response.json()["fields"])) == (400, ["file"])
    assert (Attachment.objects.count(), on_disk(media)) == (0, [])


def test_an_empty_or_missing_file_is_refused(api_as, media):
    client = api_as("hdts.employee")
    assert upload(client, content=b"").json()["fields"] == {"file": ["The submitted file is empty."]}
    assert client.post(PATH, {}, format="multipart").json()["fields"] == {"file": ["No file was submitted."]}
    assert client.post(PATH, {"file": "x"}, format="json").status_code == 415
    assert (Attachment.objects.count(), on_disk(media)) == (0, [])


def test_a_file_may_have_25_mb_and_not_a_byte_more(media):
    by = factories.employee()
    block = b"x" * (1024 * 1024)
    store_attachment(name="a.txt", chunks=[block] * 25, by=by)
    with pytest.raises(Exception, match="A file may have 25 MB"):
        store_attachment(name="b.txt", chunks=[*[block] * 25, b"x"], by=by)
    assert [attachment.size for attachment in Attachment.objects.all()] == [LARGEST]
    assert len(on_disk(media)) == 1


def test_an_upload_that_announces_too_much_is_refused_before_it_is_read(api_as, media):
    client = api_as("hdts.employee")
    response = client.generic("POST", PATH, b"--x", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(30 * 1024 * 1024))
    assert (response.status_code, response.json()["code"]) == (413, "file_too_large")
    assert (Attachment.objects.count(), on_disk(media)) == (0, [])


def test_nobody_fills_the_disk_with_files_that_he_never_attaches(api_as, media, monkeypatch):
    monkeypatch.setattr(services, "MOST_UNBOUND", 2)
    client = api_as("hdts.employee")
    first = uploaded(client)
    uploaded(client)
    before = on_disk(media)
    response = upload(client, "third.txt", b"third")
    assert (response.status_code, response.json()["code"]) == (409, "too_many_unattached")
    assert (Attachment.objects.count(), on_disk(media)) == (2, before)
    client.post("/api/v1/tickets/", {"category": "others", "subject": "x", "description": "x", "attachments": [first]})
    assert upload(client, "third.txt", b"third").status_code == 201


def test_an_upload_that_breaks_off_leaves_nothing(media):
    def broken():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store_attachment(name="a.txt", chunks=broken(), by=factories.employee())
    assert (Attachment.objects.count(), on_disk(media)) == (0, [])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.log", "a.log"),
        ('a"b\r\nX: y.txt', "abX y.txt"),
        ("\u202egnp.txt", "gnp.txt"),
        ("Zeugnis für Zoë.pdf", "Zeugnis für Zoë.pdf"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_a_name_is_cleaned(given, kept):
    assert clean_name(given) == kept


def test_a_ticket_is_filed_with_its_files_which_its_people_can_download(api_as, deliver):
    requester = api_as("hdts.employee")
    ids = [uploaded(requester), uploaded(requester, "Größe.txt", b"long")]
    body = {"category": "others", "subject": "Look", "description": "x", "attachments": ids}
    ticket = requester.post("/api/v1/tickets/", body).json()
    assert [(file["name"], file["size"]) for file in ticket["attachments"]] == [("photo.png", len(PNG)), ("Größe.txt", 4)]
    agent = make_principal("tts.agent", name="Ada")
    assert api_as(principal=agent).get(f"{PATH}{ids[1]}/content/").status_code == 404
    deliver(factories.assigned(Ticket.objects.get(), assignee=agent.person))
    for client in (requester, api_as("hdts.coordinator"), api_as(principal=agent)):
        response = client.get(f"{PATH}{ids[1]}/content/")
        assert content_of(response) == b"long"
        assert response["Content-Type"] == "text/plain"
        assert response["Content-Disposition"] == "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.txt"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"] == "private, no-store"


def test_the_front_proxy_hands_out_the_file_if_it_can(api_as, settings):
    settings.ACCEL_REDIRECT = True
    client = api_as("hdts.employee")
    response = client.get(f"{PATH}{uploaded(client)}/content/")
    assert response["X-Accel-Redirect"] == f"/protected-media/sha256/{DIGEST[:2]}/{DIGEST}"
    assert (response.content, response["Content-Type"]) == (b"", "image/png")
    assert response["Content-Disposition"] == 'attachment; filename="photo.png"'


def test_an_unbound_file_is_its_uploaders_alone(api_as):
    owner = api_as("hdts.employee")
    path = f"{PATH}{uploaded(owner)}/content/"
    assert content_of(owner.get(path)) == PNG
    assert [api_as(role).get(path).status_code for role in ("hdts.employee", "hdts.coordinator", "platform.superuser")] == [404, 404, 404]
    assert owner.get(f"{PATH}{UUID(int=1)}/content/").status_code == 404


def test_nobody_attaches_the_file_of_another_or_one_that_is_bound(api_as, published):
    owner = api_as("hdts.employee")
    file = uploaded(owner)
    body = {"category": "others", "subject": "Look", "description": "x", "attachments": [file]}
    refusal = api_as("hdts.coordinator").post("/api/v1/tickets/", body)
    assert (refusal.status_code, list(refusal.json()["fields"])) == (400, ["attachments"])
    assert owner.post("/api/v1/tickets/", body).status_code == 201
    factories.forget_published()
    assert owner.post("/api/v1/tickets/", body).status_code == 400
    assert (Ticket.objects.count(), published()) == (1, [])


def test_a_participant_adds_a_file_to_a_ticket(api_as, published):
    ticket = factories.open_ticket()
    factories.forget_published()
    client = api_as("hdts.coordinator", name="Cora")
    response = client.post(f"/api/v1/tickets/{ticket.number}/attachments/", {"attachments": [uploaded(client)]})
    assert [file["name"] for file in response.json()["attachments"]] == ["photo.png"]
    (event,) = published()
    assert isinstance(event, TicketEdited)
    assert (event.changed, event.version, event.by.name) == (("attachments",), 3, "Cora")
    entry = HistoryEntry.objects.order_by("-id")[0]
    assert (entry.action, entry.from_status, entry.to_status, entry.by_name, entry.detail) == (
        "attach",
        "open",
        "open",
        "Cora",
        "photo.png",
    )


def test_a_ticket_has_at_most_ten_files(api_as):
    requester = factories.employee()
    client = api_as(principal=requester)
    ticket = factories.new_ticket(requester, attachments=tuple(UUID(uploaded(client)) for _ in range(9)))
    path = f"/api/v1/tickets/{ticket.number}/attachments/"
    two = [uploaded(client), uploaded(client)]
    before = factories.state(ticket)
    response = client.post(path, {"attachments": two})
    assert (response.status_code, response.json()["fields"]) == (400, {"attachments": ["A ticket has at most 10 files."]})
    assert factories.state(ticket) == before
    assert client.post(path, {"attachments": two[:1]}).status_code == 200


@pytest.mark.parametrize("role", ["hdts.employee", "tts.agent"])
def test_who_may_not_see_a_ticket_adds_nothing_to_it(api_as, role):
    ticket = factories.new_ticket()
    client = api_as(role)
    file = uploaded(client)
    before = factories.state(ticket)
    assert client.post(f"/api/v1/tickets/{ticket.number}/attachments/", {"attachments": [file]}).status_code == 404
    assert factories.state(ticket) == before
    assert Attachment.objects.get().ticket_id is None


def test_a_finished_ticket_takes_no_more_files(api_as):
    requester = factories.employee()
    ticket = factories.closed_ticket(requester)
    client = api_as(principal=requester)
    file = uploaded(client)
    before = factories.state(ticket)
    assert client.post(f"/api/v1/tickets/{ticket.number}/attachments/", {"attachments": [file]}).status_code == 409
    assert factories.state(ticket) == before


def test_files_that_nobody_bound_are_forgotten_after_a_day_with_their_content(api_as, media, frozen_clock, run_due_jobs):
    client = api_as("hdts.employee")
    uploaded(client)
    bound = uploaded(client, "bound.txt", b"bound")
    client.post("/api/v1/tickets/", {"category": "others", "subject": "x", "description": "x", "attachments": [bound]})
    stray = media / "incoming" / "tmpabc"
    stray.write_bytes(b"half an upload")
    os.utime(stray, (1, 1))
    plan_recurring()
    frozen_clock.advance(timedelta(hours=24, seconds=1))
    run_due_jobs()
    plan_recurring()
    frozen_clock.advance(timedelta(hours=24, seconds=1))
    run_due_jobs()
    digest = hashlib.sha256(b"bound").hexdigest()
    assert [attachment.name for attachment in Attachment.objects.all()] == ["bound.txt"]
    assert on_disk(media) == [f"sha256/{digest[:2]}/{digest}"]

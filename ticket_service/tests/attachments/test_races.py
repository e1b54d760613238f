"""Uploading while the sweeper sweeps, and binding twice at once."""

import pytest

from attachments import storage
from attachments.models import Attachment
from attachments.services import store_attachment, sweep_contents
from servicekit.errors import InvalidInput
from tests import factories
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def test_a_content_that_is_uploaded_again_while_it_is_swept_is_there_afterwards(at_once):
    by = factories.employee()
    for number in range(10):
        content = f"content {number}".encode()
        store_attachment(name="a.txt", chunks=[content], by=by)
        Attachment.objects.all().delete()
        results = at_once([lambda content=content: store_attachment(name="b.txt", chunks=[content], by=by), sweep_contents])
        assert isinstance(results[0], Attachment)
        assert (storage.root() / storage.place_of(results[0].sha256)).read_bytes() == content


def test_a_file_that_is_bound_twice_at_once_belongs_to_one_ticket(at_once):
    factories.seed()
    by = factories.employee()
    file = store_attachment(name="a.txt", chunks=[b"x"], by=by)
    results = at_once([lambda: factories.new_ticket(by, attachments=(file.id,))] * 2)
    assert sorted(type(result).__name__ for result in results) == ["InvalidInput", "Ticket"]
    assert isinstance(next(result for result in results if not isinstance(result, Ticket)), InvalidInput)
    assert Ticket.objects.count() == 1

import pytest
from django.db import DatabaseError, transaction

from audit.models import Entry
from audit.services import record
from servicekit.principal import SYSTEM


@pytest.fixture
def entry(db):
    record(by=SYSTEM.person, action="task.acted", object_type="task", object_id=SYSTEM.id, label="TX-1", before={"a": 1}, after={"a": 2})
    return Entry.objects.get()


def test_an_entry_cannot_be_changed_even_by_sql(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.update(actor_name="Somebody else")
    entry.refresh_from_db()
    assert entry.actor_name == "System"


def test_an_entry_cannot_be_deleted_even_by_sql(entry):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Entry.objects.all().delete()
    assert Entry.objects.count() == 1

"""What can happen to a notice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from notices.jobs import purge_notices
from notices.models import Inbox, Notice
from notices.selectors import unread_count
from notices.services import create_notices, mark_all_read, mark_read
from servicekit.contracts.notification import NoticeCreated, NoticesRead
from servicekit.errors import NotFound
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_notice_starts_unread(principal):
    me = principal()
    (notice,) = create_notices(uuid4(), [make.a_message(me.id)])
    assert (notice.user_id, notice.title, notice.read_at, unread_count(me.id)) == (me.id, "TT-1 was approved", None, 1)


def test_the_same_event_for_the_same_person_makes_no_second_notice(published):
    event_id, message = uuid4(), make.a_message()
    for _ in range(2):
        create_notices(event_id, [message])
    assert (Notice.objects.count(), len(published(NoticeCreated))) == (1, 1)


def test_reading_a_notice_tells_the_other_devices_what_is_left(principal, published, frozen_clock):
    me = principal()
    first, _ = create_notices(uuid4(), [make.a_message(me.id)]) + create_notices(uuid4(), [make.a_message(me.id)])
    assert mark_read(notice_id=first.id, by=me).read_at == frozen_clock.now
    assert published(NoticesRead) == [NoticesRead(user_id=me.id, version=1, unread=1)]


def test_reading_a_notice_again_changes_nothing_and_publishes_nothing(principal, published, frozen_clock):
    me = principal()
    (notice,) = create_notices(uuid4(), [make.a_message(me.id)])
    read_at = mark_read(notice_id=notice.id, by=me).read_at
    frozen_clock.advance(timedelta(hours=1))
    assert mark_read(notice_id=notice.id, by=me).read_at == read_at
    assert len(published(NoticesRead)) == 1


def test_somebody_elses_notice_cannot_be_read_and_stays_unread(principal, published):
    (notice,) = create_notices(uuid4(), [make.a_message()])
    with pytest.raises(NotFound):
        mark_read(notice_id=notice.id, by=principal())
    assert Notice.objects.get().read_at is None
    assert published(NoticesRead) == []


def test_reading_all_touches_only_ones_own(principal, published):
    me, other = principal(), principal()
    for person in (me, me, other):
        create_notices(uuid4(), [make.a_message(person.id)])
    assert mark_all_read(by=me) == 0
    assert (unread_count(me.id), unread_count(other.id)) == (0, 1)
    assert published(NoticesRead) == [NoticesRead(user_id=me.id, version=1, unread=0)]


def test_reading_all_of_nothing_publishes_nothing(principal, published):
    assert mark_all_read(by=principal()) == 0
    assert published() == []


def test_each_reading_has_a_version_of_its_own(principal, published):
    me = principal()
    for _ in range(3):
        (notice,) = create_notices(uuid4(), [make.a_message(me.id)])
        mark_read(notice_id=notice.id, by=me)
    assert [event.version for event in published(NoticesRead)] == [1, 2, 3]
    assert Inbox.objects.get().version == 3


@pytest.mark.django_db(transaction=True)
def test_two_devices_that_read_at_once_count_down_to_zero(principal, published, at_once):
    me = principal()
    notices = [create_notices(uuid4(), [make.a_message(me.id)])[0] for _ in range(2)]
    at_once([lambda notice=notice: mark_read(notice_id=notice.id, by=me) for notice in notices])
    assert [(event.version, event.unread) for event in published(NoticesRead)] == [(1, 1), (2, 0)]


def test_notices_older_than_180_days_are_forgotten(frozen_clock):
    create_notices(uuid4(), [make.a_message()])
    frozen_clock.advance(timedelta(days=180))
    (kept,) = create_notices(uuid4(), [make.a_message()])
    purge_notices()
    assert Notice.objects.count() == 2
    frozen_clock.advance(timedelta(seconds=1))
    purge_notices()
    assert Notice.objects.get() == kept

"""What many tests begin with."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import settings

from directory.models import Person
from servicekit.models import OutboxEvent
from tests import factories
from workflows.models import WorkflowVersion

settings.register_profile("tests", deadline=None)  # how fast this machine is just now proves nothing
settings.load_profile("tests")


@dataclass
class Desk:
    """The people of a small help desk and its one published workflow: check → repair → done."""

    ann: Person
    bob: Person
    eve: Person
    carl: Person
    version: WorkflowVersion


@pytest.fixture
def desk(db) -> Desk:
    """Ann and Bob are agents (it is Ann's turn), Eve is an admin, Carl a coordinator."""
    made = Desk(
        ann=factories.make_person("Ann", "tts.agent", id=UUID(int=101)),
        bob=factories.make_person("Bob", "tts.agent", id=UUID(int=102)),
        eve=factories.make_person("Eve", "tts.admin", id=UUID(int=103)),
        carl=factories.make_person("Carl", "hdts.coordinator", id=UUID(int=104)),
        version=factories.publish_one(),
    )
    OutboxEvent.objects.all().delete()
    return made


@pytest.fixture
def task(desk, deliver, frozen_clock):
    """Ticket TX-1, critical, approved just now: Ann has the step check. The outbox is empty again."""
    deliver(factories.approved())
    OutboxEvent.objects.all().delete()
    return factories.only_task()

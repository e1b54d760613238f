"""The stack is started once for all tests; after each of them it is healed, so that none inherits another's damage."""

import signal
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import pytest

from tests.system.harness.auditor import Auditor
from tests.system.harness.journal import Journal
from tests.system.harness.messages import Post
from tests.system.harness.office import Office
from tests.system.harness.stack import Stack


def pytest_configure(config: pytest.Config) -> None:
    """A suite that is told to end (TERM) ends as by Ctrl-C: it stops all that it has started."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole system, running."""
    with TemporaryDirectory(prefix="tts-system-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL and RabbitMQ run as users of their own
        system = Stack(Path(folder))
        try:
            system.start()
            yield system
        finally:
            system.stop()


@pytest.fixture(scope="session")
def journal() -> Journal:
    """What clients were promised, over all tests: no later fault may take it back."""
    return Journal()


@pytest.fixture(scope="session")
def office(stack: Stack, journal: Journal) -> Iterator[Office]:
    """The people."""
    people = Office(stack, journal)
    yield people
    people.close()


@pytest.fixture(scope="session")
def auditor(stack: Stack, journal: Journal) -> Auditor:
    """Checks the invariants."""
    return Auditor(stack, journal)


@pytest.fixture(scope="session")
def post(stack: Stack) -> Post:
    """Puts messages at the broker by hand."""
    return Post(stack)


@pytest.fixture(autouse=True)
def _healed(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").heal()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The plain way first, the fuzzing last: what it leaves behind would disturb the others."""
    order = {"test_ticket_way": 0, "test_schema_fuzz": 2}
    items.sort(key=lambda item: order.get(item.path.stem, 1))

from collections.abc import Iterator

import pytest

from mail.smtp import line
from servicekit.testing.postgres import free_port
from tests.sink import Sink, start_sink


@pytest.fixture(autouse=True)
def _own_line(settings) -> Iterator[None]:
    """No test meets another one's connection, and no mail leaves unless a sink listens."""
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    yield
    line.hang_up()


@pytest.fixture
def sink(settings) -> Iterator[Sink]:
    """The configured SMTP server."""
    server, controller = start_sink()
    settings.EMAIL_PORT = server.port
    yield server
    line.hang_up()
    controller.stop()


@pytest.fixture
def strict_sink(settings) -> Iterator[Sink]:
    """The same, for those who log in."""
    server, controller = start_sink(with_auth=True)
    settings.EMAIL_PORT = server.port
    yield server
    line.hang_up()
    controller.stop()

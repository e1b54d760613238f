"""What the tests on a real engine begin with. TTS_IMAGES_ENV names an env-file of base images, where the official ones cannot be had."""

from collections.abc import Iterator

import pytest

from Docker.tests.stack import Stack, docker, running


@pytest.fixture(scope="session")
def engine() -> str:
    """The version of the engine. A machine without one fails these tests: whoever runs them wants them run."""
    return docker("version", "--format", "{{.Server.Version}}")


@pytest.fixture(scope="session")
def images(engine: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every image of the deployment, built from what lies here."""
    with running(tmp_path_factory.mktemp("images")) as stack:
        stack.compose.run("build", "--quiet", capture=True)


@pytest.fixture(scope="module")
def stack(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment of this module's own, not started yet."""
    with running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack

"""What the tests on a real engine begin with. TTS_IMAGES_ENV names an env-file of base images, where the official ones cannot be had."""

import secrets
from collections.abc import Iterator

import pytest

from Docker.tests.stack import Stack, docker, running


@pytest.fixture(scope="session")
def engine() -> str:
    """The version of the engine. A machine without one fails these tests: whoever runs them wants them run."""
    return docker("version", "--format", "{{.Server.Version}}")


@pytest.fixture(scope="session")
def images(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Every image of the deployment, built from what lies here, under a release of these tests' own; its name."""
    release = f"test-{secrets.token_hex(3)}"
    with running(tmp_path_factory.mktemp("images"), TTS_RELEASE=release) as stack:
        stack.compose.run("build", "--quiet", capture=True)
    yield release
    docker("rmi", *docker("images", "--filter", f"reference=tts/*:{release}", "--format", "{{.Repository}}:{{.Tag}}").split())


@pytest.fixture(scope="module")
def stack(images: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A deployment of this module's own, not started yet."""
    with running(tmp_path_factory.mktemp("stack"), TTS_RELEASE=images) as stack:
        yield stack

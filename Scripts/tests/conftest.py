"""Small programs and servers for the tools' tests."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.child import Program
from ops.instance import Instance
from ops.supervisor import Supervisor
from quality.browser import free_base_port

#: ends at once when it is asked to
OBEDIENT = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., Program]:
    """``program(name, code)``: a Python program to supervise."""

    def make(name: str = "obedient", code: str = OBEDIENT, **settings: object) -> Program:
        return Program(name=name, command=(sys.executable, "-c", code), cwd=tmp_path, env={}, **settings)  # type: ignore[arg-type]

    return make


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor that is stopped at the end."""
    with Supervisor(tmp_path / "logs") as supervisor:
        yield supervisor


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A temporary folder that the database's account can pass through, which it cannot where pytest's own lie."""
    with tempfile.TemporaryDirectory(prefix="tts-tools-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def instance(open_folder: Path) -> Instance:
    """An instance on free ports with empty folders."""
    instance = Instance(data=open_folder / "data", port=free_base_port())
    for folder in (instance.data, instance.runtime, instance.logs, instance.media):
        folder.mkdir(parents=True, exist_ok=True)
    return instance

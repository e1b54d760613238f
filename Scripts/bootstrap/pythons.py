"""The Python environments: one per service, one for the tools, one for the tests; exact and checked by hash."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bootstrap import stamps
from bootstrap.console import SetupError, step
from bootstrap.paths import REQUIREMENTS, ROOT, SERVICES, TOOLS

ENVIRONMENTS = TOOLS / "venvs"


def python_of(name: str) -> Path:
    """The interpreter of an environment."""
    return ENVIRONMENTS / name / "bin" / "python"


def ensure(*names: str) -> None:
    """Make the named environments, or leave them as they are when they hold what the lock files say."""
    with only_one_at_a_time("environments"):
        missing = [name for name in names if not stamps.is_current(_stamp(name), _wanted(name))]
        if not missing:
            return
        with step("installer"):
            uv = installer()
        for name in missing:
            with step(f"environment {name}"):
                _install(uv, name)


def lock_files(name: str) -> list[Path]:
    """The lock files that an environment is made from."""
    if name in SERVICES:
        return [ROOT / name / "requirements.txt", REQUIREMENTS / "embedded.txt"]
    return [REQUIREMENTS / f"{name}.txt"]


@contextmanager
def only_one_at_a_time(what: str) -> Iterator[None]:
    """Two scripts started together do not write into the same place."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / f"{what}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_quietly(command: Sequence[str | Path], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> None:
    """Run a set-up tool; its output is shown only when it fails."""
    result = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode:
        line = " ".join(str(word) for word in command)
        raise SetupError(f"{line}\n{result.stdout[-4000:]}\nThis command failed with exit code {result.returncode}.")


def _stamp(name: str) -> Path:
    return ENVIRONMENTS / name / "stamp"


def _wanted(name: str) -> str:
    return stamps.fingerprint(lock_files(name), sys.version, str(ROOT))


def _install(uv: Path, name: str) -> None:
    target = ENVIRONMENTS / name
    shutil.rmtree(target, ignore_errors=True)
    run_quietly([uv, "venv", "--quiet", "--no-project", "--python", sys.executable, target])
    command: list[str | Path] = [uv, "pip", "sync", "--quiet", "--require-hashes", "--no-build", "--python", target / "bin" / "python"]
    run_quietly([*command, *lock_files(name)], env={**os.environ, "UV_HTTP_TIMEOUT": "120"})
    stamps.write(_stamp(name), _wanted(name))


def installer() -> Path:
    """The installer of exact version, in an environment of its own."""
    home = TOOLS / "installer"
    wanted = stamps.fingerprint([REQUIREMENTS / "uv.txt"], sys.version, str(ROOT))
    if not stamps.is_current(home / "stamp", wanted):
        _install_uv(home)
        stamps.write(home / "stamp", wanted)
    return home / "bin" / "uv"


def _install_uv(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    try:
        run_quietly([sys.executable, "-m", "venv", home])
    except SetupError as failure:
        raise SetupError(f"{failure}\nPython's venv module is needed. On Debian and Ubuntu: apt-get install python3-venv") from failure
    pip: list[str | Path] = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run_quietly([*pip, "--only-binary", ":all:", "--require-hashes", "-r", REQUIREMENTS / "uv.txt"])

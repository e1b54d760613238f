"""What a deployment costs and bears: ``python -m Docker.tests.numbers [PART …]`` prints every figure that is promised, as it was seen.

The parts, in their order: images, start, idle, load, service, strategies, bad, disaster. One that is not named is left out.
TTS_IMAGES_ENV names base images as in the tests, TTS_MEMORY_MIB the memory that all containers have together, if the engine is
held to it. It takes about 40 minutes, and is worth something only on an engine and a machine that have nothing else to do.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from Docker.tests.deployment.desk import FIRST, REGISTRY, ROOM, Desk, build_good
from Docker.tests.numbers import backups, deployments, memory, sizes
from Docker.tests.numbers.sheet import Sheet
from Docker.tests.stack import Stack, running
from production.deployment import upstreams
from production.state import State

START_SECONDS = 90
RELEASES = ("r2", "r3", "r4", "r5")


def main() -> None:
    """Every part that is asked for, then the table; ends with 1 if a promise is not kept."""
    settings = ROOM | ({"TTS_MEMORY_MIB": os.environ["TTS_MEMORY_MIB"]} if "TTS_MEMORY_MIB" in os.environ else {})
    with tempfile.TemporaryDirectory() as name, running(Path(name), TTS_REGISTRY=REGISTRY, TTS_RELEASE=FIRST, **settings) as stack:
        sheet, folder = Sheet(), Path(name)
        upstreams.write(stack.home, State.load(stack.home))
        stack.compose.run("build", "--quiet", capture=True)
        build_good(RELEASES, folder)
        kills = memory.out_of_memory_kills()
        perform(sheet, stack, folder)
        sheet.add("OOM kills on the machine", memory.out_of_memory_kills() - kills, at_most=0)
    sys.exit(0 if sheet.show() else 1)


def perform(sheet: Sheet, stack: Stack, folder: Path) -> None:
    """The parts; every one after ``images`` needs the system to run."""
    desk = Desk(stack.home)
    parts: Mapping[str, Callable[[], None]] = {
        "images": lambda: sizes.measure(sheet, FIRST),
        "start": lambda: start(sheet, desk),
        "idle": lambda: memory.idle(sheet),
        "load": lambda: deployments.under_load(sheet, desk),
        "service": lambda: deployments.one_service(sheet, desk, RELEASES[0]),
        "strategies": lambda: deployments.strategies(sheet, desk, RELEASES[1:]),
        "bad": lambda: deployments.bad_releases(sheet, desk, folder),
        "disaster": lambda: backups.measure(sheet, stack, desk, folder),
    }
    chosen = sys.argv[1:] or list(parts)
    for name in ("start", *chosen) if chosen != ["images"] and "start" not in chosen else chosen:
        parts[name]()


def start(sheet: Sheet, desk: Desk) -> None:
    """From built images to all well, preflight and all."""
    with sheet.timed("up: from built images to all well, s", at_most=START_SECONDS):
        done = desk.tts("up")
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    main()

"""What Scripts/tts acts on: a deployment in containers, or the instance of Scripts/run."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bootstrap.paths import ROOT
from bootstrap.start import become

#: commands that only an instance of Scripts/run has, and those that both have
INSTANCE_ONLY = frozenset({"stop", "seed", "import", "replay"})
EITHER = frozenset({"status", "logs", "manage", "events"})


@dataclass(frozen=True)
class Target:
    """An environment, the module in it, and the command line without --home."""

    environment: str
    module: str
    arguments: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()


def choose(arguments: Sequence[str], environ: Mapping[str, str]) -> Target:
    """A deployment where --home or TTS_HOME names one, where Docker/ holds one, and for what only a deployment has."""
    home, rest = _take_home(arguments)
    command = next((word for word in rest if not word.startswith("-")), "")
    is_here = bool(environ.get("TTS_HOME")) or (ROOT / "Docker" / ".env.production").exists()
    of_instance = command in INSTANCE_ONLY or (command in EITHER and ("--data" in rest or not is_here))
    if of_instance and not home:
        return Target("ops", "ops.cli", tuple(rest))
    return Target("operator", "production.cli", tuple(rest), (("TTS_HOME", os.path.realpath(home)),) if home else ())


def run(arguments: Sequence[str]) -> None:
    """Become the right tool."""
    target = choose(arguments, os.environ)
    become(target.environment, ["-m", target.module, *target.arguments], **dict(target.variables))


def _take_home(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The value of --home, wherever it stands before ``--``, and the other words."""
    home, rest, words = "", [], iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--home":
            home = next(words, "")
        elif word.startswith("--home="):
            home = word.partition("=")[2]
        else:
            rest.append(word)
    return home, rest

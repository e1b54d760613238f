"""Programs that end with the tool, however it ends: a second ``tts`` then finds nobody at work."""

import shutil
from collections.abc import Sequence
from functools import cache


def bound(command: Sequence[str]) -> list[str]:
    """The command, told by the kernel to end when the tool is gone; as it is where there is no setpriv (util-linux)."""
    return [*_prefix(), *command]


@cache
def _prefix() -> tuple[str, ...]:
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM") if setpriv else ()

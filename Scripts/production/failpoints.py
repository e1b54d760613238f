"""Places where a test kills the tool, to see that it can be run again."""

import os
import signal


def reached(name: str) -> None:
    """Die here, as by a power cut, when TTS_KILL_AT names this place."""
    if os.environ.get("TTS_KILL_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)

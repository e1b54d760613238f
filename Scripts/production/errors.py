"""What can go wrong for an operator; each failure knows its exit code.

OperatorError            1  it failed, and the system is as it was
├── WrongUse             2  the command line or the answers make no sense
│   └── NoDeployment     2  there is no .env.production where the tool looks
├── RefusedByPreflight   3  something must be put right first
└── AnotherIsRunning     4  a second ``tts`` holds the lock
"""


class OperatorError(Exception):
    """A failure to be told in plain words; the message holds no secret."""

    exit_code = 1


class WrongUse(OperatorError):
    """The command line, an answer or a variable makes no sense."""

    exit_code = 2


class NoDeployment(WrongUse):
    """No deployment where the tool looks for one."""


class RefusedByPreflight(OperatorError):
    """Nothing was touched, because something must be put right first."""

    exit_code = 3


class AnotherIsRunning(OperatorError):
    """Another ``tts`` works on the same deployment."""

    exit_code = 4

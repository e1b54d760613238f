"""What preflight asks of deployments."""

from production.deployment.record import Journal
from production.findings import Finding
from production.home import Home


def findings(home: Home) -> list[Finding]:
    """A deployment that was cut off and not taken up again."""
    left = Journal(home).interrupted()
    if left is None:
        return []
    problem = f"{left.kind} of {' '.join(left.services)} to {left.release}, begun {left.started} by {left.who}, never ended"
    remedy = f"`Scripts/tts deploy {' '.join(left.services)} --release {left.release}` takes it up, `Scripts/tts rollback` takes it back."
    return [Finding("deployment", problem, remedy, is_warning=True)]

"""What preflight asks of deployments."""

from production.deployment import cut_off
from production.findings import Finding
from production.home import Home


def findings(home: Home) -> list[Finding]:
    """A deployment that was cut off and not taken up again."""
    left = cut_off.find(home)
    return [Finding("deployment", left.problem, left.remedy, is_warning=True)] if left else []

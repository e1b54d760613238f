"""Where things are in a checkout."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "Scripts"
REQUIREMENTS = SCRIPTS / "requirements"
FRONTEND = ROOT / "frontend"
DIST = FRONTEND / "dist"
#: environments and stamps belong to the checkout; an instance's own state lies in the folder given by --data
TOOLS = ROOT / ".data"

SERVICES = ("auth", "ticket_service", "workflow_api", "messaging", "notification_service")


def scripts_environment() -> dict[str, str]:
    """The environment of a process that runs our own tools."""
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(SCRIPTS), str(ROOT), inherited]))}

"""The settings of workflow_api: what all services share, and its own apps."""

from servicekit.settings import *  # noqa: F403
from servicekit.settings import DATABASES, service_settings

# A task with its facts is a join of eight tables: to plan it in every order took 1.1 ms, in groups of four 0.3 ms.
DATABASES["default"]["OPTIONS"]["options"] += " -c join_collapse_limit=4"
EVENTS_TOGETHER = False  # a task and the turn-taking of agents are locked in one order only within one event

globals().update(
    service_settings(
        name="workflow_api",
        package="workflow_api",
        apps=["django.contrib.postgres", "audit", "directory", "sla", "workflows", "tasks"],
        admin_path="admin/workflows/",
    )
)

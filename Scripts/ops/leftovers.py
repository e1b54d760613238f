"""Ends what an earlier run of the same instance left behind, should even its reaper have been killed."""

import psutil

from ops.child import kill_group
from ops.instance import Instance, read_state


def end_leftovers(instance: Instance) -> None:
    """Kill the processes in the state file that still live. Their ids may belong to others by now: start times must agree."""
    state = read_state(instance.data) or {}
    for process in state.get("processes", {}).values():
        if process["pid"] and _is_the_same(process["pid"], process["started_at"]):
            kill_group(process["pid"])


def _is_the_same(pid: int, started_at: float) -> bool:
    try:
        return bool(abs(psutil.Process(pid).create_time() - started_at) < 3.0)
    except psutil.NoSuchProcess:
        return False

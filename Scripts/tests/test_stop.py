"""When a system counts as stopped."""

import subprocess

import psutil

from ops.commands.stop import has_ended
from Scripts.tests.processes import eventually


def test_a_process_that_nobody_has_taken_note_of_has_ended_all_the_same() -> None:
    with subprocess.Popen(["sleep", "600"]) as child:
        process = psutil.Process(child.pid)
        assert not has_ended(process)
        child.kill()
        assert eventually(lambda: has_ended(process))
        assert process.status() == psutil.STATUS_ZOMBIE
    assert has_ended(process)

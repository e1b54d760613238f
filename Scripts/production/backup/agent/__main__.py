"""``tts-backup``: the one program of the backup container."""

import os
import subprocess
import sys

from production.backup.agent.settings import Unfit, read_settings

SELF = (sys.executable, "-m", "production.backup.agent")


def main() -> int:
    """``run`` is the main process, which imports little, for it stays; everything else is a command."""
    if sys.argv[1:2] != ["run"]:
        from production.backup.agent import commands

        return commands.main()
    from production.backup.agent.loop import Loop

    os.umask(0o027)
    if subprocess.run([*SELF, "prepare"], check=False).returncode:
        return 1  # it has said why
    try:
        Loop(read_settings(), makes_backups="--serve-only" not in sys.argv).run()
    except Unfit as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the backup container can be asked to do: each result is JSON."""

import argparse
import json
import os
import sys
from datetime import datetime
from typing import Any

from production.backup.agent import dumps, media, preparation, restoring
from production.backup.agent.jobs import FAILURES, JOBS, JobFailed, Jobs
from production.backup.agent.restoring import Target
from production.backup.agent.settings import Settings, Unfit, read_settings
from production.backup.agent.store import Vault


def main() -> int:
    """Run one command; its result is JSON on the standard output, what it says on the way goes to the standard error."""
    options = _parser().parse_args()
    os.umask(0o027)
    try:
        result = COMMANDS[options.command](read_settings(), options)
    except (Unfit, JobFailed, *FAILURES) as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    if result is not None:
        sys.stdout.write(json.dumps(result, default=str) + "\n")
    return 0


def prepare(settings: Settings, options: argparse.Namespace) -> None:
    """Folders, certificates, configuration."""
    preparation.prepare(settings)


def job(settings: Settings, options: argparse.Namespace) -> Any:
    """A layer, now."""
    jobs = Jobs(settings, said=_say)
    return jobs.base(options.kind) if options.command == "base" else JOBS[options.command](jobs)


def keep_configuration(settings: Settings, options: argparse.Namespace) -> Any:
    """Keep the archive on the standard input."""
    chunks = iter(lambda: sys.stdin.buffer.read(256 * 1024), b"")
    return {"name": Jobs(settings).configuration(chunks, json.loads(options.about))}


def give_configuration(settings: Settings, options: argparse.Namespace) -> None:
    """The newest kept archive to the standard output."""
    vault = Vault(settings)
    names = [name for name in vault.names("configuration/") if name.endswith(".tar")]
    if not names:
        raise JobFailed("no configuration was ever kept in this store")
    for chunk in vault.read(names[-1]):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def plan(settings: Settings, options: argparse.Namespace) -> Any:
    """Which bases lead to a moment."""
    preparation.prepare(settings)
    return restoring.plan(Vault(settings), _target(options))


def mark(settings: Settings, options: argparse.Namespace) -> Any:
    """A transaction behind everything else, so that it is sure where the present ends."""
    return restoring.mark()


def listing(settings: Settings, options: argparse.Namespace) -> Any:
    """Everything that could be restored."""
    return restoring.listing(Vault(settings))


def restore_database(settings: Settings, options: argparse.Namespace) -> Any:
    """The cluster's files."""
    preparation.prepare(settings)
    target = _target(options)
    restoring.restore_database(settings, options.label, options.repository, target, is_drill=options.drill, said=_say)
    return {"label": options.label}


def restore_media(settings: Settings, options: argparse.Namespace) -> Any:
    """The files that the media folder lacks."""
    done = media.restore_missing(settings, Vault(settings))
    return {"objects": done.objects, "restored": done.copied}


def restore_dump(settings: Settings, options: argparse.Namespace) -> Any:
    """One database from its newest dump, beside the present one."""
    vault = Vault(settings)
    name = dumps.newest(vault, options.database, options.before)
    if not name:
        raise JobFailed(f"there is no dump of {options.database} from before then")
    return {"dump": name, "database": restoring.restore_dump(vault, options.database, name)}


def exchange(settings: Settings, options: argparse.Namespace) -> Any:
    """The restored database in the place of the present one."""
    return {"old": restoring.exchange(options.database, options.stamp)}


def audit(settings: Settings, options: argparse.Namespace) -> Any:
    """Everything against the manifest."""
    return restoring.audit(settings, Vault(settings), options.label, amcheck=not options.quick)


def replayed(settings: Settings, options: argparse.Namespace) -> Any:
    """How far a recovery is."""
    return restoring.replayed()


def _target(options: argparse.Namespace) -> Target:
    return Target(datetime.fromisoformat(options.time) if options.time else None, options.timeline)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


COMMANDS = {
    "prepare": prepare,
    **dict.fromkeys(JOBS, job),
    "keep-configuration": keep_configuration,
    "give-configuration": give_configuration,
    "plan": plan,
    "mark": mark,
    "list": listing,
    "restore-database": restore_database,
    "restore-media": restore_media,
    "restore-dump": restore_dump,
    "exchange": exchange,
    "audit": audit,
    "replayed": replayed,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tts-backup", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    made = {name: commands.add_parser(name, help=(function.__doc__ or "").strip()) for name, function in COMMANDS.items()}
    made["base"].add_argument("--kind", default="", choices=["", "full", "diff"])
    made["keep-configuration"].add_argument("--about", default="{}", help="JSON that is kept beside it")
    for name in ("plan", "restore-database"):
        made[name].add_argument("--time", default="", help="ISO 8601 with a time zone; the end of the archive if empty")
        made[name].add_argument("--timeline", default="")
    made["restore-database"].add_argument("--label", required=True)
    made["restore-database"].add_argument("--repository", type=int, required=True)
    made["restore-database"].add_argument("--drill", action="store_true")
    made["restore-dump"].add_argument("database")
    made["restore-dump"].add_argument("--before", default="~", help="a stamp such as 20260131-030000Z")
    made["exchange"].add_argument("database")
    made["exchange"].add_argument("stamp")
    made["audit"].add_argument("--label", required=True)
    made["audit"].add_argument("--quick", action="store_true", help="without pg_amcheck")
    return parser

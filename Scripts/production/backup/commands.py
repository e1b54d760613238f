"""``Scripts/tts backup``, ``restore`` and ``drill``."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from production.backup import configuration, logical, restoration, status
from production.backup import drill as drilling
from production.backup.container import Agent, BackupFailed
from production.backup.databases import Target
from production.compose import Compose
from production.console import progress, show, show_json
from production.errors import OperatorError, WrongUse
from production.home import Home
from production.lock import exclusive

JsonOption = Annotated[bool, typer.Option("--json", help="For programs.")]
TimeOption = Annotated[str, typer.Option("--time", help="The state of a moment, such as 2026-01-31T12:00:00Z.")]
LONG = 6 * 3600.0  # seconds
STEPS = 8

backup = typer.Typer(help="Make a backup now, list what there is, or check that it can be read.", no_args_is_help=True)


@backup.command()
def now(
    full: Annotated[bool, typer.Option("--full", help="A full base backup instead of the difference.")] = False, as_data: JsonOption = False
) -> None:
    """Make every layer of the backup now: base, dumps, files, configuration."""
    home = Home.find()
    with exclusive(home), progress("backup", 4) as steps:
        agent = Agent(Compose(home))
        steps.now("base")
        made = {"base": agent.ask("base", "--kind", "full" if full else "diff", timeout=LONG)}
        for layer in ("dump", "media"):
            steps.advance(f"{layer} is next")
            made[layer] = agent.ask(layer, timeout=LONG)
        configuration.keep(home)
        steps.advance("configuration kept")
        status.read(home)
    if as_data:
        show_json(made)
        return
    for base in made["base"]:
        show(f"{base['kind']} base {base['label']}: {_size(base['bytes'])}, {_size(base['stored_bytes'])} stored ({_place(base)})")
    show(f"dumps of {len(made['dump']['databases'])} databases, {_size(made['dump']['bytes'])}; {made['media']['copied']} new files")


@backup.command("list")
def list_backups(as_data: JsonOption = False) -> None:
    """List bases, dumps and saved configurations, and when each layer was last made."""
    home = Home.find()
    told, layers = Agent(Compose(home)).ask("list", timeout=120), status.read(home)["layers"]
    if as_data:
        show_json({**told, "layers": layers})
        return
    table = Table("Base", "Kind", "Where", "Ended", "Databases", "Stored")
    for base in told["bases"]:
        table.add_row(base["label"], base["kind"], _place(base), base["ended_at"], _size(base["bytes"]), _size(base["stored_bytes"]))
    show(table, f"Dumps: {', '.join(told['dumps'][:5]) or 'none'}", f"Configurations: {len(told['configurations'])}")
    for name, layer in layers.items():
        show(f"{name:14} {layer['at'] or 'never'}{'' if layer['ok'] else '  FAILS: ' + layer['error']}")


@backup.command()
def verify(as_data: JsonOption = False) -> None:
    """Read everything back: every file of every base, every WAL segment, every stored file. Exit code 1 for damage."""
    home = Home.find()
    with progress("verify", 1) as steps:
        steps.now("reading the whole repository")
        try:
            found: dict[str, Any] = {"ok": True, "faults": [], **Agent(Compose(home)).ask("check", timeout=LONG)}
        except BackupFailed as failure:
            found = {"ok": False, "faults": str(failure).split("; ")}
        steps.advance("read")
    status.read(home)
    if as_data:
        show_json(found)
    else:
        show(*(found["faults"] or ["Every backup can be read."]))
    if not found["ok"]:
        raise typer.Exit(1)


def restore(
    latest: Annotated[bool, typer.Option("--latest", help="Everything that is archived.")] = False,
    at: TimeOption = "",
    database: Annotated[str, typer.Option("--db", help="One database from its newest nightly dump (of before --time, if given).")] = "",
    timeline: Annotated[str, typer.Option(help="Another timeline than the newest: what a former restore gave up.")] = "",
    stop_everything: Annotated[
        bool, typer.Option("--stop-everything", help="Stop what runs. Without it a running system is refused.")
    ] = False,
    confirm: Annotated[bool, typer.Option("--confirm", help="After a restore, when you have looked around: mail goes out again.")] = False,
    discard_older: Annotated[
        bool, typer.Option("--discard-older", help="With --confirm: without mails decided before the restore.")
    ] = False,
    is_new: Annotated[
        bool, typer.Option("--configuration", help="On a new machine: fetch settings and secrets from the S3 store.")
    ] = False,
    settings: Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="With --configuration: S3_ENDPOINT …")] = None,
    secret_files: Annotated[list[str] | None, typer.Option("--secret", metavar="NAME=FILE", help="With --configuration.")] = None,
    image: Annotated[str, typer.Option(help="With --configuration: the image of the backup container.")] = "tts/backup:local",
    network: Annotated[str, typer.Option(help="With --configuration: the Docker network that reaches the store.")] = "bridge",
    as_data: JsonOption = False,
) -> None:
    """Bring data back. Mail is paused afterwards until --confirm, and everybody logs in again."""
    if sum([latest, bool(at) and not database, bool(database), confirm, is_new]) != 1:
        raise WrongUse("Say what to restore: --latest, or --time, or --db (with --time, if you like), or --configuration; or --confirm.")
    if is_new:
        _fetch(_pairs(settings), _pairs(secret_files), image, network)
        return
    home, target = Home.find(), Target(_moment(at), timeline)
    with exclusive(home):
        if confirm:
            _confirm(home, discard_older, as_data)
        elif database:
            _restore_one(home, database, target, stop_everything, as_data)
        else:
            with progress("restore", STEPS) as steps:
                report = restoration.Restoration(home, target, steps).run(stops=stop_everything)
            _show(report, as_data)


def drill(
    data_only: Annotated[bool, typer.Option("--data-only", help="Databases and files, without services: 300 MiB, not 1,000.")] = False,
    store: Annotated[str, typer.Option("--from", help="local or s3.")] = "local",
    as_data: JsonOption = False,
) -> None:
    """Restore the latest backup beside the running system, verify it, file a ticket in it, record times, take it away."""
    if store not in {"local", "s3"}:
        raise WrongUse("--from is local or s3")
    home = Home.find()
    with exclusive(home), progress("drill", 4 if data_only else 6) as steps:
        done = drilling.perform(home, "data" if data_only else "full", 2 if store == "s3" else 1, steps)
    if as_data:
        show_json(asdict(done))
    else:
        _show_drill(done)
    if not done.ok:
        raise typer.Exit(1)


def _restore_one(home: Home, database: str, target: Target, stops: bool, as_data: bool) -> None:
    with progress("restore", 4) as steps:
        done = logical.restore_one(home, database, target.time, steps, stops=stops)
    if as_data:
        show_json(asdict(done))
    else:
        show(f"{done.database} is {done.dump}; what it was is kept as {done.old}.")


def _confirm(home: Home, discards_older: bool, as_data: bool) -> None:
    was = restoration.confirm(home, discards_older=discards_older)
    if as_data:
        show_json(was)
        return
    given_up = f", {was['older']} were given up" if discards_older else ""
    show(f"Mail goes out again: {was['waiting']} waited{given_up}.")


def _fetch(settings: dict[str, str], secret_files: dict[str, str], image: str, network: str) -> None:
    secrets = {name: _content(file) for name, file in secret_files.items()}
    names = configuration.fetch(Home.folder(), image, settings, secrets, network)
    show(f"{len(names)} files in {Home.folder()}. Scripts/tts restore --latest is next.")


def _show(report: restoration.Report, as_data: bool) -> None:
    if as_data:
        show_json(asdict(report))
    else:
        show(f"Restored to {report.restored_to} from the base {report.base}; all was well again after {report.rto_seconds:.0f} s.")
        show(f"{report.people_logged_out} people must log in again; {report.events_again} events were published again.")
        show(f"Mail is paused, {report.mails_waiting} wait: look around, then Scripts/tts restore --confirm.")
        if report.timeline_before:
            show(
                f"What was given up stays in the archive: Scripts/tts restore --latest --timeline {report.timeline_before} brings it back."
            )
        show(*(f"FAULT {fault['what']}: {fault['found']}" for fault in report.faults))
    if report.faults:
        raise OperatorError("The system runs on the restored data, which are not what the backup promised: see the faults.")


def _show_drill(done: drilling.Drill) -> None:
    show(f"Base {done.backup} ({_size(done.bytes)}, {done.contents} files): {'restored and verified' if done.ok else 'FAILED'}")
    show(*(f"{name}: {seconds:.1f} s" for name, seconds in done.steps.items()))
    show(f"RTO {done.rto_seconds} s, RPO {done.rpo_seconds} s")
    if done.ticket:
        show(f"Ticket {done.ticket['number']} was handled in {done.ticket['seconds']} s")
    show(*(f"FAULT {fault['what']}: {fault['found']}" for fault in done.faults), *([done.error] if done.error else []))


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"--time {text}: there is no such moment") from error
    if moment.tzinfo is None:
        raise WrongUse("--time takes a moment with its time zone, such as 2026-01-31T12:00:00Z")
    if moment > datetime.now(UTC):
        raise WrongUse(f"--time {text} lies in the future")
    return moment


def _pairs(words: list[str] | None) -> dict[str, str]:
    pairs = dict(word.split("=", 1) for word in words or [] if "=" in word)
    if len(pairs) != len(words or []):
        raise WrongUse("--set and --secret take NAME=VALUE, each name once")
    return pairs


def _content(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror}") from error


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.1f} MiB"


def _place(base: dict[str, Any]) -> str:
    return "local" if base["repository"] == 1 else "s3"

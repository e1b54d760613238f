"""What must not be. Each condition has the name of its alert in Docker/monitoring/rules and of its section in documentation/runbook.md.

Pure: a reading and the memory of earlier ones come in, what is wrong comes out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from production.watching.memory import Memory
from production.watching.reading import Reading, moment_of

MIB = 1024 * 1024
PAGE, WARN, TICKET = "page", "warn", "ticket"


@dataclass(frozen=True)
class Trouble:
    """Something that is wrong now. ``subject`` tells two of one name apart; it is told after ``looks`` looks in a row."""

    name: str
    subject: str
    severity: str
    text: str
    looks: int = 2

    @property
    def key(self) -> str:
        """Its identity from one look to the next."""
        return f"{self.name}/{self.subject}" if self.subject else self.name


Finder = Callable[[Reading, Memory], Iterator[Trouble]]


def find_all(reading: Reading, memory: Memory) -> list[Trouble]:
    """Everything that is wrong. What follows from something else that is wrong is left out, so that one fault is one message."""
    if reading.containers is None:
        return [Trouble("ServiceDown", "docker", PAGE, "The Docker Engine does not answer.")]
    if not reading.is_running and not reading.is_maintenance:
        return [Trouble("ServiceDown", "all", PAGE, "Nothing of the deployment is running.")]
    return _without_consequences([trouble for finder in FINDERS for trouble in finder(reading, memory)])


def front_door(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """1. A request from outside fails."""
    for probe in reading.probes:
        if probe.problem and not reading.is_maintenance:
            yield Trouble("SyntheticFailing", probe.target, PAGE, f"A request through the front door to {probe.target} {probe.problem}.")


def containers(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """2. A container does not run, or is not healthy."""
    for part in reading.parts:
        if not reading.is_well(part):
            states = [f"{c.name} is {c.state}{f' ({c.health})' if c.health else ''}" for c in reading.of(part)]
            yield Trouble("ServiceDown", part, PAGE, f"{'; '.join(states) or f'There is no container of {part}'}.")


def restarts(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """3. A container starts again and again."""
    for container in reading.containers or ():
        rise = memory.rise(f"restarts:{container.name}", minutes=10)
        if rise > 3:
            yield Trouble("ContainerRestartLoop", container.name, PAGE, f"{container.name} started {rise:.0f} times in ten minutes.", 1)


def deployment(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """3b. A deployment was cut off: old and new release may both serve until somebody ends it."""
    if reading.cut_off:
        yield Trouble("DeploymentCutOff", "", WARN, f"{reading.cut_off[:1].upper()}{reading.cut_off[1:]}")


def memory_is_short(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """4. The kernel killed something, or will soon."""
    killed = memory.rise("oom_kills", minutes=10)
    if killed:
        names = ", ".join(c.name for c in reading.containers or () if c.was_killed_for_memory) or "no container's main process"
        yield Trouble("OOMKill", "", PAGE, f"The kernel killed {killed:.0f} processes for want of memory ({names}).", 1)
    if reading.host.memory_available < 150 * MIB:
        yield Trouble("MemPressure", "", WARN, f"{reading.host.memory_available / MIB:.0f} MiB of memory are left.", 5)


def disk(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """5. The disk is nearly full."""
    share = reading.host.disk_free / reading.host.disk
    if share < 0.15:
        yield Trouble("DiskFull", "", PAGE, f"{share:.0%} of the disk are free.", 10)


def database(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """6. The database does not answer, or has hardly a connection left."""
    away = [service for service, is_up in reading.pages.by_service("database_up").items() if not is_up]
    if away:
        yield Trouble("PgDown", "", PAGE, f"The database does not answer {', '.join(away)}.", 1)
    used, limit = reading.pages.highest("database_connections"), reading.pages.highest("database_connections_limit")
    if used and limit and used / limit > 0.8:
        yield Trouble("PgConnections", "", WARN, f"{used:.0f} of {limit:.0f} connections to the database are in use.", 5)


def archive(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """7. The write-ahead log is not archived."""
    age = reading.pages.highest("wal_archive_age_seconds") or 0
    failed = memory.rise("wal_failures", minutes=10)
    if age > 180 or failed:
        text = f"The write-ahead log was last archived {age:.0f} s ago; {failed:.0f} tries failed in ten minutes."
        yield Trouble("WalArchiveLag", "", PAGE, text)


def backups(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """8. A backup is old."""
    limits = {"base": (26 * 3600, "BackupOld"), "dump": (26 * 3600, "BackupOld"), "media": (300, "MediaUnreplicated")}
    for _, labels, made_at in reading.pages.each("backup_last_success_timestamp_seconds"):
        limit, name = limits.get(labels.get("layer", ""), (float("inf"), ""))
        if reading.at - made_at > limit:
            subject = labels["layer"] if name == "BackupOld" else ""
            yield Trouble(name, subject, PAGE, f"The last good backup ({labels['layer']}) was made {_ago(reading.at - made_at)}.", 5)


def drill(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """8b. Nobody has tried to restore one."""
    succeeded = last_good_drill(reading)
    if succeeded is None or reading.at - succeeded > 8 * 86400:
        last = (
            "No restore has ever been tried with success."
            if succeeded is None
            else f"A restore last succeeded {_ago(reading.at - succeeded)}."
        )
        yield Trouble("DrillOld", "", TICKET, last, 60)


def certificate(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """9. The certificate ends soon, or is not the one on the disk."""
    if reading.certificate is None:
        return
    days = reading.certificate.days_left(reading.moment)
    if days < 21:
        yield Trouble("CertExpiry", "", PAGE if days < 7 else WARN, f"The certificate ends in {days:.1f} days.", 10)
    if reading.certificate.matches is False:
        yield Trouble("CertServedMismatch", "", PAGE, "The front door serves another certificate than the one on the disk.", 5)


def events(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """10. Events are not published, or were given up."""
    for service, age in reading.pages.by_service("outbox_oldest_seconds").items():
        if age > 60:
            severity = PAGE if age > 300 else WARN
            yield Trouble("OutboxStuck", service, severity, f"An event of {service} has waited {age:.0f} s to be published.")
    for service, count in reading.pages.by_service("dead_letters").items():
        if count:
            yield Trouble("DLQNotEmpty", service, WARN, f"{count:.0f} events or jobs of {service} were given up.", 1)


def broker(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """11. Nobody takes messages, or the broker takes none."""
    queues = {labels["queue"]: value for _, labels, value in reading.pages.each("rabbitmq_detailed_queue_messages")}
    for _, labels, consumers in reading.pages.each("rabbitmq_detailed_queue_consumers"):
        if not consumers and queues.get(labels["queue"]):
            text = f"{queues[labels['queue']]:.0f} messages lie in {labels['queue']}, and nobody takes them."
            yield Trouble("QueueNoConsumer", labels["queue"], PAGE, text)
    alarms = ("rabbitmq_alarms_memory_used_watermark", "rabbitmq_alarms_free_disk_space_watermark", "relay_blocked")
    raised = [name for name in alarms if reading.pages.highest(name)]
    if raised:
        yield Trouble("RabbitAlarm", "", PAGE, f"The broker refuses messages: {', '.join(raised)}.", 1)


def mail_and_timers(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """12. Mail is not taken, timers run late, a worker is silent."""
    tried, failed = memory.rise("mail_tried", minutes=10), memory.rise("mail_failed", minutes=10)
    if tried > 5 and failed / tried > 0.2:
        yield Trouble("MailFailing", "", PAGE, f"{failed:.0f} of {tried:.0f} mails were not taken in ten minutes.", 10)
    for service, lag in reading.pages.by_service("scheduled_job_lag_seconds").items():
        if lag > 120:
            yield Trouble("SchedulerLag", service, PAGE, f"Timers of {service} run {lag:.0f} s late.", 5)
    for service, age in reading.pages.by_service("worker_heartbeat_age_seconds").items():
        if age > 90:
            yield Trouble("WorkerSilent", service, PAGE, f"The worker of {service} shows no sign of life ({age:.0f} s).")


def strangers(reading: Reading, memory: Memory) -> Iterator[Trouble]:
    """13. Somebody tries passwords, or gained rights."""
    refused = memory.rise("login_failures", minutes=10)
    if refused > 50:
        yield Trouble("LoginFailureSpike", "", WARN, f"{refused:.0f} log-ins were refused in ten minutes.", 1)
    if memory.rise("admins_made", minutes=10):
        yield Trouble("AdminGranted", "", WARN, "Somebody was given a role that may enter the administration.", 1)


FINDERS: tuple[Finder, ...] = (
    front_door, containers, restarts, deployment, memory_is_short, disk, database, archive, backups, drill, certificate, events,
    broker, mail_and_timers, strangers,
)  # fmt: skip
#: cause → what it brings about, and what is therefore not told as well
CONSEQUENCES = {
    "PgDown": {"SyntheticFailing", "OutboxStuck", "WorkerSilent", "SchedulerLag"},
    "RabbitAlarm": {"OutboxStuck"},
}


def last_good_drill(reading: Reading) -> float | None:
    """When a drill last succeeded, in seconds since 1970."""
    moments = [moment_of(drill, "at") for drill in reading.drills if drill.get("ok")]
    return max((moment for moment in moments if moment is not None), default=None)


def counters(reading: Reading) -> dict[str, float]:
    """What must be remembered to see it rise."""
    pages = reading.pages
    told = {
        "oom_kills": float(reading.host.oom_kills),
        "wal_failures": pages.highest("wal_archive_failures_total"),
        "mail_tried": pages.total("mail_attempts_total"),
        "login_failures": pages.total("login_failures_total"),
        "admins_made": pages.total("admin_granted_total"),
    }
    failed = [v for _, labels, v in pages.each("mail_attempts_total") if labels["verdict"] != "accepted" and labels["stage"] != "recipient"]
    told["mail_failed"] = sum(failed) if told["mail_tried"] is not None else None
    starts = {f"restarts:{container.name}": float(container.restarts) for container in reading.containers or ()}
    return starts | {name: value for name, value in told.items() if value is not None}


def _without_consequences(troubles: list[Trouble]) -> list[Trouble]:
    causes = {trouble.name for trouble in troubles}
    hidden = {consequence for cause in causes for consequence in CONSEQUENCES.get(cause, ())}
    if any(trouble.key == "ServiceDown/rabbitmq" for trouble in troubles):
        hidden |= {"OutboxStuck", "WorkerSilent"}
    if any(trouble.key == "ServiceDown/db" for trouble in troubles):
        hidden |= {"PgDown", *CONSEQUENCES["PgDown"]}
    return [trouble for trouble in troubles if trouble.name not in hidden]


def _ago(seconds: float) -> str:
    if seconds > 172800:
        return f"{seconds / 86400:.0f} days ago"
    return f"{seconds / 3600:.0f} h ago" if seconds > 7200 else f"{seconds / 60:.0f} min ago"

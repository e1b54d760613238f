"""From inside: containers, events, broker, mail server, disk."""

from collections.abc import Iterator
from pathlib import Path

from production import figures
from production.compose import Compose, ComposeFailed
from production.deployment import cut_off
from production.examination.report import Verdict, error, ok, warning
from production.home import Home
from production.preflight import machine
from production.redaction import redact
from production.services import last_line
from production.state import DJANGO_NAMES, SERVICES

RESTARTS = 3


def containers(compose: Compose) -> Iterator[Verdict]:
    """All are well, and none starts again and again."""
    found = compose.containers()
    jobs = {container.name for container in found if container.state == "exited" and container.exit_code == 0}
    ill = [container for container in found if not container.is_well and container.name not in jobs]
    for container in ill:
        yield error("containers", f"{container.name} is {container.health or container.state}", f"Scripts/tts logs {container.service}")
    for container in found:
        if container.restarts >= RESTARTS:
            yield warning(
                "containers", f"{container.name} was started {container.restarts} times again", f"Scripts/tts logs {container.service}"
            )
    if not ill:
        yield ok("containers", f"{len(found) - len(jobs)} are well")


def deployment(home: Home) -> Iterator[Verdict]:
    """None was cut off."""
    left = cut_off.find(home)
    yield warning("deployment", left.problem, left.remedy) if left else ok("deployment", "none was cut off")


def events(compose: Compose) -> Iterator[Verdict]:
    """What was said is published, and what was heard is handled: the way to the broker and back."""
    try:
        read = figures.read(compose)
    except ComposeFailed as failure:
        yield error("database", str(failure), "Scripts/tts logs db")
        return
    for figure in read:
        what = f"events of {figure.service}"
        if not 0 <= figure.silent_seconds < 60:
            yield error(what, "its worker is silent", f"Scripts/tts logs {figure.service}-worker")
        elif figure.oldest_seconds >= 60:
            found = f"{figure.waiting} events wait to be published, the oldest for {figure.oldest_seconds} s"
            yield error(what, found, "Scripts/tts logs rabbitmq; Scripts/tts outbox list")
        elif figure.unroutable:
            yield error(
                figure.service, f"{figure.unroutable} events that no queue takes", "Scripts/tts outbox list --unroutable; Scripts/tts up"
            )
        elif figure.dead_letters:
            yield warning(what, f"{figure.dead_letters} dead letters", "Scripts/tts dlq list")
        else:
            yield ok(what, f"events flow; its worker was seen {figure.silent_seconds} s ago")


def broker(compose: Compose) -> Iterator[Verdict]:
    """Each queue is there and somebody takes from it."""
    try:
        lines = compose.exec("rabbitmq", "rabbitmqctl", "--silent", "list_queues", "name", "messages", "consumers", timeout=60).splitlines()
    except ComposeFailed as failure:
        yield error("broker", str(failure).splitlines()[-1], "Scripts/tts logs rabbitmq")
        return
    queues = {words[0]: (int(words[1]), int(words[2])) for line in lines if len(words := line.split()) == 3 and words[2].isdecimal()}
    for service in SERVICES:
        waiting, consumers = queues.get(f"{DJANGO_NAMES[service]}.events", (0, -1))
        if consumers < 1:
            found = "there is no queue" if consumers < 0 else "nobody takes from the queue"
            yield error(f"queue of {service}", found, f"Scripts/tts logs {service}-worker; Scripts/tts up")
        elif waiting > 1000:
            yield warning(f"queue of {service}", f"{waiting} messages wait", f"Scripts/tts logs {service}-worker")
        else:
            yield ok(f"queue of {service}", f"taken from by {consumers}, {waiting} wait")


def mail_server(home: Home, compose: Compose) -> Iterator[Verdict]:
    """The mail server takes our greeting and our log-in, from where mail is sent. Nothing is handed in."""
    server = f"{home.values.get('DJANGO_EMAIL_HOST')}:{home.values.get('DJANGO_EMAIL_PORT')}"
    command = ["python", "manage.py", "mail_test", "--greet"]
    done = compose.run(
        "exec", "--no-TTY", compose.serving("notification-worker"), *command, capture=True, check=False, input="", timeout=60
    )
    if done.returncode == 0:
        yield ok("mail server", f"{server} takes our log-in")
    else:
        found = redact(last_line(done.stderr or done.stdout), home).removeprefix("CommandError: ")
        yield error("mail server", f"{server}: {found}", "Correct DJANGO_EMAIL_… or secrets/email_password, then Scripts/tts up.")


def disk(home: Home, compose: Compose) -> Iterator[Verdict]:
    """Room for data and logs."""
    places = (home.path, Path(compose.docker("info", "--format", "{{.DockerRootDir}}").strip()))
    findings = machine.disk_of(*places)
    yield from ((warning if finding.is_warning else error)("disk", finding.problem, finding.remedy) for finding in findings)
    if not findings:
        yield ok("disk", "there is room")

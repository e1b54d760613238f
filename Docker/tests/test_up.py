"""A deployment from nothing to well, what it keeps apart, and how it comes back from whatever happens to it."""

import json
import os
import signal
import time

import pytest

from Docker.tests.stack import FOLDERS, WEB, Stack, docker, wait_for
from production import broker, starting
from production.compose import ComposeFailed
from production.secret_files import SecretFiles

pytestmark = [pytest.mark.docker, pytest.mark.slow]
MIB = 1024 * 1024
JOBS = {"provision", *(f"{service}-migrate" for service in FOLDERS)}
WORKERS = {service: f"{service}-worker" for service in FOLDERS}
LASTING = {"db", "rabbitmq", "nginx", "frontend", "backup", *WEB.values(), *WORKERS.values()}
every_service = pytest.mark.parametrize("service", FOLDERS)

#: what an SQL statement answers in a service's own connection, or the code of its refusal
SQL = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "{project}.settings"
django.setup()
from django.db import connection, DatabaseError
try:
    with connection.cursor() as cursor:
        cursor.execute({statement!r})
        print(cursor.fetchall() if cursor.description else "done")
except DatabaseError as error:
    print(getattr(error.__cause__, "pgcode", None) or str(error).strip().splitlines()[-1])
"""
#: whether a broker user may do something: ``ok`` or the code of the refusal
AMQP = """
import amqp, pathlib, urllib.parse
at = urllib.parse.urlsplit(pathlib.Path("/run/secrets/broker_url").read_text().strip())
link = amqp.Connection(at.hostname + ":5672", userid=at.username, password=at.password, confirm_publish=True)
link.connect()
try:
    {action}
    print("ok")
except amqp.exceptions.ChannelError as refusal:
    print(refusal.reply_code)
"""
REACHES = """
import socket
for host, port in {targets!r}:
    try:
        socket.create_connection((host, port), timeout=2).close()
        print("reached", host)
    except OSError as error:
        pass
"""
DEFAULT_ROUTE = "print([line.split()[0] for line in open('/proc/net/route').read().splitlines()[1:] if line.split()[1] == '00000000'])"


@pytest.fixture(scope="module")
def system(stack: Stack) -> Stack:
    """The deployment of this module, running."""
    stack.up()
    return stack


def sql(system: Stack, service: str, statement: str) -> str:
    """What a service's own role gets for an SQL statement."""
    return system.python(WEB[service], SQL.format(project=FOLDERS[service], statement=statement))


def test_from_nothing_to_well_within_90_seconds(stack: Stack) -> None:
    assert stack.up() < 90


def test_everything_that_lasts_is_healthy_and_every_job_ended_well(system: Stack) -> None:
    states = {c.service: (c.state, c.health, c.exit_code) for c in system.compose.containers()}
    assert states == dict.fromkeys(LASTING, ("running", "healthy", 0)) | dict.fromkeys(JOBS, ("exited", "", 0))


def test_a_second_up_changes_nothing(system: Stack) -> None:
    before = {c.service: (c.id, c.started_at) for c in system.containers()}
    system.up()
    assert {c.service: (c.id, c.started_at) for c in system.containers()} == before


def test_only_nginx_is_reached_from_outside(system: Stack) -> None:
    ports = {c.service: system.inspect(c.service)["NetworkSettings"]["Ports"] or {} for c in system.containers()}
    published = {(s, target, b["HostPort"]) for s, found in ports.items() for target, bound in found.items() for b in bound or []}
    values = system.home.values
    assert published == {("nginx", "80/tcp", values["HTTP_PORT"]), ("nginx", "443/tcp", values["HTTPS_PORT"])}


def test_the_engine_keeps_what_the_file_says(system: Stack) -> None:
    for container in system.containers():
        host = system.inspect(container.service)["HostConfig"]
        assert (host["CapDrop"], host["CapAdd"] or [], host["Privileged"], host["ReadonlyRootfs"]) == (["ALL"], [], False, True)
        assert host["Memory"] > 0
        assert 0 < host["PidsLimit"] <= 256
        assert host["LogConfig"] == {"Type": "local", "Config": {"max-file": "3", "max-size": "10m"}}
        code = "grep -h ^CapEff /proc/1/status"
        assert system.compose.exec(container.service, "sh", "-c", code).split()[1] == "0" * 16


def test_idle_it_needs_less_than_1300_mib(system: Stack) -> None:
    found = system.compose.docker("stats", "--no-stream", "--format", "json", *[c.name for c in system.containers()]).splitlines()
    used = {row["Name"]: _bytes(row["MemUsage"].split(" / ")[0]) for row in map(json.loads, found)}
    assert sum(used.values()) / MIB < 1300, used


def _bytes(text: str) -> float:
    units = {"GiB": 1024 * MIB, "MiB": MIB, "KiB": 1024, "B": 1}
    return next(float(text.removesuffix(unit)) * size for unit, size in units.items() if text.endswith(unit))


@every_service
def test_a_service_reads_and_writes_rows_of_its_own_and_changes_no_schema(system: Stack, service: str) -> None:
    assert sql(system, service, "SELECT current_user, current_database()") == f"[('{service}_app', '{service}_db')]"
    assert sql(system, service, "UPDATE servicekit_heartbeat SET name = name") == "done"
    assert sql(system, service, "CREATE TABLE x (y int)") == "42501"
    assert sql(system, service, "DROP TABLE servicekit_heartbeat") == "42501"
    assert sql(system, service, "CREATE TEMPORARY TABLE x (y int)") == "42501"
    assert sql(system, service, "COPY servicekit_heartbeat TO PROGRAM 'id'") == "42501"


@every_service
def test_a_service_gets_into_no_other_database(system: Stack, service: str) -> None:
    code = """
import pathlib, psycopg2
url = pathlib.Path("/run/secrets/database_url").read_text()
for database in ("postgres", "template1", "auth_db", "ticket_db", "workflow_db", "messaging_db", "notification_db"):
    try:
        psycopg2.connect(url.rpartition("/")[0] + "/" + database, connect_timeout=3).close()
        print(database)
    except psycopg2.OperationalError:
        pass
"""
    assert system.python(WEB[service], code) == f"{service}_db"


def test_nobody_comes_in_as_the_superuser_without_his_password(system: Stack) -> None:
    code = "import psycopg2; psycopg2.connect('postgres://postgres:postgres@db/postgres', connect_timeout=3)"
    with pytest.raises(ComposeFailed, match="password authentication failed"):
        system.python("auth-service", code)


@every_service
def test_a_broker_user_has_its_own_queues_and_the_two_exchanges(system: Stack, service: str) -> None:
    own, other = (f"{folder}.events" for folder in (FOLDERS[service], "auth" if service != "auth" else "messaging"))
    expected = {
        f"link.channel().basic_get({own!r})": "ok",
        f"link.channel().basic_get({other!r})": "403",
        f"link.channel().queue_purge({other!r})": "403",
        f"link.channel().basic_publish(amqp.Message('x'), exchange='', routing_key={other!r})": "403",
        f"link.channel().queue_bind({other!r}, 'tts.events', 'x')": "403",
        "link.channel().queue_declare('mine', durable=True, auto_delete=False)": "403",
        "link.channel().exchange_declare('mine', 'topic', durable=True, auto_delete=False)": "403",
        "link.channel().basic_publish(amqp.Message('x'), exchange='amq.topic', routing_key='x')": "403",
    }
    found = {action: system.python(WORKERS[service], AMQP.format(action=action)) for action in expected}
    assert found == expected


@every_service
def test_a_broker_user_tells_its_own_facts_and_no_other_s(system: Stack, service: str) -> None:
    own, foreign = f"{broker.TELLS[service][0]}.unheard", "user.unheard" if service != "auth" else "ticket.unheard"
    publish = "link.channel().basic_publish(amqp.Message('{{}}'{headers}), exchange={exchange!r}, routing_key={key!r})"
    expected = {
        publish.format(headers="", exchange="tts.events", key=own): "ok",
        publish.format(headers="", exchange="tts.events", key=foreign): "403",
        publish.format(headers=f", application_headers={{'BCC': [{foreign!r}]}}", exchange="tts.events", key=own): "403",
        publish.format(headers="", exchange="tts.dead", key=FOLDERS[service]): "403",
    }
    found = {action: system.python(WORKERS[service], AMQP.format(action=action)) for action in expected}
    assert found == expected


def test_a_running_broker_is_told_of_rights_that_an_earlier_version_did_not_give(system: Stack) -> None:
    system.compose.exec("rabbitmq", "rabbitmqctl", "clear_topic_permissions", "ticket")
    (system.home.state / "rabbitmq" / "definitions.json").unlink()
    starting.keep_broker_told(system.compose, system.compose.containers())
    told = system.compose.exec("rabbitmq", "rabbitmqctl", "--quiet", "list_user_topic_permissions", "ticket")
    assert "^(ticket)" in told


def test_there_is_no_guest_at_the_broker(system: Stack) -> None:
    users = system.compose.exec("rabbitmq", "rabbitmqctl", "--quiet", "list_users", "--no-table-headers").split()
    assert sorted(word for word in users if word != "[]") == sorted(FOLDERS)


def test_a_web_process_reaches_the_database_and_neither_the_broker_nor_the_world(system: Stack) -> None:
    targets = [("db", 5432), ("rabbitmq", 5672), ("1.1.1.1", 443), ("mail", 1025)]
    for service in WEB.values():
        assert system.python(service, REACHES.format(targets=targets)) == "reached db"
        assert system.python(service, DEFAULT_ROUTE) == "[]"


def test_of_the_workers_only_the_one_that_sends_mail_has_a_way_out(system: Stack) -> None:
    ways = {service: system.python(worker, DEFAULT_ROUTE) != "[]" for service, worker in WORKERS.items()}
    assert ways == {"auth": False, "ticket": False, "workflow": False, "messaging": False, "notification": True}


def test_a_file_that_the_ticket_service_keeps_is_read_by_nginx_and_written_by_nobody_else(system: Stack) -> None:
    keep = "import pathlib; p = pathlib.Path('/app/media/try'); p.write_text('kept'); p.chmod(0o644)"
    system.python("ticket-service", keep)
    assert system.compose.exec("nginx", "cat", "/srv/media/try") == "kept"
    with pytest.raises(ComposeFailed, match="Read-only file system"):
        system.compose.exec("nginx", "sh", "-c", "echo x >/srv/media/try")
    system.python("ticket-worker", "import pathlib; pathlib.Path('/app/media/try').unlink()")


@every_service
def test_the_blueprints_migrate_command_works_and_finds_nothing_to_do(system: Stack, service: str) -> None:
    said = system.compose.docker("exec", f"{system.home.project}-{service}", "python", "manage.py", "migrate")
    assert "No migrations to apply." in said


def test_the_blueprints_createsuperuser_asks_and_makes_the_first_administrator(system: Stack) -> None:
    said = docker("exec", "-i", f"{system.home.project}-auth", "python", "manage.py", "createsuperuser", input="root@tts.test\nRoot\n")
    assert "root@tts.test is the first superuser." in said


def test_a_services_own_role_that_should_change_the_schema_is_told_who_does(system: Stack) -> None:
    with pytest.raises(ComposeFailed, match="docker compose run --rm <service>-migrate"):
        system.compose.exec("workflow-api", "python", "manage.py", "migrate", "sla", "zero")


def test_the_jobs_can_be_repeated_and_two_at_once_wait_for_each_other(system: Stack) -> None:
    ids = [system.compose.run("run", "--detach", "--no-deps", "ticket-migrate", capture=True).stdout.strip() for _ in range(2)]
    assert system.compose.docker("wait", *ids).split() == ["0", "0"]
    system.compose.docker("rm", *ids)
    assert "as they are declared" in system.compose.run("run", "--rm", "--no-deps", "provision", capture=True).stdout


def test_a_job_that_does_not_reach_the_database_asks_again(system: Stack) -> None:
    db = system.container("db").id
    system.compose.docker("pause", db)  # it takes connections and does not answer: after 5 s a job gives one up
    try:
        run = ("run", "--detach", "--no-deps")
        ids = [system.compose.run(*run, job, capture=True).stdout.strip() for job in ("provision", "ticket-migrate")]
        time.sleep(15)
    finally:
        system.compose.docker("unpause", db)
    assert system.compose.docker("wait", *ids).split() == ["0", "0"]
    said = [docker("logs", job) for job in ids]
    assert ["timeout expired" in said[0], "the database is not reached" in said[1]] == [True, True]
    system.compose.docker("rm", *ids)
    system.wait_until_well(60)


def test_a_changed_password_of_a_role_is_put_in_force_by_up(system: Stack) -> None:
    files = SecretFiles(system.home.secrets)
    old = {name: files.read(name) for name in ("messaging_db_password", "messaging_database_url")}
    new = "n3w" + old["messaging_db_password"][3:]
    files.store("messaging_db_password", new)
    files.store("messaging_database_url", old["messaging_database_url"].replace(old["messaging_db_password"], new))
    system.up()  # provision tells the cluster; those that run keep their connections and the old file
    system.compose.run("up", "--detach", "--no-deps", "--force-recreate", "messaging-service", "messaging-worker", capture=True)
    system.wait_until_well()
    assert sql(system, "messaging", "SELECT 1") == "[(1,)]"


def test_no_password_is_in_the_databases_log(system: Stack) -> None:
    log = system.logs("db")
    names = ("db_password", "migrator_password", *(f"{service}_db_password" for service in FOLDERS))
    assert [name for name in names if SecretFiles(system.home.secrets).read(name) in log] == []


@pytest.mark.parametrize("service", ["auth-service", "messaging-service", "workflow-worker", "rabbitmq", "db", "nginx", "frontend"])
def test_what_is_killed_comes_back_by_itself(system: Stack, service: str) -> None:
    others = {c.service: c.started_at for c in system.containers() if c.service != service}
    before = system.container(service)
    system.crash(service)
    system.wait_until_well(60)
    assert system.container(service).id == before.id
    assert {c.service: c.started_at for c in system.containers() if c.service != service} == others


def test_a_hung_web_process_and_a_hung_worker_are_seen(system: Stack) -> None:
    pids = [system.inspect(service)["State"]["Pid"] for service in ("ticket-worker", "messaging-service")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: {system.container(s).health for s in ("ticket-worker", "messaging-service")} == {"unhealthy"}, 150)
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    system.wait_until_well(60)


def test_without_the_broker_people_work_on_and_without_the_database_nobody_is_restarted(system: Stack) -> None:
    started = {c.service: c.started_at for c in system.containers() if c.service not in {"db", "rabbitmq"}}
    system.compose.run("stop", "rabbitmq", capture=True)
    time.sleep(20)
    assert {system.container(service).health for service in WEB.values()} == {"healthy"}
    system.compose.run("stop", "db", capture=True)
    wait_for(lambda: {system.container(service).health for service in WEB.values()} == {"unhealthy"}, 120)
    system.compose.run("start", "db", "rabbitmq", capture=True)
    system.wait_until_well(90)
    assert {c.service: c.started_at for c in system.containers() if c.service not in {"db", "rabbitmq"}} == started


def test_a_power_cut_ends_everything_at_once_and_everything_comes_back_with_its_data(system: Stack) -> None:
    system.compose.exec("db", "psql", "-qd", "auth_db", "-c", "CREATE TABLE IF NOT EXISTS witness AS SELECT 1 AS one")
    system.crash(*sorted(LASTING))
    system.wait_until_well(120)
    assert system.compose.exec("db", "psql", "-Atd", "auth_db", "-c", "SELECT * FROM witness").strip() == "1"
    expected = {(f"{folder}.{queue}", "quorum", "1") for folder in FOLDERS.values() for queue in ("events", "events.dead")}
    wait_for(lambda: queues(system) == expected, 60)


def queues(system: Stack) -> set[tuple[str, ...]]:
    """Every queue: its name, its type, and how many take from it."""
    listed = system.compose.exec("rabbitmq", "rabbitmqctl", "--quiet", "list_queues", "--no-table-headers", "name", "type", "consumers")
    return {tuple(line.split()) for line in listed.splitlines()}


def test_a_weak_key_stops_its_own_service_names_the_flaw_and_leaves_the_others_alone(system: Stack) -> None:
    files = SecretFiles(system.home.secrets)
    sound = files.read("workflow_django_secret_key")
    files.store("workflow_django_secret_key", "short")
    started = {c.service: c.started_at for c in system.containers() if c.service != "workflow-api"}
    system.compose.run("up", "--detach", "--no-deps", "--force-recreate", "workflow-api", capture=True)
    try:
        wait_for(lambda: system.container("workflow-api").restarts >= 2, 60)
        assert "DJANGO_SECRET_KEY is weak: give it at least 50 random characters" in system.logs("workflow-api")
        assert {c.service: c.started_at for c in system.containers() if c.service != "workflow-api"} == started
    finally:
        files.store("workflow_django_secret_key", sound)
    system.compose.run("up", "--detach", "--no-deps", "--force-recreate", "workflow-api", capture=True)
    system.wait_until_well(60)


def test_a_wrong_broker_password_is_seen_at_the_worker_and_stops_the_migration_before_anything_else_changes(system: Stack) -> None:
    system.up()  # who was renewed alone before bears another label, and would be renewed now
    files = SecretFiles(system.home.secrets)
    sound = files.read("notification_broker_url")
    files.store("notification_broker_url", sound.replace(files.read("notification_broker_password"), "x" * 40))
    try:
        with pytest.raises(ComposeFailed):
            system.compose.run("up", "--detach", capture=True)
        assert "ACCESS_REFUSED" in system.logs("notification-migrate", "--tail", "5")
        assert [(c.service, c.state, c.health) for c in system.containers() if c.health != "healthy"] == []
    finally:
        files.store("notification_broker_url", sound)
    system.up()

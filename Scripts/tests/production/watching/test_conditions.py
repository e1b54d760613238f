"""What watch finds wrong."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from production.watching.conditions import PAGE, TICKET, WARN, counters, find_all
from production.watching.exposition import Samples
from production.watching.memory import Look
from production.watching.probes import PATHS, Probe
from production.watching.reading import PARTS


def found(reading, memory):
    return [(trouble.key, trouble.severity) for trouble in find_all(reading, memory)]


def queues(**depths):
    page = Samples()
    for name, (messages, consumers) in depths.items():
        page.add("rabbitmq_detailed_queue_messages", messages, queue=name)
        page.add("rabbitmq_detailed_queue_consumers", consumers, queue=name)
    return page


def backed_up(at, **hours):
    page = Samples()
    for layer, age in hours.items():
        page.add("backup_last_success_timestamp_seconds", at - age * 3600, layer=layer)
    return page


def rising(memory, **counts):
    """Two looks, a minute apart, between which these counters rose."""
    memory.ring = [
        Look(memory.at - 60, dict.fromkeys(counts, 0.0)),
        Look(memory.at, {name: float(value) for name, value in counts.items()}),
    ]
    return memory


def test_where_all_is_well_nothing_is_found(reading, memory):
    assert found(reading(), memory) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"auth": {"outbox_oldest_seconds": 61}}, [("OutboxStuck/auth", WARN)]),
        ({"auth": {"outbox_oldest_seconds": 301}}, [("OutboxStuck/auth", PAGE)]),
        ({"ticket": {"dead_letters": 2}, "auth": {"dead_letters": 1}}, [("DLQNotEmpty/auth", WARN), ("DLQNotEmpty/ticket", WARN)]),
        ({"workflow": {"scheduled_job_lag_seconds": 121}}, [("SchedulerLag/workflow", PAGE)]),
        ({"messaging": {"worker_heartbeat_age_seconds": 91}}, [("WorkerSilent/messaging", PAGE)]),
        ({"auth": {"database_connections": 65}}, [("PgConnections", WARN)]),
        ({"auth": {"wal_archive_age_seconds": 181}}, [("WalArchiveLag", PAGE)]),
        ({"pages": {"queues": queues(full=(3, 0), empty=(0, 0), at_work=(9, 1))}}, [("QueueNoConsumer/full", PAGE)]),
        ({"cut_off": "the deployment of ticket was cut off. Do this."}, [("DeploymentCutOff", WARN)]),
        ({"drills": []}, [("DrillOld", TICKET)]),
        ({"drills": [{"at": "2026-03-05T12:00:00+00:00", "ok": True}]}, [("DrillOld", TICKET)]),
        ({"drills": [{"at": "2026-03-13T12:00:00+00:00", "ok": False}]}, [("DrillOld", TICKET)]),
        ({"drills": [{"at": "broken", "ok": True}]}, [("DrillOld", TICKET)]),
        ({"probes": [Probe("ticket", "answers 502", 0.1)]}, [("SyntheticFailing/ticket", PAGE)]),
    ],
)
def test_each_condition_is_found_under_its_name(reading, memory, changes, expected):
    assert found(reading(**changes), memory) == expected


@pytest.mark.parametrize("alarm", ["rabbitmq_alarms_memory_used_watermark", "rabbitmq_alarms_free_disk_space_watermark", "relay_blocked"])
def test_each_alarm_of_the_broker_is_found(reading, memory, alarm):
    page = Samples()
    page.add(alarm, 1)
    assert found(reading(pages={"broker": page}), memory) == [("RabbitAlarm", PAGE)]


def test_backups_are_old_by_their_kind(reading, memory):
    at = reading().at
    assert found(reading(pages={"backup": backed_up(at, base=25, dump=25, media=0.05)}), memory) == []
    late = reading(pages={"backup": backed_up(at, base=27, dump=25, media=0.1)})
    assert found(late, memory) == [("BackupOld/base", PAGE), ("MediaUnreplicated", PAGE)]


@pytest.mark.parametrize(
    ("days", "expected"), [(22, []), (20, [("CertExpiry", WARN)]), (6, [("CertExpiry", PAGE)]), (-1, [("CertExpiry", PAGE)])]
)
def test_a_certificate_is_told_by_the_days_it_has_left(reading, memory, days, expected):
    well = reading()
    ending = replace(well.certificate, expires=datetime.fromtimestamp(well.at, UTC) + timedelta(days=days))
    assert found(replace(well, certificate=ending), memory) == expected


def test_a_certificate_that_is_not_the_one_on_the_disk_is_found(reading, memory):
    well = reading()
    assert found(replace(well, certificate=replace(well.certificate, matches=False)), memory) == [("CertServedMismatch", PAGE)]


def test_a_container_that_is_not_healthy_or_not_there_is_named(reading, memory, container):
    others = [container(part) for part in PARTS if part not in {"backup", "nginx"}]
    troubles = find_all(reading(containers=[*others, container("backup", health="unhealthy")]), memory)
    assert [(trouble.key, trouble.text) for trouble in troubles] == [
        ("ServiceDown/nginx", "There is no container of nginx."),
        ("ServiceDown/backup", "tts-backup is running (unhealthy)."),
    ]


def test_one_colour_that_is_well_is_enough(reading, memory, container):
    others = [container(part) for part in PARTS if part != "auth-service"]
    both = [container("auth-service", state="exited", health=""), container("auth-service-green")]
    assert found(reading(containers=[*others, *both]), memory) == []


def test_when_nothing_runs_one_thing_is_told(reading, memory, container):
    down = [container(part, state="exited", health="") for part in PARTS]
    silent = [Probe(target, "does not answer", 0.0) for target in PATHS]
    assert found(reading(containers=down, probes=silent), memory) == [("ServiceDown/all", PAGE)]
    assert found(reading(containers=[], probes=silent), memory) == [("ServiceDown/all", PAGE)]


def test_when_the_engine_is_silent_that_is_told(reading, memory):
    assert found(reading(containers=None), memory) == [("ServiceDown/docker", PAGE)]


def test_during_maintenance_the_front_door_may_say_no(reading, memory):
    assert found(reading(probes=[Probe("ticket", "answers 503", 0.1)], is_maintenance=True), memory) == []


def test_what_follows_from_the_database_is_not_told_as_well(reading, memory):
    away = {"database_up": 0, "outbox_oldest_seconds": 400, "worker_heartbeat_age_seconds": 400}
    down = reading(auth=away, ticket=away, probes=[Probe("ticket", "answers 503", 0.1)])
    assert found(down, memory) == [("PgDown", PAGE)]


def test_what_follows_from_a_broker_that_is_down_is_not_told_as_well(reading, memory, container):
    without = [container(part, **({"state": "exited", "health": ""} if part == "rabbitmq" else {})) for part in PARTS]
    assert found(reading(containers=without, auth={"outbox_oldest_seconds": 400}), memory) == [("ServiceDown/rabbitmq", PAGE)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"oom_kills": 1}, [("OOMKill", PAGE)]),
        ({"restarts:tts-auth-service": 4}, [("ContainerRestartLoop/tts-auth-service", PAGE)]),
        ({"restarts:tts-auth-service": 3}, []),
        ({"wal_failures": 1}, [("WalArchiveLag", PAGE)]),
        ({"mail_tried": 10, "mail_failed": 3}, [("MailFailing", PAGE)]),
        ({"mail_tried": 10, "mail_failed": 2}, []),
        ({"mail_tried": 5, "mail_failed": 5}, []),
        ({"login_failures": 51}, [("LoginFailureSpike", WARN)]),
        ({"admins_made": 1}, [("AdminGranted", WARN)]),
    ],
)
def test_what_rises_is_found(reading, memory, counts, expected):
    assert found(reading(), rising(memory, **counts)) == expected


def test_little_memory_and_little_disk_are_found(reading, memory):
    host = reading().host
    assert found(reading(host=replace(host, memory_available=149 * 1024**2)), memory) == [("MemPressure", WARN)]
    assert found(reading(host=replace(host, disk_free=host.disk // 10)), memory) == [("DiskFull", PAGE)]


def test_refused_addresses_are_not_the_mail_servers_failure(reading):
    page = Samples()
    page.add("mail_attempts_total", 6, verdict="accepted", stage="")
    page.add("mail_attempts_total", 4, verdict="refused", stage="recipient")
    page.add("mail_attempts_total", 2, verdict="deferred", stage="connect")
    counted = counters(reading(pages={"worker": page}))
    assert (counted["mail_tried"], counted["mail_failed"]) == (12, 2)


def test_counters_that_nobody_tells_are_left_out(reading, container):
    counted = counters(reading(containers=[container("auth-service", restarts=2)]))
    assert counted == {"oom_kills": 0.0, "restarts:tts-auth-service": 2.0}

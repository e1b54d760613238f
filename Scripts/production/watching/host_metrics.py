"""What watch knows, for Prometheus: ``state/monitoring/metrics.txt``, which Prometheus serves to itself."""

from pathlib import Path

from production.files import make_folder, make_state_folder, write_atomically
from production.home import Home
from production.state import State
from production.watching.conditions import last_good_drill
from production.watching.edge_log import BOUNDS
from production.watching.exposition import Samples
from production.watching.memory import Memory
from production.watching.reading import Reading, moment_of

FOLDER, FILE = "monitoring", "metrics.txt"
READABLE, READABLE_FOLDER = 0o644, 0o755  # by the account in Prometheus' container; the folder above is closed to all others
#: metric → what it means; there are no others
HELPS = {
    "watch_last_run_timestamp_seconds": "When tts watch last looked",
    "watch_incidents": "Conditions that hold now and were told",
    "component_up": "1 if a container of this part runs and is healthy",
    "container_restarts_total": "Times that Docker started a container again",
    "container_memory_bytes": "Memory that cannot be taken from a container",
    "container_memory_limit_bytes": "Memory that a container may use",
    "container_cpu_seconds_total": "CPU time of a container",
    "probe_success": "1 if a request through the front door was answered",
    "probe_seconds": "How long that took",
    "host_memory_bytes": "Memory of the server",
    "host_memory_available_bytes": "Memory that can still be given out",
    "host_disk_bytes": "Size of the disk",
    "host_disk_free_bytes": "Free space on the disk",
    "host_disk_read_bytes_total": "Read from the disks",
    "host_disk_written_bytes_total": "Written to the disks",
    "host_network_received_bytes_total": "Came in over the network, without what stays within the server",
    "host_network_sent_bytes_total": "Left over the network, without what stays within the server",
    "host_swapped_in_pages_total": "Pages that came back from swap",
    "host_oom_kills_total": "Processes that the kernel killed for want of memory",
    "host_load": "Processes that want the CPU, over a minute",
    "host_cpus": "Processors",
    "host_clock_offset_seconds": "What the clock still has to be corrected by",
    "host_clock_synchronized": "1 if the clock follows another one",
    "certificate_expires_timestamp_seconds": "When the served certificate ends",
    "certificate_served_matches": "1 if the served certificate is the one on the disk",
    "edge_requests_total": "Requests at the front door by status",
    "edge_request_seconds_bucket": "Requests at the front door that took at most le seconds",
    "drill_last_success_timestamp_seconds": "When a restore was last tried with success; 0 for never",
    "drill_rto_seconds": "How long the last drill took until the system was back",
    "drill_rpo_seconds": "How much the last drill lost",
    "deployments_total": "Deployments by outcome",
    "deployment_last_finished_timestamp_seconds": "When the last deployment ended",
    "deployment_last_seconds": "How long the last deployment took",
    "deployment_last_downtime_seconds": "How long its probes failed",
    "deployment_last_p95_seconds": "95 % of a service's requests were answered within, before, during and after it",
    "deployment_cut_off": "1 while a deployment lies there whose tool was killed",
    "release_info": "The release of each service that is in force",
    "maintenance": "1 while the maintenance page is shown",
}


def write(home: Home, reading: Reading, memory: Memory) -> None:
    """Put the page in place, in one step."""
    folder = prepare(home)
    write_atomically(folder / FILE, page(home, reading, memory).text(HELPS), mode=READABLE)


def prepare(home: Home) -> Path:
    """The folder, which must be there before Prometheus starts."""
    folder = home.state / FOLDER
    make_state_folder(home.state)
    make_folder(folder, READABLE_FOLDER)
    return folder


def page(home: Home, reading: Reading, memory: Memory) -> Samples:
    """Every figure of HELPS that is known."""
    samples = Samples()
    samples.add("watch_last_run_timestamp_seconds", reading.at)
    samples.add("watch_incidents", sum(incident.is_told for incident in memory.incidents.values()))
    samples.add("maintenance", float(reading.is_maintenance))
    samples.add("deployment_cut_off", float(bool(reading.cut_off)))
    _add_parts(samples, reading)
    _add_host(samples, reading)
    _add_edge(samples, reading, memory)
    _add_drills(samples, reading)
    _add_deployments(samples, reading)
    for name, service in State.load(home).services.items():
        release = service.release or home.values.get("TTS_RELEASE") or "local"
        samples.add("release_info", 1.0, service=name, release=release, colour=service.colour)
    return samples


def _add_parts(samples: Samples, reading: Reading) -> None:
    for part in reading.parts:
        samples.add("component_up", float(reading.is_well(part)), component=part)
    for container in reading.containers or ():
        samples.add("container_restarts_total", float(container.restarts), container=container.name)
        use = reading.use.get(container.name)
        if use:
            samples.add("container_memory_bytes", float(use.memory), container=container.name)
            samples.add("container_memory_limit_bytes", float(container.memory_limit), container=container.name)
            samples.add("container_cpu_seconds_total", use.cpu_seconds, container=container.name)


def _add_host(samples: Samples, reading: Reading) -> None:
    host = reading.host
    samples.add("host_memory_bytes", float(host.memory))
    samples.add("host_memory_available_bytes", float(host.memory_available))
    samples.add("host_disk_bytes", float(host.disk))
    samples.add("host_disk_free_bytes", float(host.disk_free))
    samples.add("host_disk_read_bytes_total", float(host.disk_read))
    samples.add("host_disk_written_bytes_total", float(host.disk_written))
    samples.add("host_network_received_bytes_total", float(host.network_received))
    samples.add("host_network_sent_bytes_total", float(host.network_sent))
    samples.add("host_swapped_in_pages_total", float(host.swapped_in_pages))
    samples.add("host_oom_kills_total", float(host.oom_kills))
    samples.add("host_load", host.load)
    samples.add("host_cpus", float(host.cpus))
    samples.add("host_clock_offset_seconds", host.clock.offset_seconds)
    samples.add("host_clock_synchronized", float(host.clock.is_synchronized))


def _add_edge(samples: Samples, reading: Reading, memory: Memory) -> None:
    for probe in reading.probes:
        samples.add("probe_success", float(probe.is_good), target=probe.target)
        samples.add("probe_seconds", probe.seconds, target=probe.target)
    for status in sorted({"429", "502", "503", *memory.edge.statuses}):  # from zero, so that the first is seen as a rise
        samples.add("edge_requests_total", float(memory.edge.statuses.get(status, 0)), status=status)
    upto = 0
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), memory.edge.classes, strict=True):
        upto += number
        samples.add("edge_request_seconds_bucket", float(upto), le=bound)
    if reading.certificate:
        samples.add("certificate_expires_timestamp_seconds", reading.certificate.expires.timestamp())
        if reading.certificate.matches is not None:
            samples.add("certificate_served_matches", float(reading.certificate.matches))


def _add_drills(samples: Samples, reading: Reading) -> None:
    samples.add("drill_last_success_timestamp_seconds", last_good_drill(reading) or 0.0)
    for drill in [drill for drill in reading.drills if drill.get("ok")][-1:]:
        for target in ("rto", "rpo"):
            if isinstance(drill.get(f"{target}_seconds"), int | float):
                samples.add(f"drill_{target}_seconds", float(drill[f"{target}_seconds"]))


def _add_deployments(samples: Samples, reading: Reading) -> None:
    outcomes = [str(entry.get("outcome")) for entry in reading.deployments]
    for outcome in sorted({"done", "rolled back", "failed", *outcomes}):
        samples.add("deployments_total", float(outcomes.count(outcome)), outcome=outcome)
    for last in reading.deployments[-1:]:
        finished = moment_of(last, "finished")
        if finished:
            samples.add("deployment_last_finished_timestamp_seconds", finished)
        samples.add("deployment_last_seconds", float(last.get("seconds") or 0))
        samples.add("deployment_last_downtime_seconds", float(last.get("downtime_seconds") or 0))
        for phase in ("before", "during", "after"):
            for service, milliseconds in (last.get(f"p95_{phase}_ms") or {}).items():
                samples.add("deployment_last_p95_seconds", milliseconds / 1000, service=service, phase=phase)

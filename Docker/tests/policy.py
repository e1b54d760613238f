"""What must be true of every container, read from what Compose makes of its files. Each rule gives back what breaks it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
Service = Mapping[str, Any]
MIB = 1024 * 1024
MOST_TOGETHER = 2900 * MIB  # the limits of all that runs all the time; what they use is about half
MOST_FOR_A_JOB = 256 * MIB
APPS = ("auth", "ticket", "workflow", "messaging", "notification")
WEB = ("auth-service", "ticket-service", "workflow-api", "messaging-service", "notification-service")
#: networks that lead out, and who may be on them
WAYS_OUT = {
    "edge": {"nginx"},
    "egress": {"notification-worker", "certbot", "backup", "restore", "alertmanager"},
    "debug": {"db", "rabbitmq"},
    "mail_page": {"mail"},
}
INSIDE = {
    "bus": {"rabbitmq", "prometheus", *(f"{app}-{kind}" for app in APPS for kind in ("worker", "migrate"))},
    "front": {"nginx", "frontend", "prometheus", *WEB},
}
#: whom the world, and whom the server itself may reach
PUBLIC = {("nginx", 80), ("nginx", 443)}
LOCAL = {("db", 5432), ("rabbitmq", 5672), ("rabbitmq", 15672), ("mail", 8025)}
SECRET_MARKS = ("PASSWORD", "SECRET", "_KEY", "TOKEN", "PASSPHRASE", "DATABASE_URL", "BROKER_URL")
TMPFS = ("noexec", "nosuid", "nodev")
RULES: list[Callable[[Document], Iterator[str]]] = []


def violations(document: Document) -> list[str]:
    """Everything that breaks a rule, as ``service: what is wrong``."""
    return [found for rule in RULES for found in rule(document)]


def is_job(service: Service) -> bool:
    """It does something once, and ends."""
    return bool(service.get("restart") == "no")


def of_each(rule: Callable[[str, Service], Iterator[str]]) -> Callable[[str, Service], Iterator[str]]:
    """A rule about one service at a time."""

    def every(document: Document) -> Iterator[str]:
        for name, service in document["services"].items():
            yield from (f"{name}: {wrong}" for wrong in rule(name, service))

    RULES.append(every)
    return rule


def of_all(rule: Callable[[Document], Iterator[str]]) -> Callable[[Document], Iterator[str]]:
    """A rule about the whole."""
    RULES.append(rule)
    return rule


@of_each
def has_no_power(name: str, service: Service) -> Iterator[str]:
    """No capability, no way to more of them, no root, no part of the host."""
    if service.get("cap_drop") != ["ALL"] or service.get("cap_add"):
        yield "has capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "may gain privileges"
    if any("unconfined" in option for option in service.get("security_opt", [])):
        yield "runs unconfined"
    if str(service.get("user", "")).split(":")[0] in {"", "0", "root"}:
        yield "runs as root"
    if service.get("privileged") or service.get("devices") or service.get("device_cgroup_rules"):
        yield "is privileged"
    for space in ("network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup"):
        if service.get(space):
            yield f"shares {space}"


@of_each
def writes_where_it_may(name: str, service: Service) -> Iterator[str]:
    """A root file system that cannot be written, volumes for data, memory for the rest, nothing of the host."""
    if service.get("read_only") is not True:
        yield "can write into its image"
    for mount in service.get("volumes", []):
        if "docker.sock" in mount["source"]:
            yield "holds the engine's socket"
        if mount["type"] == "bind" and not mount.get("read_only"):
            yield f"can write into the host's {mount['source'].rsplit('/', 1)[-1]}"
    for mount in service.get("tmpfs", []):
        options = mount.partition(":")[2].split(",")
        if not set(TMPFS) <= set(options) or not any(option.startswith("size=") for option in options):
            yield f"{mount.partition(':')[0]} in memory is not bounded or can hold programs"


@of_each
def is_bounded(name: str, service: Service) -> Iterator[str]:
    """Memory, processes, files, logs and the time to stop."""
    if not service.get("mem_limit"):
        yield "has no memory limit"
    if not 0 < int(service.get("pids_limit") or 0) <= 256:
        yield "has no limit of processes"
    if "nofile" not in service.get("ulimits", {}):
        yield "has no limit of open files"
    if service.get("logging") != {"driver": "local", "options": {"max-size": "10m", "max-file": "3"}}:
        yield "has logs without rotation"
    if is_job(service) and int(service.get("mem_limit", 0)) > MOST_FOR_A_JOB:
        yield "is a job with more memory than is left beside the system"
    if not is_job(service) and not service.get("stop_grace_period"):
        yield "has no time to stop"


@of_each
def is_looked_after(name: str, service: Service) -> Iterator[str]:
    """Restarted and asked whether it is well, unless it is a job; of an image with a version."""
    if not is_job(service) and service.get("restart") != "unless-stopped":
        yield "is not started again"
    health = service.get("healthcheck", {})
    if not is_job(service) and (health.get("disable") or not health.get("test")):
        yield "is never asked whether it is well"
    image, _, tag = service.get("image", "").partition("@")[0].rpartition(":")
    if not image or tag in {"", "latest"} or "/" in tag:
        yield "has an image without a version"


@of_each
def keeps_secrets_in_files(name: str, service: Service) -> Iterator[str]:
    """No value of a secret is in the environment, which every `docker inspect` shows; nobody holds another's secrets."""
    for variable, value in service.get("environment", {}).items():
        is_secret = any(mark in variable for mark in SECRET_MARKS) and not variable.endswith("_FILE")
        if is_secret and value not in {None, "", "none"}:
            yield f"has the secret {variable} in its environment"
    owner = next((app for app in APPS if name.startswith(app)), None)
    for secret in service.get("secrets", []):
        of = next((app for app in APPS if secret["source"].removeprefix("migrator_").startswith(f"{app}_")), None)
        if of and owner != of and name not in {"db", "provision"}:
            yield f"holds {secret['source']}"
        if secret["source"].startswith("migrator_") and name not in {"db", "provision", f"{of}-migrate"}:
            yield f"holds {secret['source']}"
        if secret["source"] == "jwt_signing_key" and owner != "auth":
            yield "holds the signing key"


@of_each
def publishes_what_it_may(name: str, service: Service) -> Iterator[str]:
    """To the world only nginx, 80 and 443."""
    for port in service.get("ports", []):
        where = (name, int(port["target"]))
        is_local = port.get("host_ip") == "127.0.0.1"
        if where not in PUBLIC and not (where in LOCAL and is_local):
            yield f"publishes {port['target']} on {port.get('host_ip') or 'every address'}"


@of_all
def networks_are_closed(document: Document) -> Iterator[str]:
    """Every network is internal but those that lead out, and those have their few members."""
    for key, network in document["networks"].items():
        if key not in WAYS_OUT and not network.get("internal"):
            yield f"network {key}: leads out"
    members = {**WAYS_OUT, **INSIDE}
    for name, service in document["services"].items():
        if not service.get("networks"):
            yield f"{name}: is on no network of ours"
        for key in service.get("networks", {}):
            if name not in members.get(key, {name}):
                yield f"{name}: is on the network {key}"


@of_all
def waits_for_its_database(document: Document) -> Iterator[str]:
    """A web process starts after its own migrations, a worker after all: each queue must be bound before anybody publishes."""
    services = document["services"]
    for app, web in zip(APPS, WEB, strict=True):
        for name, jobs in ((web, {f"{app}-migrate"}), (f"{app}-worker", {f"{other}-migrate" for other in APPS})):
            if missing := jobs - set(_jobs_before(services, name)):
                yield f"{name}: does not wait for {', '.join(sorted(missing))}"


def _jobs_before(services: Mapping[str, Service], name: str) -> Iterator[str]:
    for other, condition in services[name].get("depends_on", {}).items():
        if condition["condition"] == "service_completed_successfully":
            yield other
            yield from _jobs_before(services, other)


@of_all
def fits_together(document: Document) -> Iterator[str]:
    """The limits of all that runs all the time; monitoring is for a larger server."""
    standing = [s for n, s in document["services"].items() if not is_job(s) and n not in {"prometheus", "alertmanager", "mail"}]
    total = sum(int(service.get("mem_limit", 0)) * int(service.get("scale", 1)) for service in standing)
    if total > MOST_TOGETHER:
        yield f"together: {total // MIB} MiB of limits"


@of_all
def is_one_of_several(document: Document) -> Iterator[str]:
    """Two deployments on one machine have no name in common."""
    for name, service in document["services"].items():
        container = service.get("container_name", f"{document['name']}-")
        if not container.startswith(f"{document['name']}-"):
            yield f"{name}: its container is called {container}"
    for kind in ("networks", "volumes"):
        for key, entry in document.get(kind, {}).items():
            if entry.get("name") != f"{document['name']}_{key}" or entry.get("external"):
                yield f"{kind} {key}: is not this deployment's own"

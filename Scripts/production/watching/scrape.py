"""The metrics pages of the containers, all at once, by their addresses: this host reaches networks that nobody else does."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException

from production.containers import Container
from production.state import COMPOSE_NAMES, PORTS, SERVICES
from production.watching.exposition import Samples

PATIENCE = 5.0  # seconds for one page
WORKER_PORT, BROKER_PORT, BACKUP_PORT = 9100, 15692, 9854
QUEUES = "/metrics/detailed?family=queue_coarse_metrics&family=queue_consumer_count"


@dataclass(frozen=True)
class Page:
    """Where one page of metrics is. ``service`` is the short name, such as ticket; ``host`` what the server wants to be called."""

    role: str
    service: str
    address: str
    port: int
    path: str = "/metrics"
    host: str = "localhost"


@dataclass(frozen=True)
class Answer:
    """A page as it was read: None where nobody answered."""

    page: Page
    samples: Samples | None


@dataclass
class Answers:
    """All that was read in one look."""

    answers: Sequence[Answer] = field(default_factory=tuple)

    def by_service(self, metric: str, **labels: str) -> dict[str, float]:
        """The highest value of a metric for each service that tells one."""
        found: dict[str, float] = {}
        for service, _, value in self.each(metric, **labels):
            found[service] = max(value, found.get(service, value))
        return found

    def highest(self, metric: str, **labels: str) -> float | None:
        """The highest value of all; None where nobody tells one."""
        return max(self.by_service(metric, **labels).values(), default=None)

    def total(self, metric: str, **labels: str) -> float | None:
        """The sum over all; None where nobody tells one."""
        found = [value for _, _, value in self.each(metric, **labels)]
        return sum(found) if found else None

    def each(self, metric: str, **labels: str) -> Iterable[tuple[str, dict[str, str], float]]:
        """(service, labels, value) of every sample."""
        for answer in self.answers:
            if answer.samples is not None:
                yield from ((answer.page.service, dict(own), value) for own, value in answer.samples.find(metric, **labels))

    def silent(self) -> list[str]:
        """Who did not answer, such as ``ticket worker``."""
        return sorted({f"{answer.page.service} {answer.page.role}" for answer in self.answers if answer.samples is None})


def pages_of(containers: Iterable[Container]) -> list[Page]:
    """Where the metrics of these containers are; both colours of a service if both run."""
    return [page for container in containers if container.state == "running" and container.addresses for page in _pages(container)]


def read_all(pages: Sequence[Page]) -> Answers:
    """Read them side by side."""
    with ThreadPoolExecutor(max_workers=8) as pool:
        return Answers([*pool.map(lambda page: Answer(page, _read(page)), pages)])


def get(address: str, port: int, path: str, host: str) -> tuple[int, str]:
    """Status and body. Raises OSError or HTTPException."""
    line = HTTPConnection(address, port, timeout=PATIENCE)
    try:
        line.request("GET", path, headers={"Host": host})
        answer = line.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        line.close()


def _pages(container: Container) -> list[Page]:
    address, compose_name = container.addresses[0], container.service.removesuffix("-green")
    for service in SERVICES:
        if compose_name == COMPOSE_NAMES[service]:
            return [Page("web", service, address, PORTS[service], host=compose_name)]
        if compose_name == f"{service}-worker":
            return [Page("worker", service, address, WORKER_PORT)]
    if compose_name == "rabbitmq":
        return [Page("broker", "rabbitmq", address, BROKER_PORT), Page("queues", "rabbitmq", address, BROKER_PORT, path=QUEUES)]
    return [Page("backup", "backup", address, BACKUP_PORT)] if compose_name == "backup" else []


def _read(page: Page) -> Samples | None:
    try:
        status, body = get(page.address, page.port, page.path, page.host)
    except (OSError, HTTPException):
        return None
    return Samples.read(body) if status == 200 else None

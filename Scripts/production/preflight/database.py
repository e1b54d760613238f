"""The database, where it runs already: whether migrations can be made."""

from collections.abc import Iterator, Mapping

from production.compose import Compose, ComposeFailed
from production.findings import Finding
from production.state import SERVICES

OWNERS = "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE '%\\_db'"


def check(compose: Compose) -> list[Finding]:
    """The owners of the five databases. Asks as the superuser over the container's own socket, and changes nothing."""
    try:
        lines = compose.exec("db", "psql", "-U", "postgres", "-AtF", " ", "-c", OWNERS, timeout=20).splitlines()
    except ComposeFailed as failure:
        return [Finding("database", f"the database runs and does not answer: {failure}", "Scripts/tts logs db")]
    return list(owners({line.split()[0]: line.split()[1] for line in lines}))


def owners(found: Mapping[str, str]) -> Iterator[Finding]:
    """``found`` is database → owner."""
    for name in (f"{service}_db" for service in SERVICES):
        if name not in found:
            yield Finding(
                "migrations",
                f"there is no database {name}",
                "Start the database with its init scripts: they make what is missing.",
                is_warning=True,
            )
        elif found[name] != "migrator":
            remedy = f"ALTER DATABASE {name} OWNER TO migrator, and its tables: migrations could not change them."
            yield Finding("migrations", f"{name} belongs to {found[name]}, not to migrator", remedy)

"""Five databases and five roles, each role owning its own database and seeing no other."""

import time
from contextlib import closing
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from ops.instance import DATABASES
from ops.secret_files import SecretFiles

#: made by the administrator, so that no service needs the right to
EXTENSIONS = ("pg_trgm", "unaccent", "btree_gist", "citext")


def wait_until_open(admin_url: str, seconds: float = 60.0) -> None:
    """Wait until the server takes connections; raise the last refusal after that many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg2.connect(admin_url, connect_timeout=3).close()
        except psycopg2.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def provision(admin_url: str, secrets: SecretFiles) -> dict[str, str]:
    """Make what is missing of the databases and roles; give back each service's own address."""
    urls = {}
    for service, name in DATABASES.items():
        password = secrets.random(f"{service}.database_password").read_text()
        _make_role_and_database(admin_url, name, password)
        _make_extensions(_address(admin_url, database=name))
        urls[service] = _address(admin_url, user=name, password=password, database=name)
    return urls


def _make_role_and_database(admin_url: str, name: str, password: str) -> None:
    role = sql.Identifier(name)
    with closing(psycopg2.connect(admin_url)) as connection:
        connection.autocommit = True  # CREATE DATABASE runs in no transaction
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(role, role))
            cursor.execute(sql.SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(role))


def _make_extensions(database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        for name in EXTENSIONS:
            cursor.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))


def _address(url: str, *, database: str, user: str = "", password: str = "") -> str:
    parts = urlsplit(url)
    credentials, _, host = parts.netloc.rpartition("@")
    if user:
        credentials = f"{quote(user, safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{credentials}@{host}", path=f"/{database}"))

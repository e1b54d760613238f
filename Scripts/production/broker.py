"""The broker's users and what each may touch: ``state/rabbitmq/definitions.json``, which RabbitMQ reads at each start. Hashes alone."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from pathlib import Path
from typing import Any

from production.compose import Compose, ComposeFailed
from production.files import make_folder, write_atomically
from production.home import Home
from production.secret_files import SecretFiles
from production.state import DJANGO_NAMES, SERVICES

SALT_BYTES = 4  # as RabbitMQ has it
ENTRY_WITHIN = 60.0  # seconds
#: the first words of the routing keys that a service may publish: what it alone tells of (servicekit/contracts/<service>.py)
TELLS = {
    "auth": ("assignment", "role", "session", "user"),
    "ticket": ("ticket",),
    "workflow": ("sla", "task", "workflow"),
    "messaging": ("comment",),
    "notification": ("notice",),
}
IMPORT = "set -eu; umask 077; file=$(mktemp); trap 'rm -f $file' EXIT; cat >$file; rabbitmqctl --silent import_definitions $file"


def write_definitions(home: Home) -> bool:
    """Write the users of the passwords at hand and their rights; True if that changed anything."""
    path, wanted = _path(home), _wanted(home)
    if path.is_file() and path.read_text(encoding="utf-8") == wanted:
        return False
    make_folder(path.parent)
    write_atomically(path, wanted, mode=0o444)  # read in a container under RabbitMQ's own account
    return True


def is_outdated(home: Home) -> bool:
    """Whether the file says something else than the passwords at hand."""
    return not _path(home).is_file() or _path(home).read_text(encoding="utf-8") != _wanted(home)


def tell(compose: Compose) -> None:
    """Give the running broker the users as they are written, and wait until it lets them in. Raises ComposeFailed."""
    document = _path(compose.home).read_text(encoding="utf-8")
    compose.exec("rabbitmq", "sh", "-c", IMPORT, input=document, timeout=120)  # from a file: from the standard input it never ends
    for service in SERVICES:
        _await_entry(compose, service, SecretFiles(compose.home.secrets).read(f"{service}_broker_password"))
    write_atomically(_told(compose.home), _digest(document))


def _await_entry(compose: Compose, user: str, password: str) -> None:
    """The import goes on after its command has ended."""
    deadline = time.monotonic() + ENTRY_WITHIN
    while True:
        try:
            compose.exec("rabbitmq", "rabbitmqctl", "authenticate_user", user, input=f"{password}\n", timeout=60)
        except ComposeFailed:
            if time.monotonic() > deadline:
                raise
            time.sleep(1.0)
        else:
            return


def is_told(home: Home, started: float) -> bool:
    """Whether the broker knows the users as they are written: it read them when it started (seconds since 1970), or was told since."""
    path, told = _path(home), _told(home)
    if not path.is_file() or path.stat().st_mtime < started:
        return True
    return told.is_file() and told.read_text(encoding="utf-8") == _digest(path.read_text(encoding="utf-8"))


def _told(home: Home) -> Path:
    return home.state / "rabbitmq" / "told"


def _digest(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


def _path(home: Home) -> Path:
    return home.state / "rabbitmq" / "definitions.json"


def _wanted(home: Home) -> str:
    path = _path(home)
    passwords = {service: SecretFiles(home.secrets).read(f"{service}_broker_password") for service in SERVICES}
    known = _hashes(path.read_text(encoding="utf-8")) if path.is_file() else {}
    hashes = {user: known[user] if matches(password, known.get(user, "")) else hashed(password) for user, password in passwords.items()}
    return json.dumps(definitions(hashes), indent=2) + "\n"


def definitions(hashes: dict[str, str]) -> dict[str, Any]:
    """The document. A user may touch its own queues and the two exchanges, tell its own facts alone, and administer nothing."""
    return {
        "users": [_user(name, password_hash) for name, password_hash in hashes.items()],
        "vhosts": [{"name": "/"}],
        "permissions": [_permission(name) for name in hashes],
        "topic_permissions": [permission for name in hashes for permission in _topic_permissions(name)],
    }


def hashed(password: str) -> str:
    """The salted hash as RabbitMQ keeps it."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def matches(password: str, password_hash: str) -> bool:
    """Whether a hash is of this password."""
    raw = base64.b64decode(password_hash)
    salt, digest = raw[:SALT_BYTES], raw[SALT_BYTES:]
    return hmac.compare_digest(hashlib.sha256(salt + password.encode()).digest(), digest)


def _user(name: str, password_hash: str) -> dict[str, Any]:
    return {"name": name, "password_hash": password_hash, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}


def _permission(user: str) -> dict[str, str]:
    queue = re.escape(f"{DJANGO_NAMES[user]}.events")
    own = rf"^({queue}(\.dead)?|tts\.events|tts\.dead)$"
    return {"user": user, "vhost": "/", "configure": own, "write": own, "read": own}


def _topic_permissions(user: str) -> list[dict[str, str]]:
    """What it hears is for its release to say, which binds what its handlers take. Into dead letters nobody but the broker writes."""
    tells = {"tts.events": rf"^({'|'.join(TELLS[user])})\.", "tts.dead": "^$"}
    return [{"user": user, "vhost": "/", "exchange": exchange, "write": keys, "read": ".*"} for exchange, keys in tells.items()]


def _hashes(text: str) -> dict[str, str]:
    try:
        return {user["name"]: user["password_hash"] for user in json.loads(text)["users"]}
    except (ValueError, KeyError, TypeError):
        return {}  # damaged: it is made anew

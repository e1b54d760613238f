"""Makes the passwords and keys of the development containers, once, into a volume. No value of theirs is in the repository."""

import json
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

FOLDER = Path("/run/secrets")
QUEUES = {
    "auth": "auth",
    "ticket": "ticket_service",
    "workflow": "workflow_api",
    "messaging": "messaging",
    "notification": "notification_service",
}


def keep(name: str, value: str) -> str:
    """The content of a secret's file, made when it does not exist."""
    path = FOLDER / name
    if not path.exists():
        path.write_text(value)
        path.chmod(0o444)
    return path.read_text()


def user(name: str, password: str, rights: str, tags: str = "") -> tuple[dict[str, str], dict[str, str]]:
    """A broker user and what it may touch."""
    permission = {"user": name, "vhost": "/", "configure": rights, "write": rights, "read": rights}
    return {"name": name, "password": password, "tags": tags}, permission


def main() -> None:
    """Everything that the Compose file of development mounts at /run/secrets."""
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    keep("jwt_signing_key", key)
    keep("db_password", secrets.token_hex(32))
    migrator = keep("migrator_password", secrets.token_hex(32))
    users = [user("admin", keep("broker_admin_password", secrets.token_hex(12)), ".*", "administrator")]
    for service, queue in QUEUES.items():
        keep(f"{service}_django_secret_key", secrets.token_hex(40))
        password = keep(f"{service}_db_password", secrets.token_hex(32))
        keep(f"{service}_database_url", f"postgresql://{service}_app:{password}@db:5432/{service}_db")
        keep(f"migrator_{service}_database_url", f"postgresql://migrator:{migrator}@db:5432/{service}_db")
        broker = keep(f"{service}_broker_password", secrets.token_hex(32))
        keep(f"{service}_broker_url", f"amqp://{service}:{broker}@rabbitmq:5672//")
        users.append(user(service, broker, rf"^({re.escape(queue)}\.events(\.dead)?|tts\.events|tts\.dead)$"))
    accounts, permissions = zip(*users, strict=True)
    keep("definitions.json", json.dumps({"users": accounts, "vhosts": [{"name": "/"}], "permissions": permissions}))


if __name__ == "__main__":
    main()

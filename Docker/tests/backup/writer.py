"""Runs inside the ticket service's container: files tickets without pause, some with a file, and prints each that was accepted.

Arguments: e-mail, password, seconds, tickets a second, the host that logs in. The first line is the process's number; the others are
JSON: number, at (epoch seconds of the answer), sha256 or null.
"""

import hashlib
import json
import os
import sys
import time
from uuid import uuid4

import httpx

AUTH, TICKET = f"http://{sys.argv[5]}:8000", "http://localhost:8000"


def main() -> None:
    """Until the time is up, or the system is gone."""
    email, password, seconds, rate = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    sys.stdout.write(f"{os.getpid()}\n")
    client = httpx.Client(timeout=20)
    end, token = time.time() + seconds, log_in(client, email, password)
    count = 0
    while time.time() < end:
        began = time.time()
        try:
            digest, attachments = None, []
            if count % 5 == 0:
                content = b"note " + os.urandom(2000).hex().encode()
                answer = client.post(f"{TICKET}/api/v1/attachments/", files={"file": ("note.txt", content)}, headers=bearer(token))
                answer.raise_for_status()
                digest, attachments = hashlib.sha256(content).hexdigest(), [answer.json()["id"]]
            body = {"category": "others", "subject": f"Load {count}", "description": "x" * 500, "attachments": attachments}
            headers = bearer(token) | {"Idempotency-Key": str(uuid4())}
            answer = client.post(f"{TICKET}/api/v1/tickets/", json=body, headers=headers)
            if answer.status_code == 401:
                token = log_in(client, email, password)
                continue
            answer.raise_for_status()
        except httpx.HTTPError as failure:
            sys.stderr.write(f"{failure!r} {getattr(getattr(failure, 'response', None), 'text', '')[:300]}\n")
            time.sleep(0.2)
            continue
        sys.stdout.write(json.dumps({"number": answer.json()["number"], "at": time.time(), "sha256": digest}) + "\n")
        sys.stdout.flush()
        count += 1
        time.sleep(max(0.0, 1 / rate - (time.time() - began)))


def log_in(client: httpx.Client, email: str, password: str) -> str:
    """An access token."""
    answer = client.post(f"{AUTH}/api/v1/auth/token/", json={"email": email, "password": password})
    answer.raise_for_status()
    return str(answer.json()["access"])


def bearer(token: str) -> dict[str, str]:
    """The header."""
    return {"Authorization": f"Bearer {token}"}


if __name__ == "__main__":
    main()

"""Runs inside a restored system: somebody files a ticket, somebody approves it, the workflow takes it. Prints JSON.

It is given to Python in a service's container, where httpx is and this repository is not. Its argument is JSON: two log-ins.
"""

import json
import sys
import time
from typing import Any
from uuid import uuid4

import httpx

PATIENCE = 60.0  # seconds
AUTH, TICKET = "http://auth-service:8000", "http://ticket-service:8000"


def main() -> None:
    """The whole way. Ends with a message and exit code 1 where it does not go on."""
    requester, coordinator = (log_in(*words) for words in json.loads(sys.argv[1]))
    began = time.monotonic()
    filed = ask("POST", "/api/v1/tickets/", requester, request(requester), **{"Idempotency-Key": str(uuid4())})
    path = f"/api/v1/tickets/{filed['number']}/"
    ask("POST", f"{path}approve/", coordinator, {"priority": "low", "department": "IT"})
    ticket = filed
    while not ticket["step"] and ticket["status"] != "pending":
        if time.monotonic() - began > PATIENCE:
            sys.exit(f"ticket {filed['number']} is {ticket['status']} after {PATIENCE:.0f} s: no workflow has taken it")
        time.sleep(0.5)
        ticket = ask("GET", path, coordinator)
    seconds = round(time.monotonic() - began, 1)
    sys.stdout.write(json.dumps({"number": filed["number"], "status": ticket["status"], "step": ticket["step"], "seconds": seconds}))


def log_in(email: str, password: str) -> str:
    """An access token; the password has just been set, and may take a moment to be true."""
    answer = httpx.post(f"{AUTH}/api/v1/auth/token/", json={"email": email, "password": password}, timeout=20)
    if not answer.is_success:
        sys.exit(f"{email} cannot log in: {answer.status_code} {answer.text[:200]}")
    return str(answer.json()["access"])


def request(token: str) -> dict[str, Any]:
    """A ticket of the first category that asks for nothing."""
    for category in ask("GET", "/api/v1/categories/", token):
        if category["is_active"] and not category["subcategories"] and not any(field["required"] for field in category["fields"]):
            return {"category": category["slug"], "subject": "Restore drill", "description": "Filed in a copy of the system."}
    sys.exit("there is no category that a ticket can be filed in without answering questions")


def ask(method: str, path: str, token: str, body: Any = None, **headers: str) -> Any:
    """What the ticket service answers."""
    answer = httpx.request(method, TICKET + path, json=body, headers={"Authorization": f"Bearer {token}", **headers}, timeout=20)
    if not answer.is_success:
        sys.exit(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
    return answer.json()


if __name__ == "__main__":
    main()

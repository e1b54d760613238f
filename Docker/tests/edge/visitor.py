"""A visitor with an address of his own, run within a container; the outcome is JSON.

``visitor.py burst HOST COUNT PATH …`` sends so many requests at once; ``visitor.py sockets HOST COUNT`` opens WebSockets and holds them.
"""

import json
import socket
import ssl
import sys
import time
from collections import Counter
from urllib.parse import urlsplit

EDGE = ("nginx", 443)
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE


def connect(host: str) -> ssl.SSLSocket:
    return context.wrap_socket(socket.create_connection(EDGE, timeout=20), server_hostname=urlsplit(f"//{host}").hostname)


def burst(host: str, count: int, *paths: str) -> dict[str, object]:
    """All requests over one connection, path after path; the answers by status, and the head and body of the last one."""
    requests = [f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: {host}\r\n\r\n" for number in range(count)]
    with connect(host) as connection:
        started = time.monotonic()
        connection.sendall("".join(requests).encode())
        connection.settimeout(3)
        received = b""
        while received.count(b"HTTP/1.1 ") < count and (more := connection.recv(65536)):
            received += more
    seconds = time.monotonic() - started
    answers = received.decode("latin-1").split("HTTP/1.1 ")[1:]
    return {"statuses": Counter(answer[:3] for answer in answers), "last": answers[-1], "seconds": seconds}


def sockets(host: str, count: int) -> dict[str, object]:
    """One handshake after the other; what each was answered."""
    request = f"GET /ws/ HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"
    held, statuses = [], Counter[str]()
    for _ in range(count):
        connection = connect(host)
        connection.sendall(request.encode())
        statuses[connection.recv(4096).split(b" ")[1].decode()] += 1
        held.append(connection)
        time.sleep(0.02)  # the limit of handshakes is another one
    return {"statuses": statuses}


command, host, count, *paths = sys.argv[1:]
print(json.dumps(burst(host, int(count), *paths) if command == "burst" else sockets(host, int(count))))  # noqa: T201 - its output

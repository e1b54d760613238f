"""The same with real Daphne processes and a real WebSocket client: what the transport adds or takes away."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections, transaction
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from comments import audiences, services
from comments.models import Comment
from servicekit.principal import Principal
from servicekit.stream.rows import append, latest
from servicekit.testing.keys import token_for
from servicekit.testing.postgres import free_port
from tests.factories import make_conversation

pytestmark = [pytest.mark.slow, pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]
ORIGIN = "http://testserver"


class Daphne:
    """A real process on a port of its own, on the tests' database."""

    def __init__(self, port: int) -> None:
        self.port = port
        database = connection.settings_dict
        address = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), "messaging.asgi:application"]
        self.process = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": address}, stdout=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self.process.poll() is None, "Daphne ended"
            time.sleep(0.05)
        raise AssertionError("Daphne does not answer")

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def memory(self) -> float:
        """MiB that are its own or its share."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def connect(self, who: Principal | None, **headers: str) -> Any:
        """A page of ours with the person's cookie, unless the headers say otherwise; it reads whatever the test is doing."""
        sent = {"Origin": ORIGIN} | ({"Cookie": f"tts_access={token_for(who)}"} if who else {}) | headers
        url = f"ws://127.0.0.1:{self.port}/ws/"
        return connect(url, additional_headers=sent, compression=None, ping_interval=None, open_timeout=10, max_queue=None)


@pytest.fixture
def daphne(transactional_db: None) -> Iterator[Callable[..., Daphne]]:
    """``daphne()`` starts a process; all of them end with the test."""
    started: list[Daphne] = []

    def start(port: int = 0) -> Daphne:
        started.append(Daphne(port or free_port()))
        return started[-1]

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def database() -> Iterator[Callable[..., Any]]:
    """``await database(function, …)``: in a thread with a connection of its own."""
    threads = ThreadPoolExecutor(1)

    async def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, lambda: function(*args, **kwargs))

    yield run
    threads.submit(connections.close_all)
    threads.shutdown(wait=True)


async def hear(page: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(15):
        frame: dict[str, Any] = json.loads(await page.recv())
        return frame


async def subscribe(page: ClientConnection, topic: str, after: int | None = None) -> None:
    await page.send(json.dumps({"type": "subscribe", "topic": topic, "after": after}))


async def close_code(page: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await page.recv()
    return page.close_code


def post(thread, by, body: str) -> Comment:
    return services.post_comment(ticket_id=thread.ticket_id, body=body, visibility="public", by=by)


async def test_a_forged_handshake_is_answered_with_403(daphne, principal):
    server = daphne()
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Cookie": ""}):
        with pytest.raises(InvalidStatus) as refused:
            await server.connect(principal(), **headers)
        assert refused.value.response.status_code == 403


async def test_a_bad_frame_closes_the_socket_with_its_code(daphne, principal):
    server = daphne()
    for message, code in [("{", 1007), (b"\x00", 1007), (ping_of(65_537), 1009)]:
        async with server.connect(principal()) as page:
            await page.send(message)
            assert await close_code(page) == code
    async with server.connect(principal()) as page:
        await page.send(ping_of(65_536))
        assert await hear(page) == {"type": "pong"}


def ping_of(size: int) -> str:
    return '{"type":"ping","pad":"' + "x" * (size - 24) + '"}'


async def test_after_a_kill_everybody_comes_back_and_hears_everything_once(daphne, principal, database):
    rita, people = principal(), [principal("hdts.coordinator") for _ in range(30)]
    thread = await database(make_conversation, requester=rita)
    start = await database(latest)
    topic, port, heard = f"ticket:{thread.ticket_id}", free_port(), {who.id: [start] for who in people}
    all_listen = asyncio.Barrier(len(people) + 1)

    async def listen(who: Principal, until: str) -> None:
        """Come with the last number, hear until somebody says ``until`` or the server dies."""
        async with current.connect(who) as page:
            await subscribe(page, topic, heard[who.id][-1])
            with contextlib.suppress(ConnectionClosed):
                while True:
                    frame = await hear(page)
                    if frame["type"] == "subscribed" and until == "never":
                        await all_listen.wait()
                    if frame["type"] == "event":
                        heard[who.id].append(frame["number"])
                        if frame["body"]["body"] == until:
                            return

    current = daphne(port)
    pages = [asyncio.create_task(listen(who, "never")) for who in people]
    await all_listen.wait()
    for number in range(20):
        await database(post, thread, rita, str(number))
        if number == 10:
            current.kill()
    await asyncio.gather(*pages)
    current = daphne(port)
    pages = [asyncio.create_task(listen(who, "last")) for who in people]
    await database(post, thread, rita, "last")
    await asyncio.gather(*pages)
    rows = await database(numbers_of, thread)
    assert len(rows) == 21
    assert all(numbers[1:] == rows for numbers in heard.values())


async def test_at_the_end_of_a_process_everybody_is_sent_to_the_next_one_and_hears_everything_once(daphne, principal, database):
    rita, people = principal(), [principal("hdts.coordinator") for _ in range(40)]
    thread = await database(make_conversation, requester=rita)
    topic, start = f"ticket:{thread.ticket_id}", await database(latest)
    old, new = daphne(), daphne()
    heard, codes, closed_at = {who.id: [start] for who in people}, [], []
    all_listen = asyncio.Barrier(len(people) + 1)

    async def listen(server: Daphne, who: Principal) -> None:
        """Hear until somebody says ``last`` or the socket is closed."""
        async with server.connect(who) as page:
            await subscribe(page, topic, heard[who.id][-1])
            with contextlib.suppress(ConnectionClosed):
                while True:
                    frame = await hear(page)
                    if frame["type"] == "subscribed" and server is old:
                        await all_listen.wait()
                    if frame["type"] == "event":
                        heard[who.id].append(frame["number"])
                        if frame["body"]["body"] == "last":
                            return
            codes.append(page.close_code)
            closed_at.append(time.monotonic())

    async def follow(who: Principal) -> None:
        await listen(old, who)
        await listen(new, who)

    pages = [asyncio.create_task(follow(who)) for who in people]
    await all_listen.wait()
    old.process.send_signal(signal.SIGTERM)
    for number in range(20):
        await database(post, thread, rita, str(number))
        await asyncio.sleep(0.1)
    await database(post, thread, rita, "last")
    await asyncio.gather(*pages)
    assert (codes, await asyncio.to_thread(old.process.wait, 10)) == ([1012] * 40, 0)
    assert max(closed_at) - min(closed_at) > 0.5  # 40 within 1.6 s: not all at once
    rows = await database(numbers_of, thread)
    assert len(rows) == 21
    assert all(numbers[1:] == rows for numbers in heard.values())


async def test_at_the_end_of_a_process_a_request_is_still_answered_and_no_connection_is_taken(daphne, principal, database):
    import httpx

    rita, server = principal(), daphne()
    thread = await database(make_conversation, requester=rita)
    headers = {"Authorization": f"Bearer {token_for(rita)}"}
    said = {"ticket_id": str(thread.ticket_id), "body": "Late"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers, trust_env=False, timeout=20) as client:
        with contextlib.ExitStack() as stack:
            await database(lambda: stack.enter_context(transaction.atomic()))
            await database(lock_the_stream)
            answer = asyncio.create_task(client.post("/api/v1/comments/", json=said))
            await asyncio.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            await asyncio.sleep(1)
            assert server.process.poll() is None
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", server.port))
            await database(stack.close)
        assert (await answer).status_code == 201
    assert await asyncio.to_thread(server.process.wait, 10) == 0


def lock_the_stream() -> None:
    """Whoever writes a live row waits until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE stream_streamrow IN EXCLUSIVE MODE")


def numbers_of(thread) -> list[int]:
    from servicekit.stream.rows import read_after

    return [row.number for row in read_after(0, [audiences.thread(thread.ticket_id, "public")])]


async def test_two_processes_tell_the_same_and_pass_typing_on(daphne, principal, database):
    rita, olga = principal(name="Rita"), principal("hdts.coordinator")
    thread = await database(make_conversation, requester=rita)
    topic = f"ticket:{thread.ticket_id}"
    async with daphne().connect(rita) as hers, daphne().connect(olga) as his:
        for page in (hers, his):
            await subscribe(page, topic)
            assert (await hear(page))["type"] == "subscribed"
        await hers.send(json.dumps({"type": "typing", "topic": topic}))
        assert await hear(his) == {"type": "typing", "topic": topic, "person": {"id": str(rita.id), "name": "Rita"}}
        await database(post, thread, rita, "Hello")
        assert await hear(his) == await hear(hers)


def write_many(audience: str, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            append(audience, "told", {"n": number, "body": "x" * 40_000})


async def test_a_browser_that_stops_reading_is_cut_off_within_bounds_and_the_others_hear_everything(daphne, principal, database):
    me, server, count = principal(), daphne(), 900
    with contextlib.closing(stop_reading(server, me)) as stalled:
        async with server.connect(me) as quick:
            await subscribe(quick, "me")
            assert (await hear(quick))["type"] == "subscribed"
            await asyncio.sleep(0.3)
            before = server.memory()
            for _ in range(3):
                await database(write_many, audiences.person(me.id), count // 3)
                assert [(await hear(quick))["body"]["n"] for _ in range(count // 3)] == list(range(count // 3))
            assert server.memory() - before < 40
        assert await asyncio.to_thread(close_frame, stalled) in {1013, None}


def stop_reading(server: Daphne, who: Principal) -> socket.socket:
    """A socket that subscribes and then never reads, with small buffers."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("127.0.0.1", server.port))
    raw.sendall(
        f"GET /ws/ HTTP/1.1\r\nHost: testserver\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: {ORIGIN}\r\nCookie: tts_access={token_for(who)}\r\n\r\n".encode()
    )
    assert raw.recv(12) == b"HTTP/1.1 101"
    message = b'{"type":"subscribe","topic":"me"}'
    raw.sendall(bytes([0x81, 0x80 | len(message), 0, 0, 0, 0]) + message)
    return raw


def close_frame(raw: socket.socket) -> int | None:
    """Read on to the end: the code of the close frame, or None if the connection was cut before it came through."""
    raw.settimeout(10)
    received = b""
    with contextlib.suppress(ConnectionError):
        while chunk := raw.recv(1 << 20):
            received += chunk
    return int.from_bytes(received[-2:], "big") if received[-4:-2] == b"\x88\x02" else None


async def test_the_api_answers_beside_the_socket(daphne, principal, database):
    import httpx

    rita, server = principal(), daphne()
    thread = await database(make_conversation, requester=rita)
    headers = {"Authorization": f"Bearer {token_for(rita)}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=headers, trust_env=False) as client:
        assert (await client.get("/livez")).json() == {"status": "alive"}
        body = json.dumps({"ticket_id": str(thread.ticket_id), "body": "Grüße"}).encode()
        json_type = {"Content-Type": "application/json"}

        async def in_chunks():
            yield body[:10]
            yield body[10:]

        for content in (body, in_chunks()):
            assert (await client.post("/api/v1/comments/", content=content, headers=json_type)).status_code == 201
        listed = await client.get("/api/v1/comments/", params={"ticket": str(thread.ticket_id)})
        assert [row["body"] for row in listed.json()["results"]] == ["Grüße", "Grüße"]
        assert (await client.get("/nowhere")).status_code == 404
        large = await client.post("/api/v1/comments/", content=b"x" * (2 * 1024 * 1024 + 1), headers=json_type)
        assert (large.status_code, large.json()["code"]) == (413, "body_too_large")
        answers = await asyncio.gather(*(client.get("/api/v1/comments/", params={"ticket": str(thread.ticket_id)}) for _ in range(40)))
        assert {answer.status_code for answer in answers} == {200}
    assert await database(connections_of_daphne) <= 5


def connections_of_daphne() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) - 2 FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])

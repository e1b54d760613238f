"""The sender of the load: what it counts is what somebody with a browser would have seen."""

import asyncio
import ssl

import pytest

from Docker.tests.deployment.people import Outcome, People, Work
from Docker.tests.deployment.wire import Wire
from production.backup.agent import certificates

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\ndown"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
HANGS_UP = b""


class Server:
    """Answers each request with the next of some answers, and ends the connection after one that is the last or not whole."""

    def __init__(self, *answers: bytes) -> None:
        self._answers, self.connections = list(answers), 0

    async def talk(self, reader, writer):
        self.connections += 1
        while self._answers:
            await reader.readuntil(b"\r\n\r\n")
            answer = self._answers.pop(0)
            writer.write(answer)
            if answer in {LAST, HALF, HANGS_UP}:
                break
        writer.close()


@pytest.fixture
def ask(tmp_path):
    """``ask(server, 3)``: what became of three requests to it, one after the other."""
    certificates.ensure(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "db.crt", tmp_path / "db.key")

    async def run(server: Server, requests: int) -> Outcome:
        async with await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=context) as listening:
            work = Work("tts.test", listening.sockets[0].getsockname()[1], "7", "TTS-7", {}, rate=1, sockets=0)
            people, wire = People(work), Wire(work.host, work.port, work.context)
            for number in range(1, requests + 1):
                await people.ask(wire, number)
            wire.close()
        return people.outcome

    return lambda server, requests: asyncio.run(run(server, requests))


def counted(outcome: Outcome) -> tuple[dict[str, int], int, int, int]:
    return dict(outcome.statuses), len(outcome.seconds), len(outcome.failures), outcome.raced


def test_a_connection_is_used_until_the_server_ends_it(ask):
    server = Server(OK, CHUNKED, LAST, OK)
    assert (counted(ask(server, 4)), server.connections) == (({"200": 4}, 4, 0, 0), 2)


def test_an_answer_of_failure_is_a_failure(ask):
    outcome = ask(Server(OK, DOWN), 2)
    assert counted(outcome) == ({"200": 1, "503": 1}, 2, 1, 0)
    assert outcome.failures[0].endswith("GET /api/v1/categories/: 503 down")


@pytest.mark.parametrize("end", [HALF, HANGS_UP], ids=["half an answer", "no answer"])
def test_a_dropped_request_is_sent_again_once_as_a_browser_does(ask, end):
    assert counted(ask(Server(OK, end, OK), 2)) == ({"200": 2}, 2, 0, 1)
    assert counted(ask(Server(OK, end, end), 2)) == ({"200": 1}, 2, 1, 1)


def test_nobody_there_is_a_failure_at_once(ask, unused_tcp_port_factory):
    async def run() -> Outcome:
        people = People(Work("tts.test", unused_tcp_port_factory(), "7", "TTS-7", {}, rate=1, sockets=0))
        await people.ask(Wire("tts.test", people.work.port, people.work.context), 1)
        return people.outcome

    assert counted(asyncio.run(run())) == ({}, 1, 1, 0)

"""Clients that are slow, many, or speak no HTTP: refused or let go, never a 500, never a hang."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import web

from schemas.settings import Http
from streams.web import BoundedRunner
from tests.door import Door

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Connection]]

_PATIENCE = 20.0

STRANGE = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)),
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
    b"POST /clips HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /clips HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    b"POST /clips HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /clips HTTP/1.1\r\nHost: a\r\nIdempotency-Key: a\x00\r\nContent-Length: 0\r\n\r\n",
    b"POST /clips HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    b"GET /videos/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /videos/../../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET //etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
]
"""What is no request, or none of ours."""


@asynccontextmanager
async def served(door: Door, *, most: int = 50, idle: float = 30.0) -> AsyncIterator[Connect]:
    """Opens connections to the application as a worker serves it."""
    runner = BoundedRunner(door.application(), most, idle=idle)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    opened: list[asyncio.StreamWriter] = []

    async def connect() -> Connection:
        reader, writer = await asyncio.open_connection(host, port)
        opened.append(writer)
        return reader, writer

    try:
        async with asyncio.timeout(_PATIENCE):
            yield connect
    finally:
        for writer in opened:
            writer.close()
        await runner.cleanup()


async def ask(connect: Connect, path: str) -> bytes:
    """The whole answer on a connection of its own."""
    reader, writer = await connect()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    return await reader.read()


def said(door: Door, request: bytes) -> bytes:
    """All that a client hears that says only this, until it is let go."""

    async def talk() -> bytes:
        async with served(door, idle=0.3) as connect:
            reader, writer = await connect()
            writer.write(request)
            return await reader.read()

    return asyncio.run(talk())


def test_a_client_that_sends_half_a_request_is_let_go(door: Door) -> None:
    async def talk() -> bytes:
        async with served(door, idle=0.1) as connect:
            reader, writer = await connect()
            writer.write(b"GET /health HTTP/1.1\r\nHost:")
            return await reader.read()

    assert asyncio.run(talk()) == b""


def test_a_client_that_trickles_is_let_go_all_the_same(door: Door) -> None:
    async def talk() -> bytes:
        async with served(door, idle=0.3) as connect:
            reader, writer = await connect()
            ended = asyncio.ensure_future(reader.read())
            writer.write(b"GET /health HTTP/1.1\r\nHost: a\r\n")
            while not ended.done():
                writer.write(b"a: a\r\n")
                await asyncio.wait({ended}, timeout=0.02)
            return await ended

    assert asyncio.run(talk()) == b""


def test_a_body_that_trickles_is_refused_and_its_connection_ends(door: Door) -> None:
    door.http = Http(body_timeout=0.1)

    async def talk() -> bytes:
        async with served(door) as connect:
            reader, writer = await connect()
            writer.write(
                b"POST /clips HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                b"Content-Length: 1000\r\n\r\n{"
            )
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write_eof()
            await reader.read()
            return head

    head = asyncio.run(talk())
    assert head.startswith(b"HTTP/1.1 408 ")
    assert b"Connection: close" in head


def test_more_connections_than_allowed_are_told_so_and_the_others_go_on(door: Door) -> None:
    async def talk() -> tuple[bytes, bytes, bytes]:
        async with served(door, most=5) as connect:
            idle = [await connect() for _ in range(5)]
            # Accepted is not yet counted: one that has been answered is.
            for reader, writer in idle:
                writer.write(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n")
                await reader.readuntil(b"\r\n\r\n")
            reader, writer = await connect()
            writer.write(b"GET /clips HTTP/1.1\r\nHost: a\r\n\r\n")
            refused = await reader.read()
            reader, writer = idle[0]
            writer.write(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answered = await reader.read()
            reader, writer = await connect()
            writer.write(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return refused, answered, await reader.read()

    refused, answered, again = asyncio.run(talk())
    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"HTTP/1.1 200 OK" in answered
    assert again.startswith(b"HTTP/1.1 200 OK")


def test_a_viewer_that_leaves_in_the_middle_is_nothing_for_the_log(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    answer, _ = door.publish("a", bytes(16_000_000))
    assert answer.video is not None
    head = f"GET {answer.video.download_url} HTTP/1.1\r\nHost: a\r\n\r\n".encode()

    async def talk() -> None:
        async with served(door) as connect:
            reader, writer = await connect()
            writer.write(head)
            await reader.readuntil(b"\r\n\r\n")
            writer.transport.abort()

    asyncio.run(talk())
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


def test_probes_are_answered_when_no_more_connections_are_allowed(door: Door) -> None:
    async def talk() -> list[bytes]:
        async with served(door, most=1) as connect:
            reader, writer = await connect()
            writer.write(b"GET /healthz/live HTTP/1.1\r\nHost: a\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            answers = []
            for path in (b"/healthz/live", b"/health", b"/healthz/ready"):
                reader, writer = await connect()
                writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: a\r\n\r\n")
                answers.append(await reader.read())
            return answers

    live, health, ready = asyncio.run(talk())
    assert live.startswith(b"HTTP/1.1 200 ")
    assert health.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After" in health
    assert ready.endswith(b'{"status":"ok"}')


def test_not_even_probes_get_connections_without_end(door: Door) -> None:
    async def talk() -> list[bytes]:
        async with served(door, most=1) as connect:
            many = [await connect() for _ in range(20)]
            return [await reader.read() for reader, _ in many[10:]]

    assert all(answer.startswith(b"HTTP/1.1 503 ") for answer in asyncio.run(talk()))


@pytest.mark.parametrize("number", range(len(STRANGE)))
def test_what_is_no_request_of_ours_is_refused(door: Door, number: int) -> None:
    answer = said(door, STRANGE[number])
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert b"root:" not in answer
    assert b"Traceback" not in answer
    assert not door.broker.sent


@pytest.mark.parametrize("field", ["camera_id", "incident_id", "type"])
def test_a_field_cannot_become_a_header(door: Door, field: str) -> None:
    tree = {"camera_id": "camera1", "timestamp": "2025-08-29T14:30:15"}
    body = json.dumps(tree | {field: "a\r\nSet-Cookie: x=1\r\n\r\n<p>"}).encode()
    head = b"POST /clips HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
    answer = said(door, head + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    assert answer.startswith((b"HTTP/1.1 202", b"HTTP/1.1 422"))
    headers = answer.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert not any(line.lower().startswith(b"set-cookie") for line in headers)


def test_a_download_that_nobody_takes_is_ended(door: Door) -> None:
    door.http = Http(stall_timeout=0.2)
    content = bytes(32_000_000)
    answer, _ = door.publish("a", content)
    assert answer.video is not None
    head = f"GET {answer.video.download_url} HTTP/1.1\r\nHost: a\r\n\r\n".encode()

    async def talk() -> int:
        async with served(door) as connect:
            reader, writer = await connect()
            writer.write(head)
            await reader.readuntil(b"\r\n\r\n")
            # Nothing is taken until the server has counted the download as ended.
            while b'route="/videos/{file}"' not in await ask(connect, "/metrics"):
                pass
            taken = 0
            with suppress(ConnectionError):
                while part := await reader.read(1_000_000):
                    taken += len(part)
            return taken

    assert asyncio.run(talk()) < len(content)

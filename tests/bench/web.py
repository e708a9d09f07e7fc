"""A web server under load: started as the product starts it, asked over eight connections."""

import asyncio
import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from config import env
from tests.bench.place import MAIN, Place

CONNECTIONS = 8
OURS = "config.wsgi:application"
BARE = "tests.bench.bare:application"


@contextmanager
def serving(place: Place, application: str, database: str = MAIN) -> Iterator[int]:
    """The port of a server that answers; it ends with all its workers."""
    port = _free_port()
    command = [*place.web_command(port)[:-1], application]
    with (place.places.log / "bench-web.log").open("a") as log:
        server = subprocess.Popen(
            command, cwd=env.ROOT, env=place.environment(database), stdout=log, stderr=log
        )
    try:
        _wait(server, port)
        yield port
    finally:
        _end(server)


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """A request, ready to be sent as it is."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request on a connection of its own. Anything but 2xx ends the benchmark."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(client):
        client.request(method, path, body or None, headers)
        answer = client.getresponse()
        told = answer.read()
    if not 200 <= answer.status < 300:
        raise SystemExit(f"{method} {path}: {answer.status} {told[:300].decode(errors='replace')}")
    return told


@dataclass
class Load:
    """What a load came to."""

    rate: float
    answers: int
    slowest_ms: float  # of 99 in 100


def load(port: int, requests: Iterable[bytes], *, seconds: float, status: int) -> Load:
    """Send the requests over keep-alive connections until the time or the requests are over."""
    return asyncio.run(_load(port, iter(requests), seconds, str(status).encode()))


async def _load(port: int, requests: Iterator[bytes], seconds: float, status: bytes) -> Load:
    loop = asyncio.get_running_loop()
    loop.set_debug(False)
    clients = [_Client(requests, status, loop.create_future()) for _ in range(CONNECTIONS)]
    start = time.perf_counter()
    for client in clients:
        client.until = start + seconds
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.wait_for(asyncio.gather(*(client.done for client in clients)), seconds + 60)
    took = max(client.last for client in clients) - start
    times = sorted(one for client in clients for one in client.times)
    if not times:
        raise SystemExit("The server gave no answer.")
    return Load(len(times) / took, len(times), times[int(len(times) * 0.99)] * 1000)


class _Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last is whole."""

    def __init__(
        self, requests: Iterator[bytes], status: bytes, done: asyncio.Future[None]
    ) -> None:
        self.requests, self.status, self.done = requests, status, done
        self.until = self.last = self.sent = 0.0
        self.times: list[float] = []
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        held = self._held + data if self._held else data
        if not _is_whole(held):
            self._held = held
            return
        self._held = b""
        self.last = time.perf_counter()
        self.times.append(self.last - self.sent)
        if held[9:12] != self.status:
            self._fail(f"expected {self.status.decode()}: {held[:600].decode(errors='replace')}")
        elif self.last < self.until:
            self._send()
        else:
            self._close()

    def connection_lost(self, reason: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(SystemExit(f"The server hung up: {reason}"))

    def _send(self) -> None:
        following = next(self.requests, None)
        if following is None:
            self._close()
            return
        self.sent = time.perf_counter()
        self.transport.write(following)

    def _close(self) -> None:
        if not self.done.done():
            self.done.set_result(None)
        self.transport.close()

    def _fail(self, reason: str) -> None:
        if not self.done.done():
            self.done.set_exception(SystemExit(reason))
        self.transport.close()


def _is_whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    place = head.find(b"content-length:")
    if place < 0:
        return answer.endswith(b"\r\n0\r\n\r\n")
    length = head[place + 15 : head.find(b"\r\n", place) if b"\r\n" in head[place:] else None]
    return len(answer) >= end + 4 + int(length)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    """Until both workers have loaded the application: an answer each, several times over."""
    end = time.monotonic() + 90
    answered = 0
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            with contextlib.closing(client):
                client.request("GET", "/livez")
                client.getresponse().read()
                answered += 1
            if answered >= 20:
                return
            continue
        time.sleep(0.1)
    raise SystemExit("The web server did not start.")


def _end(server: subprocess.Popen[bytes]) -> None:
    family = [psutil.Process(server.pid)] if server.poll() is None else []
    family += family[0].children(recursive=True) if family else []
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(15)
    _, alive = psutil.wait_procs(family, timeout=5)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    server.wait(10)

"""Load: wrk where it can be had, and our own small client where every single request has to be accounted for.

Our client (an asyncio protocol on a plain socket) casts the ballots: each prepared request is sent once and
its answer read, so that nothing is in flight when the measuring ends. It also stands in for wrk.
"""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

CONNECTIONS = 16
# Prints what we read; wrk's own report is for people.
REPORT = """
done = function(summary, latency, requests)
  io.write(string.format(
    '\\n{"requests":%d,"us":%d,"bytes":%d,"errors":%d,"p50_us":%d,"p99_us":%d}\\n',
    summary.requests, summary.duration, summary.bytes,
    summary.errors.status + summary.errors.connect + summary.errors.read
      + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Sample:
    """One stretch of load on one address."""

    requests: int
    seconds: float
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0


@dataclass
class Answers:
    """What our client has read: status and time of each answer."""

    statuses: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)
    lost: int = 0

    def sample(self, seconds: float) -> Sample:
        """The same figures that wrk gives."""
        times = sorted(self.ms) or [0.0]
        failed = self.lost + sum(status >= 400 for status in self.statuses)
        middle, late = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
        return Sample(len(self.statuses), seconds, failed, middle, late)


class Generator:
    """Sends GET requests for some seconds: wrk, or our client when `wrk` is None."""

    def __init__(self, wrk: str | None, folder: Path) -> None:
        self.wrk = wrk
        self.script = folder / "report.lua"
        self.script.write_text(REPORT, "utf-8")

    @property
    def name(self) -> str:
        return "wrk" if self.wrk else "our own client (wrk was not found: it holds a fast hello back)"

    def get(self, port: int, path: str, *, cookie: str = "", seconds: int = 2) -> Sample:
        """Load `path` from CONNECTIONS connections for `seconds`."""
        if self.wrk is None:
            return _get_ourselves(port, path, cookie, seconds)
        headers = ["-H", f"Cookie: {cookie}"] if cookie else []
        options = ["-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "--timeout", "5s"]
        command = [self.wrk, *options, "-s", str(self.script), *headers, f"http://127.0.0.1:{port}{path}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30)
        found = json.loads(done.stdout.strip().splitlines()[-1])
        return Sample(
            found["requests"],
            found["us"] / 1e6,
            found["errors"],
            found["p50_us"] / 1000,
            found["p99_us"] / 1000,
        )


def _get_ourselves(port: int, path: str, cookie: str, seconds: int) -> Sample:
    request = make_request("GET", path, port, cookie=cookie)
    until = time.perf_counter() + seconds

    def endless() -> Iterator[bytes]:
        while time.perf_counter() < until:
            yield request

    answers, took = replay(port, endless())
    return answers.sample(took)


def make_request(method: str, path: str, port: int, *, cookie: str = "", body: bytes = b"") -> bytes:
    """A whole HTTP/1.1 request; a body is a form that our own page sends."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if method == "POST":
        lines += [
            "Sec-Fetch-Site: same-origin",
            "Content-Type: application/x-www-form-urlencoded",
            f"Content-Length: {len(body)}",
        ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def replay(port: int, requests: Iterable[bytes]) -> tuple[Answers, float]:
    """Send each request once over CONNECTIONS connections and read every answer; also the seconds it took."""
    return asyncio.run(_replay(port, iter(requests)))


async def _replay(port: int, requests: Iterator[bytes]) -> tuple[Answers, float]:
    loop = asyncio.get_running_loop()
    answers = Answers()
    started = time.perf_counter()
    ends = []
    for _ in range(CONNECTIONS):
        end: asyncio.Future[None] = loop.create_future()
        await loop.create_connection(partial(_Connection, requests, answers, end), "127.0.0.1", port)
        ends.append(end)
    await asyncio.gather(*ends)
    return answers, time.perf_counter() - started


class _Connection(asyncio.Protocol):
    """One connection: the next request as soon as the answer before is complete."""

    def __init__(self, requests: Iterator[bytes], answers: Answers, end: "asyncio.Future[None]") -> None:
        self.requests, self.answers, self.end = requests, answers, end
        self.buffer = bytearray()
        self.sent_at = 0.0
        self.transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport = transport
        self._send_next()

    def _send_next(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.sent_at = 0.0
            self.transport.close()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, _ = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lines = bytes(head).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        if len(self.buffer) < len(head) + 4 + int(headers.get("content-length", 0)):
            return
        self.answers.ms.append((time.perf_counter() - self.sent_at) * 1000)
        self.answers.statuses.append(int(lines[0].split()[1]))
        self.answers.places.append(headers.get("location", ""))
        self.buffer.clear()
        self._send_next()

    def connection_lost(self, problem: Exception | None) -> None:
        if self.sent_at:
            self.answers.lost += 1
        if not self.end.done():
            self.end.set_result(None)

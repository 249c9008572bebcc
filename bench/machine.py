"""What a benchmark starts: real servers on a real disk, one granian worker each, and what they used.

Discovery and start of PostgreSQL and Valkey are those of the tests; but here data is synced to a disk, as in
production, because a commit that nobody waits for is not worth measuring.
"""

import contextlib
import http.client
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.supervisor import die_with
from tests import servers

READY_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
# As app/supervisor.py starts it; both programs are served with the very same options.
GRANIAN = ("--interface", "asgi", "--workers", "1", "--no-ws", "--http", "1", "--log-level", "warning")
# The opposite of what tests want: nothing here may be lost in a power cut.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "autovacuum": "on",
    "shared_buffers": "128MB",
}


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """A folder on disk for everything of this run; servers end and the folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="obste-bench-"))
    folder.chmod(0o711)  # PostgreSQL, when we are root, runs as somebody else and must get through
    os.environ[servers.RUN_FOLDER] = str(folder)
    os.environ[servers.RUN_PROCESS] = str(os.getpid())
    servers.POSTGRES_OPTIONS.update(DURABLE)
    try:
        yield folder
    finally:
        servers.end_run()


def production_settings(folder: Path, database_url: str) -> dict[str, str]:
    """The environment of a production unit; no worker runs, so no mail leaves."""
    var = folder / "var"
    var.mkdir(mode=0o700, exist_ok=True)
    return {
        "OBSTE_ENV": "production",
        "OBSTE_VAR_DIR": str(var),
        "OBSTE_DATABASE_URL": database_url,
        "OBSTE_REDIS_URL": servers.valkey_url(),
        "OBSTE_SECRET_KEY": secrets.token_urlsafe(48),
        "OBSTE_IDENTITY_KEY": secrets.token_urlsafe(48),
        "OBSTE_BASE_URL": "https://bench.localhost",
        "OBSTE_MAIL_URL": "smtp://localhost:25",
    }


class Served:
    """One program under one granian worker on a free port."""

    def __init__(self, name: str, target: str, folder: Path, *, factory: bool = False) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self.port = _free_port()
        listen = ["--host", "127.0.0.1", "--port", str(self.port), *(["--factory"] if factory else [])]
        command = [sys.executable, "-P", "-m", "granian", *GRANIAN, *listen, target]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(servers.ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self, path: str = "/") -> None:
        """Wait until `path` answers. Raises: RuntimeError with the end of its log."""
        until = time.monotonic() + READY_SECONDS
        while not self._answers(path):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text('utf-8')[-3000:]}")
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    @property
    def worker(self) -> int:
        """The process that runs the application: the child of granian's own."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [int(child) for child in children.read_text().split() if _threads(int(child)) > 1]
        return found[0] if found else self.process.pid

    def cpu_seconds(self) -> float:
        """Processor time that the worker has used so far, in user and system mode."""
        fields = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self) -> float:
        """Resident memory of the worker now."""
        status = Path(f"/proc/{self.worker}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def stop(self) -> None:
        """Stop as an operator does."""
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _threads(process: int) -> int:
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{process}/task").iterdir()))
    return 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def find_wrk(*, seconds: int = 15) -> str | None:
    """The load generator wrk: on PATH, else (root) installed from Debian, else None."""
    if found := shutil.which("wrk"):
        return found
    if os.getuid() == 0 and shutil.which("apt-get"):
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "wrk"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=seconds, stdin=subprocess.DEVNULL)
    return shutil.which("wrk")

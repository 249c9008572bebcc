"""A real installation for journeys: supervisor, granian, worker, scheduler and Valkey, in its own folder."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from app.supervisor import die_with

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90


class LiveServer:
    """Runs `./obste run` on a free port. `kill()` is a power cut; `start()` after it is the next morning."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        self.database_url = database_url
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            self.port = int(one.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("OBSTE_")}
        self.env |= {
            "PYTHONPATH": str(ROOT),
            "OBSTE_ENV": "demo",
            "OBSTE_VAR_DIR": str(folder),
            "OBSTE_DATABASE_URL": database_url,
            "OBSTE_PORT": str(self.port),
            "OBSTE_BASE_URL": self.url,
        }
        self.env |= {f"OBSTE_{name.upper()}": value for name, value in settings.items()}
        self.command = [sys.executable, "-P", "-m", "app.supervisor", "run"]
        self.process: subprocess.Popen[bytes] | None = None

    def children(self) -> dict[str, int]:
        """The process of each child, in the order of their start."""
        found: dict[str, int] = json.loads((self.folder / "children.json").read_text("utf-8"))
        return found

    @property
    def log(self) -> str:
        """Everything that its processes have printed."""
        path = self.folder / "output.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def mail(self) -> list[Path]:
        """The messages sent so far, oldest first."""
        return sorted((self.folder / "mail").glob("[!.]*.eml"))  # one that begins with a dot is being written

    def start(self) -> "LiveServer":
        """Start and wait until the supervisor says that it serves."""
        self.folder.mkdir(parents=True, exist_ok=True)
        before = len(self.log)
        with (self.folder / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # a test run that is killed leaves no servers behind
            )
        until = time.monotonic() + READY_SECONDS
        while f"Obște is at {self.url}" not in self.log[before:]:
            if self.process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the live server did not start:\n{self.log[-4000:]}")
            time.sleep(0.05)
        return self

    def is_healthy(self) -> bool:
        """Whether /health answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        """Stop as an operator does; returns the exit code."""
        if self.process is None:
            return 0
        self.process.terminate()
        return self.process.wait(60)

    def kill(self, name: str = "") -> None:
        """SIGKILL everything at once, as a power cut does; or only one child (web, worker ...)."""
        assert self.process is not None
        if name:
            _kill([*_session_of({self.children()[name]})])
            return
        # Frozen first: its death would tell the children to end in good order, which a power cut does not.
        self.process.send_signal(signal.SIGSTOP)
        _kill([*_session_of(set(self.children().values())), self.process.pid])
        self.process.wait(60)

    def run(self, *arguments: str) -> str:
        """Run one command of the front door against this installation; returns what it printed."""
        command = [sys.executable, "-P", "-m", "app.cli", *arguments]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout


def _session_of(leaders: set[int]) -> set[int]:
    """These children and all that they started; RQ's work horses have a group of their own, so not that."""
    found = set(leaders)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()  # from field 3 on; the session is field 6
            if int(fields[3]) in leaders:
                found.add(int(stat.parent.name))
    return found


def _kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)

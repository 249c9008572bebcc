"""What every test can ask for: databases, clock, application, client, live server, browser.

A test that touches a database runs on SQLite and on PostgreSQL. `session` is quick (one database a worker,
everything rolled back); `database`, `app` and `client` have a database of their own, copied from a template,
because what they do is committed.
"""

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import redis
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import clock as kit_clock
from app.kit import outbox
from app.kit.db import Database
from app.settings import Settings
from tests import browsers, servers
from tests.live import LiveServer

ROOT = Path(__file__).resolve().parent.parent
BACKENDS = [name for name in os.environ.get("OBSTE_TEST_DATABASES", "sqlite,postgresql").split(",") if name]
NOON = datetime(2027, 3, 1, 10, 0, tzinfo=UTC)  # a Monday, no holiday; noon in Bucharest
TEST_HOST = "testserver.local"


# A busy machine is slow, not wrong. CI tries the same examples each time, people's machines look for more.
hypothesis.settings.register_profile("here", deadline=None, print_blob=True)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


# ── the run ──────────────────────────────────────────────────────────────────────────────────────


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run in its first process; refuse to talk to anybody but ourselves in all."""
    if not hasattr(config, "workerinput"):
        servers.begin_run()
    sys.addaudithook(refuse_strangers)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run's servers, once."""
    if not hasattr(config, "workerinput") and servers.RUN_FOLDER in os.environ:
        servers.end_run()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no worker of a whole run sits beside a last long file.

    A file's tests stay together (`--dist loadfile`): what they share, a filled district, is made once.
    """
    heavy = {"browser", "live_server", "own_live_server", "stopped_server", "place"}
    weight = Counter(
        item.path
        for item in items
        if heavy & set(getattr(item, "fixturenames", ())) or item.get_closest_marker("slow")
    )
    items.sort(key=lambda item: -weight[item.path])


def refuse_strangers(event: str, arguments: tuple[Any, ...]) -> None:
    """No test may reach another machine: what it would find there is not in this repository."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
        if not (host.startswith("127.") or host in {"::1", "localhost", ""}):
            raise PermissionError(f"tests must not connect to {host}")


def skip_or_fail(reason: object) -> None:
    """What is missing skips a test on a person's machine, in so many words, and fails it in CI."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"CI must have everything: {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED: {reason}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was skipped, and why."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        terminalreporter.write_line(reason, yellow=True, bold=True)


# ── databases ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: every test that depends on it runs once for each."""
    if request.param == "postgresql":
        try:
            servers.postgres_url()
        except servers.Missing as reason:
            skip_or_fail(reason)
    return str(request.param)


@pytest.fixture
def db_url(backend: str) -> Iterator[str]:
    """The address of a migrated, empty database that belongs to this test alone."""
    with servers.new_database(backend) as url:
        yield url


@pytest.fixture
def empty_db_url(backend: str) -> Iterator[str]:
    """The address of a database without any table, for tests of migrations."""
    with servers.new_database(backend, migrated=False) as url:
        yield url


@pytest.fixture
async def database(db_url: str) -> AsyncIterator[Database]:
    """A Database of this test's own, for what commits, races or is killed."""
    database = Database(db_url)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
async def shared_databases() -> AsyncIterator[Callable[[str], Database]]:
    """Those of `shared_database`; they stay while tests go to and fro between the two kinds."""
    with contextlib.ExitStack() as made:
        kept: dict[str, Database] = {}

        def get(backend: str) -> Database:
            if backend not in kept:
                kept[backend] = Database(made.enter_context(servers.new_database(backend)))
            return kept[backend]

        yield get
        for database in kept.values():
            await database.dispose()


@pytest.fixture(scope="session")
def shared_database(backend: str, shared_databases: Callable[[str], Database]) -> Database:
    """One database a worker, in which nothing is ever committed; only `session` uses it."""
    return shared_databases(backend)


@pytest.fixture
async def session(shared_database: Database) -> AsyncIterator[AsyncSession]:
    """A session for writing, inside a transaction that is rolled back; commit() ends a savepoint only."""
    async with shared_database.writer.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(
            bind=connection,
            expire_on_commit=False,
            autoflush=False,
            join_transaction_mode="create_savepoint",
        ) as session:
            yield session
        await outer.rollback()


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


class FrozenClock:
    """`app.kit.clock.now()` answers what the test says."""

    def __init__(self) -> None:
        self.at(NOON)

    def at(self, moment: datetime) -> datetime:
        """Set the clock; returns the moment."""
        self.now = moment.astimezone(UTC)
        kit_clock.freeze(self.now)
        return self.now

    def forward(self, **by: float) -> datetime:
        """Set it forward: forward(days=1, hours=2). Returns the new moment."""
        return self.at(self.now + timedelta(**by))


@pytest.fixture
def clock() -> Iterator[FrozenClock]:
    """A clock standing at noon in Bucharest on Monday 1 March 2027."""
    frozen = FrozenClock()
    yield frozen
    kit_clock.freeze(None)


# ── application ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def redis_url() -> str:
    """The address of an empty Valkey database that no other worker uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = servers.valkey_url(int(worker) % 64)
    with redis.Redis.from_url(url) as connection:
        connection.flushdb()
    return url


@pytest.fixture
def settings(db_url: str, redis_url: str, tmp_path: Path) -> Settings:
    """Settings of an installation that is all this test's own."""
    return Settings(
        env="test",
        var_dir=tmp_path / "var",
        database_url=db_url,
        redis_url=redis_url,
        secret_key="test-secret-key-" + "1" * 32,
        identity_key="test-identity-key-" + "2" * 32,
        base_url=f"http://{TEST_HOST}",
        mail_url=f"file://{tmp_path}/mail",
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Any]:
    """The whole application, started, in this event loop. `app.services` are its adapters."""
    from app.main import create_app

    front = create_app(settings)
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        """In a task of its own: what enters the life span must also leave it."""
        async with front.litestar.lifespan():
            started.set()
            await ended.wait()
        await front.close()

    life = asyncio.create_task(live())
    await started.wait()
    yield front
    ended.set()
    await life


@pytest.fixture
async def client(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and follows nothing: a redirect is an answer to be checked."""
    async with new_client(app) as one:
        yield one


@pytest.fixture
async def make_client(app: Any) -> AsyncIterator[Callable[[], httpx.AsyncClient]]:
    """More clients of the same application, each with cookies of its own."""
    made: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        made.append(new_client(app))
        return made[-1]

    yield make
    for one in made:
        await one.aclose()


def new_client(app: Any) -> httpx.AsyncClient:
    """A client of the application, without a network between."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{TEST_HOST}")


@pytest.fixture
def run_jobs(app: Any) -> Callable[[], Awaitable[int]]:
    """Run what the outbox holds and is due, as a worker would; returns how many ran well."""
    from app.worker import run_message

    async def run() -> int:
        ran = 0
        for _ in range(50):  # a job may promise another
            async with app.services.database.read() as session:
                due = await outbox.list_due(session, kit_clock.now())
            done = [await run_message(app.services, message_id) for message_id, _ in due]
            ran += sum(done)
            if not any(done):
                return ran
        raise AssertionError("jobs go on promising jobs")

    return run


# ── the real thing ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A real server on SQLite, as `./obste run` starts it, shared by the journeys of one worker."""
    with servers.new_database("sqlite") as url:
        server = LiveServer(tmp_path_factory.mktemp("live"), url).start()
        yield server
        assert server.stop() == 0, server.log[-4000:]


@pytest.fixture
def own_live_server(db_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A real server of this test's own, on both databases in turn: for tests that kill it."""
    server = LiveServer(tmp_path / "live", db_url).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Any]:
    """A real Chromium, driven through Playwright's async API; one a worker."""
    from playwright.async_api import async_playwright

    try:
        path = browsers.browser_path()
    except servers.Missing as reason:
        skip_or_fail(reason)
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield chromium
        await chromium.close()


def is_complaint(line: Any) -> bool:
    """Whether a console line is a fault. Chromium also reports every 4xx; a refused form is no fault, a
    missing style sheet is."""
    if line.type not in {"error", "warning"}:
        return False
    refused = line.text.startswith("Failed to load resource: the server responded with a status of 4")
    return not (refused and "/static/" not in line.location.get("url", ""))


@pytest.fixture
async def open_page(browser: Any) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Open pages in contexts of their own: `await open_page(locale="ro-RO", java_script_enabled=False)`.

    At the end the test fails if any of them had a console error or warning, a CSP report or a script error;
    `page.complaints` lists them, for a test that expects one and clears it.
    """
    contexts = []
    complaints: list[str] = []

    async def open_one(**options: Any) -> Any:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await browser.new_context(**options)
        context.set_default_timeout(15_000)  # ms: what takes longer is a fault
        contexts.append(context)
        page = await context.new_page()
        page.complaints = complaints
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda line: complaints.extend([f"{page.url}: {line.text}"] * is_complaint(line)))
        return page

    yield open_one
    for context in contexts:
        await context.close()
    assert complaints == []

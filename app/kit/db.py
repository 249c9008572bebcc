"""The database: engines, the unit of work, and the few types both databases must agree on.

On SQLite a reader with plain BEGIN and a single writer with BEGIN IMMEDIATE are two engines on one
file: a deferred BEGIN that upgrades to a write ignores busy_timeout and fails. On PostgreSQL a reader
has no transaction: each statement sees what was committed when it began, as it would within one, and
BEGIN and ROLLBACK would be two more journeys of every page. Its connections are read-only, so that
nobody but `Database.write` keeps anything.
"""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Dialect, Insert, MetaData, TypeDecorator, bindparam, event, insert, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from app.kit.clock import now

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PING_AFTER_SECONDS = 5

# Called after COMMIT with (outbox id, queue) pairs; set by the composition root.
Courier = Callable[[list[tuple[uuid.UUID, str]]], Awaitable[None]]


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite gives datetimes back naive: here they come back aware, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The one declarative base. Datetimes are UtcDateTime; relationships are lazy="raise"."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime}


def new_id() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7): later ids sort later, so that indexes stay compact.

    Never for what must not be put in order of time (participation, papers): use uuid4 there.
    """
    milliseconds = int(now().timestamp() * 1000)
    random = uuid.uuid4().int
    value = (milliseconds & ((1 << 48) - 1)) << 80 | random & ((1 << 80) - 1)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


async def insert_once(session: AsyncSession, model: type[Base], **values: object) -> None:
    """Insert a row; one that is there already, by a unique constraint, stays as it is."""
    insert_of = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    await session.execute(insert_of(model).values(**values).on_conflict_do_nothing())


NewRow = tuple[type[Base], Mapping[str, object]]
"""A row that is to be inserted: its table, and all of its values."""


async def insert_together(session: AsyncSession, rows: Sequence[NewRow]) -> None:
    """Insert rows of several tables: on PostgreSQL in one statement, since each is a journey there and back
    while others wait for a lock; on SQLite, which is no journey away, one after another.

    Values that a model would fill in by itself have to be given.
    """
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        for model, values in rows:
            await connection.execute(_insert_of(model), values)
        return
    shape = tuple((model, tuple(values)) for model, values in rows)
    given = {
        f"{name}_{place}": value for place, (_, values) in enumerate(rows) for name, value in values.items()
    }
    await connection.execute(_insert_of_all(shape), given)


@lru_cache
def _insert_of(model: type[Base]) -> Insert:
    return insert(model)


@lru_cache  # making a statement costs more than running it
def _insert_of_all(shape: tuple[tuple[type[Base], tuple[str, ...]], ...]) -> Insert:
    """All but the last are common table expressions of the last."""
    parts = []
    for place, (model, names) in enumerate(shape):
        types = {name: model.__table__.c[name].type for name in names}
        parts.append(
            insert(model).values({name: bindparam(f"{name}_{place}", type_=types[name]) for name in names})
        )
    *others, last = parts
    return last.add_cte(*(one.cte(f"row_{place}") for place, one in enumerate(others)))


class Database:
    """Both engines of one database address.

    `read()` gives a session for looking; `write()` is the unit of work: it commits when the block
    ends well, rolls back when it raises, and only after COMMIT hands the outbox to the courier.
    """

    def __init__(self, url: str, *, courier: Courier | None = None) -> None:
        self.url = url
        self.courier = courier
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.reader = _sqlite_engine(url, begin="BEGIN", pool_size=4)
            self.writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE", pool_size=1)
        else:
            self.reader = _postgresql_engine(url, isolation_level="AUTOCOMMIT", overflow=0)
            self.writer = _postgresql_engine(url, isolation_level=None, overflow=10)
        self._read = async_sessionmaker(self.reader, expire_on_commit=False, autoflush=False)
        self._write = async_sessionmaker(self.writer, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for looking. It keeps nothing: on PostgreSQL a statement that writes is refused."""
        async with self._read() as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session for looking at one moment only, however many questions are asked: nothing that is decided
        meanwhile is seen. Not for long: what it may see cannot be cleared away.
        """
        bind = self.reader
        if not self.is_sqlite:  # there a transaction of a reader is one already
            bind = bind.execution_options(isolation_level="REPEATABLE READ")
        async with self._read(bind=bind) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """The unit of work. Raises what the block or COMMIT raises, after a rollback."""
        async with self._write() as session:
            try:
                yield session
                await session.commit()
            except BaseException:
                await session.rollback()
                raise
            queued = session.info.pop("outbox", [])
        if queued and self.courier is not None:
            await self.courier(queued)

    async def scrub(self, table: str) -> None:
        """Let what was deleted from a table leave the database's files, and not only its answers.

        PostgreSQL keeps deleted rows until the table is written anew; SQLite overwrites them as they are
        deleted (`secure_delete`), but its write-ahead log keeps earlier pages. Backups and PostgreSQL's own
        log are the operator's: docs/operations.md.

        Not `VACUUM FULL`: that copies what an older snapshot may still see, and a backup of an hour is one. A
        column that is computed anew has the table written from what is there now. The column is one that
        neither a key nor a reference needs, so that no other table is locked. Raises: DBAPIError when the
        table is in use for longer than five seconds, because all who came later would stand behind us.
        """
        if table not in Base.metadata.tables:
            raise ValueError(f"there is no table {table}")
        if self.is_sqlite:
            await asyncio.to_thread(_empty_log, str(make_url(self.url).database))
            return
        columns = Base.metadata.tables[table].columns
        one = next(column for column in columns if not (column.primary_key or column.foreign_keys))
        kind = one.type.compile(self.writer.dialect)
        same = f"CASE WHEN now() IS NOT NULL THEN {one.name} END"  # not seen to be the same before it runs
        async with self.writer.begin() as connection:
            await connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            await connection.exec_driver_sql(
                f"ALTER TABLE {table} ALTER COLUMN {one.name} TYPE {kind} USING {same}"
            )

    async def dispose(self) -> None:
        """Close every connection."""
        await self.reader.dispose()
        await self.writer.dispose()


def _postgresql_engine(url: str, *, isolation_level: IsolationLevel | None, overflow: int) -> AsyncEngine:
    """Without transactions, it is for reading."""
    read_only = "off" if isolation_level is None else "on"
    engine = create_async_engine(
        url,
        pool_size=10,
        max_overflow=overflow,
        isolation_level=isolation_level,
        hide_parameters=True,
        connect_args={"server_settings": {"default_transaction_read_only": read_only}},
    )
    _ping_the_idle(engine)
    return engine


def _ping_the_idle(engine: AsyncEngine) -> None:
    """Ask a connection that nobody has used for a while whether it still lives, before somebody gets it.

    Asking each time would be one more question for every transaction; that the other side has hung up is
    known without a question. When PostgreSQL went away since, the first that notices ends all connections of
    the pool, so that at most those fail who were at it just then.
    """

    @event.listens_for(engine.sync_engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info["left_at"] = time.monotonic()

    @event.listens_for(engine.sync_engine, "checkout")
    def ping(connection: Any, record: Any, proxy: Any) -> None:
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError()
        left_at = record.info.get("left_at")
        if left_at is None or time.monotonic() - left_at < PING_AFTER_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as gone:
            raise InvalidatePoolError() from gone


def _sqlite_engine(url: str, *, begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,  # what failed is logged; addresses, hashes and ballots are not
        connect_args={"isolation_level": None},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def set_pragmas(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=5000",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_explicitly(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _empty_log(path: str) -> None:
    """Move SQLite's write-ahead log into the file and cut it. Raises: OperationalError while it is read."""
    connection = sqlite3.connect(path, timeout=5)
    try:
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.close()
    if is_busy:
        raise sqlite3.OperationalError("the write-ahead log is being read")


def append_only_sql(table: str, dialect: str) -> list[str]:
    """The statements with which migrations let the database itself refuse UPDATE and DELETE on `table`."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]

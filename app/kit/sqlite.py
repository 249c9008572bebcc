"""SQLite beside the event loop: a statement is one visit to the connection's thread, not four.

aiosqlite goes to its thread to make a cursor, to execute, to fetch and to close it. Each visit wakes two
threads that share one interpreter, which costs more than most of our statements do. Here a cursor is only a
place to put the answer: statement and rows come back together.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import aiosqlite

Rows = list[Any]


class Cursor:
    """As much of a cursor as SQLAlchemy needs; it holds nothing that has to be closed."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: Rows = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> "Cursor":
        """Execute, fetch every row and close, in one visit; BEGIN waits for the statement after it."""
        if statement == "BEGIN":
            self._connection.begins = True
            return self
        return await self._visit(sqlite3.Cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> "Cursor":
        """The same for many rows of parameters."""
        return await self._visit(sqlite3.Cursor.executemany, statement, parameters)

    async def _visit(self, how: Callable[..., Any], statement: str, parameters: Sequence[Any]) -> "Cursor":
        answer = await self._connection.visit(partial(_answer, how, statement, parameters))
        self._rows, self.description, self.rowcount, self.lastrowid = answer
        return self

    async def fetchall(self) -> Rows:
        """What has been fetched already."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing: it is closed."""


def _answer(
    how: Callable[..., Any], statement: str, parameters: Sequence[Any], connection: sqlite3.Connection
) -> tuple[Rows, Any, int, int | None]:
    with closing(connection.cursor()) as cursor:
        how(cursor, statement, parameters)
        rows = cursor.fetchall()  # before rowcount: with RETURNING it is known only then
        return rows, cursor.description, cursor.rowcount, cursor.lastrowid


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with our cursors.

    A plain BEGIN takes no lock and sees nothing until the first statement, so it is sent together with that.
    """

    begins = False

    def cursor(self) -> Cursor:  # type: ignore[override]  # theirs is awaited, ours costs nothing
        return Cursor(self)

    async def visit(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Let the thread do `work` with the connection that lives there."""
        begins, self.begins = self.begins, False
        how = _begin_and_work if begins else _work
        return await self._execute(how, work, self._conn)  # type: ignore[no-untyped-call]

    async def commit(self) -> None:
        """As theirs, unless nothing has begun."""
        await self._end(super().commit)

    async def rollback(self) -> None:
        """As theirs, unless nothing has begun."""
        await self._end(super().rollback)

    async def _end(self, how: Callable[[], Awaitable[None]]) -> None:
        if self.begins:
            self.begins = False
        else:
            await how()


def _work(work: Callable[[sqlite3.Connection], Any], connection: sqlite3.Connection) -> Any:
    return work(connection)


def _begin_and_work(work: Callable[[sqlite3.Connection], Any], connection: sqlite3.Connection) -> Any:
    connection.execute("BEGIN")
    return work(connection)


def connect(path: str, **options: Any) -> Connection:
    """A connection to be awaited, as SQLAlchemy's `async_creator_fn`."""
    connection = Connection(partial(sqlite3.connect, path, **options), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does: a program that ends does not wait for it
    return connection

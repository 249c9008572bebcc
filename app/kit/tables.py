"""Long tables as they are sent or stored: CSV and JSON of rows of one kind, a batch at a time."""

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from app.kit.text import harmless_cell

Rows = AsyncIterable[Sequence[msgspec.Struct]]
"""The rows of a table, some at a time, so that a table of any length takes the same memory."""


async def as_json(batches: Rows) -> AsyncIterator[bytes]:
    """A list of objects."""
    before = b"["
    async for rows in batches:
        if rows:
            yield before + b",".join(msgspec.json.encode(row) for row in rows)
            before = b","
    yield b"]" if before == b"," else b"[]"


async def as_csv(kind: type[msgspec.Struct], batches: Rows) -> AsyncIterator[bytes]:
    """CSV with a byte order mark, so that spreadsheets read ă and ș; no cell begins a formula."""
    names = [field.name for field in msgspec.structs.fields(kind)]
    yield ("\ufeff" + _lines([names])).encode()
    async for rows in batches:
        yield _lines([_cell(getattr(row, name)) for name in names] for row in rows).encode()


def _lines(rows: Iterable[list[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, dict):
        return msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return harmless_cell(value)
    return "" if value is None else value

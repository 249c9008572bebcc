"""Making the package of a cycle, and putting it in the place of the last one."""

import asyncio
import hashlib
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, get_args, get_origin, get_type_hints

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.db import Database, insert_once
from app.kit.storage import Storage
from app.kit.tables import Rows, as_csv
from cycles.models import Cycle
from open_data import queries
from open_data.models import DataPackage
from open_data.queries import Table

log = structlog.get_logger()
DESCRIPTION = "datapackage.json"
NIGHT_BEGINS = timedelta(hours=2)  # after midnight in Bucharest: what was decided that day is told by then
LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
TYPES: dict[Any, dict[str, str]] = {  # of columns, as Frictionless Table Schema calls them
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "date"},
    datetime: {"type": "datetime", "format": "any"},
    dict: {"type": "object"},
}


class Counted(msgspec.Struct):
    """How much of a table was read."""

    rows: int = 0


async def publish_due(database: Database, storage: Storage, base_url: str, *, now: datetime) -> None:
    """Make the package of every cycle that has none of this night. One that cannot be made keeps no other
    from it, and is tried again. `base_url`: before the paths of pages, without a slash at its end.
    """
    async with database.read() as session:
        due = await queries.list_due(session, local_date(now - NIGHT_BEGINS))
    for cycle in due:
        try:
            await make_package(database, storage, cycle, base_url, now=now)
        except Exception as error:  # whatever one cycle's data hold, the others are published
            log.error("data package not made", cycle=cycle.slug, exc_info=error)


async def make_package(
    database: Database, storage: Storage, cycle: Cycle, base_url: str, *, now: datetime
) -> None:
    """Write the package of a cycle as it is now and let it take the place of the last one. Whoever makes it
    twice in a night, or at once with somebody else, does the work twice and no harm.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{cycle.slug}.zip"
        async with database.snapshot() as session:
            tables = await _write(session, path, cycle, base_url, now=now)
        key = await storage.put_file(path, ".zip")
        values = {
            "night": local_date(now - NIGHT_BEGINS),
            "made_at": now,
            "key": key,
            "sha256": key.removesuffix(".zip"),
            "byte_count": path.stat().st_size,
            "tables": tables,
        }
    async with database.write() as session:
        gone = await _replace(session, cycle, values)
    if gone:
        await storage.drop(gone)


async def _replace(session: AsyncSession, cycle: Cycle, values: Mapping[str, Any]) -> str:
    """Let a package take the place of the last one, unless that is newer; returns the key of what goes."""
    await insert_once(session, DataPackage, cycle_id=cycle.id, **values)
    last = await queries.get_package(session, cycle.id, lock=True)
    if last.key == values["key"]:
        return ""
    if last.made_at >= values["made_at"]:
        return str(values["key"])
    gone = last.key
    for name, value in values.items():
        setattr(last, name, value)
    return gone


async def _write(
    session: AsyncSession, path: Path, cycle: Cycle, base_url: str, *, now: datetime
) -> list[dict[str, Any]]:
    """Returns what there is of each table: name, title, rows."""
    made, resources = [], []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, table in queries.tables().items():
            rows, resource = await _write_table(session, package, name, table, cycle, base_url)
            made.append({"name": name, "title": table.title, "rows": rows})
            resources.append(resource)
        description = {
            "profile": "data-package",
            "name": cycle.slug,
            "title": cycle.title,
            "homepage": f"{base_url}/cycles/{cycle.slug}",
            "created": now.isoformat(),
            "licenses": [LICENCE],
            "resources": resources,
        }
        package.writestr(DESCRIPTION, msgspec.json.format(msgspec.json.encode(description), indent=2))
    return made


async def _write_table(
    session: AsyncSession, package: zipfile.ZipFile, name: str, table: Table, cycle: Cycle, base_url: str
) -> tuple[int, dict[str, Any]]:
    counted, digest, size = Counted(), hashlib.sha256(), 0
    file_name = f"{name}.csv"
    with package.open(file_name, "w", force_zip64=True) as file:
        async for piece in as_csv(table.row, _counting(table.read(session, cycle, base_url), counted)):
            await asyncio.to_thread(_add, file, piece)
            digest.update(piece)
            size += len(piece)
    return counted.rows, {
        "name": name,
        "path": file_name,
        "title": table.title,
        "description": (table.row.__doc__ or "").strip(),
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{digest.hexdigest()}",
        "schema": {"fields": _fields(table.row)},
    }


def _add(file: "BinaryIO | Any", piece: bytes) -> None:
    file.write(piece)


async def _counting(batches: Rows, counted: Counted) -> Rows:
    async for rows in batches:
        counted.rows += len(rows)
        yield rows


def _fields(row: type[msgspec.Struct]) -> Sequence[dict[str, Any]]:
    """The columns of a table as Table Schema describes them."""
    hints = get_type_hints(row, include_extras=True)
    return [_field(field.name, hints[field.name]) for field in msgspec.structs.fields(row)]


def _field(name: str, hint: Any) -> dict[str, Any]:
    field: dict[str, Any] = {"name": name}
    for meta in getattr(hint, "__metadata__", ()):
        field["description"] = meta.description
    while not isinstance(hint, type) or get_origin(hint):
        hint = get_origin(hint) if get_origin(hint) is dict else get_args(hint)[0]
    return field | TYPES[hint]

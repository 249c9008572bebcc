"""Alembic's environment: which tables there should be, and how to reach the database.

All upgrades of one call are one transaction on both databases, so that a killed migration leaves nothing
half done; two calls at once wait for each other. Alembic is synchronous: the drivers are sqlite3 and psycopg.
"""

import importlib
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from app.kit.db import Base, UtcDateTime
from app.settings import ROOT, get_settings

MIGRATION_LOCK = 5_117_284_001  # any number of our own, for PostgreSQL's advisory lock


def import_models() -> None:
    """Import every module that declares tables: app/kit/*.py and each domain's models."""
    kit = {f"app.kit.{path.stem}" for path in (ROOT / "app" / "kit").glob("*.py") if path.stem != "__init__"}
    domains = {f"{path.parent.name}.models" for path in ROOT.glob("*/models.py")}
    domains |= {f"{path.parent.parent.name}.models" for path in ROOT.glob("*/models/__init__.py")}
    for name in sorted(kit | domains):
        importlib.import_module(name)


def synchronous(url: str) -> str:
    """The same database through the driver that Alembic uses."""
    return url.replace("sqlite+aiosqlite:", "sqlite:", 1).replace(
        "postgresql+asyncpg:", "postgresql+psycopg:", 1
    )


def run_online(url: str) -> None:
    """Connect, take the lock, and run what was asked for."""
    engine = create_engine(synchronous(url), poolclass=NullPool)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def let_us_begin(connection: Any, record: Any) -> None:
            connection.isolation_level = None  # the driver's own BEGIN would leave DDL outside
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA journal_mode=WAL")

        @event.listens_for(engine, "begin")
        def begin_immediate(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        run_in(connection)
        if engine.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration would leave rows that refer to nothing: {broken[:5]}")


def render_type(kind: str, value: object, context: AutogenContext) -> str | Literal[False]:
    """Write our own types as what they are in the database, so that old migrations need no code of ours."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run_in(connection: Connection) -> None:
    """Run the migrations inside a transaction that somebody else begins and ends."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
        compare_type=True,
        render_item=render_type,
    )
    with context.begin_transaction():
        context.run_migrations()


import_models()
if context.is_offline_mode():
    raise SystemExit("migrations run against a database, not into a file: BEGIN IMMEDIATE and locks matter")
run_online(
    context.config.attributes.get("url")
    or context.config.get_main_option("sqlalchemy.url")
    or get_settings().database_url
)

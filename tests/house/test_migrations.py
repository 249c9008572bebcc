"""Migrations: one head, no gap to the models, each up and down, on both databases, all or nothing."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.cli import alembic_config, migrate
from app.kit.db import Base

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ScriptDirectory.from_config(alembic_config("sqlite://"))
REVISIONS = [script.revision for script in reversed(list(SCRIPTS.walk_revisions()))]


def synchronous(url: str) -> sa.Engine:
    """An engine for looking at what a migration left."""
    url = url.replace("sqlite+aiosqlite", "sqlite").replace("postgresql+asyncpg", "postgresql+psycopg")
    return sa.create_engine(url, poolclass=sa.NullPool)


def tables(url: str) -> set[str]:
    """The tables of a database, without Alembic's own."""
    return set(sa.inspect(synchronous(url)).get_table_names()) - {"alembic_version"}


def test_there_is_one_head_and_the_files_are_numbered() -> None:
    assert len(SCRIPTS.get_heads()) == 1
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS


def test_migrations_make_what_the_models_say(db_url: str) -> None:
    with synchronous(db_url).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_goes_up_and_down_and_up(empty_db_url: str) -> None:
    seen: list[set[str]] = [set()]
    for revision in REVISIONS:
        migrate(empty_db_url, revision)
        seen.append(tables(empty_db_url))
    assert seen[-1] == set(Base.metadata.tables)
    for expected in reversed(seen[:-1]):
        command.downgrade(alembic_config(empty_db_url), "-1")
        assert tables(empty_db_url) == expected
    migrate(empty_db_url)
    assert tables(empty_db_url) == seen[-1]


def test_a_migration_that_fails_leaves_nothing(empty_db_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = MigrationContext.run_migrations

    def fail_at_the_end(context: MigrationContext, **options: object) -> None:
        real(context, **options)
        raise ConnectionAbortedError("the cable was cut")

    monkeypatch.setattr(MigrationContext, "run_migrations", fail_at_the_end)
    with pytest.raises(ConnectionAbortedError):
        migrate(empty_db_url)
    assert sa.inspect(synchronous(empty_db_url)).get_table_names() == []

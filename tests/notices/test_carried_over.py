"""Who followed a draft decision before everything was followed in one way still does."""

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import command

from app.cli import alembic_config, migrate
from tests.make.accounts import NOON

ACT, ANA, DAN = (uuid.UUID(int=number) for number in (1, 2, 3))
FILLING: dict[type, Any] = {str: "x", int: 0, bool: False, bytes: b"[]"}


def insert(connection: sa.Connection, table: str, **given: object) -> None:
    """A row of a table as it was then: what has to be there and is not given is filled with anything."""
    columns = sa.Table(table, sa.MetaData(), autoload_with=connection).columns
    row = dict(given)
    for column in columns:
        if column.name not in row and not column.nullable and column.server_default is None:
            row[column.name] = _filling(column.type)
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({places})"), row)


def _filling(kind: sa.types.TypeEngine[Any]) -> object:
    if isinstance(kind, sa.DateTime):
        return "2027-03-01 10:00:00+00"
    return FILLING[kind.python_type]


def test_follows_of_acts_are_carried_over_and_back(empty_db_url: str) -> None:
    migrate(empty_db_url, "0050")
    is_sqlite = "sqlite" in empty_db_url
    url = empty_db_url.replace("sqlite+aiosqlite", "sqlite").replace(
        "postgresql+asyncpg", "postgresql+psycopg"
    )
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")

    def key(id: uuid.UUID) -> str:
        return id.hex if is_sqlite else str(id)

    with engine.connect() as connection:
        for one in (ANA, DAN):
            insert(connection, "accounts", id=key(one), email=f"{one}@x.ro", desk_code=one.hex[-6:])
        insert(connection, "acts", id=key(ACT), state="draft", created_by_id=key(ANA))
        for one in (ANA, DAN):
            insert(connection, "act_follows", act_id=key(ACT), account_id=key(one), token=key(one))
    migrate(empty_db_url, "0051")
    with engine.connect() as connection:
        query = sa.text("SELECT account_id, topic, since FROM follows ORDER BY account_id")
        rows = connection.execute(query).all()
    assert [(uuid.UUID(str(row[0])), row[1]) for row in rows] == [(ANA, f"act:{ACT}"), (DAN, f"act:{ACT}")]
    assert {str(row[2])[:19] for row in rows} == {str(NOON)[:19]}
    command.downgrade(alembic_config(empty_db_url), "0050")
    with engine.connect() as connection:
        query = sa.text("SELECT act_id, account_id FROM act_follows ORDER BY account_id")
        back = connection.execute(query).all()
        assert connection.execute(sa.text("SELECT COUNT(*) FROM follows")).scalar_one() == 0
    assert [tuple(uuid.UUID(str(one)) for one in row) for row in back] == [(ACT, ANA), (ACT, DAN)]

"""amendments: what was taken over may be taken back; both entries stay"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None
TABLE = "amendment_take_overs"


def _read() -> list[dict[str, object]]:
    """The entries that there are; they are few."""
    return [dict(row) for row in op.get_bind().execute(sa.text(f"SELECT * FROM {TABLE}")).mappings()]  # noqa: S608


def _create(*added: sa.Column, key: tuple[str, ...]) -> sa.Table:  # type: ignore[type-arg]
    return op.create_table(
        TABLE,
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        *added,
        sa.Column("councillor_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="public; Markdown"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_take_overs_amendment_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["councillor_id"],
            ["councillors.id"],
            name=op.f("fk_amendment_take_overs_councillor_id_councillors"),
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_amendment_take_overs")),
    )


def _fill(rows: list[dict[str, object]]) -> None:
    """Written as they were read: in the forms of this database."""
    for row in rows:
        names = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        op.get_bind().execute(sa.text(f"INSERT INTO {TABLE} ({names}) VALUES ({values})"), row)  # noqa: S608
    for statement in append_only_sql(TABLE, op.get_bind().dialect.name):
        op.execute(statement)


def upgrade() -> None:
    rows = _read()
    op.drop_table(TABLE)
    _create(
        sa.Column("position", sa.Integer(), nullable=False, comment="of the amendment's entries, from 1"),
        sa.Column("stands", sa.Boolean(), nullable=False, comment="false: taken back"),
        key=("amendment_id", "position"),
    )
    _fill([row | {"position": 1, "stands": True} for row in rows])


def downgrade() -> None:
    last = {
        row["amendment_id"]: row for row in sorted(_read(), key=lambda row: str(row["position"]).zfill(9))
    }
    op.drop_table(TABLE)
    _create(key=("amendment_id",))
    kept = [row for row in last.values() if row["stands"]]
    _fill([{k: v for k, v in row.items() if k not in ("position", "stands")} for row in kept])

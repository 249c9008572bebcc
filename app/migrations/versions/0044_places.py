"""amendments: where each lies, so that a new one is compared with its neighbours alone"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

CARRIED = ("same", "shifted")


def upgrade() -> None:
    places = op.create_table(
        "amendment_places",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendments.id"], name=op.f("fk_amendment_places_amendment_id_amendments")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_amendment_places_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "mark", "amendment_id", name=op.f("pk_amendment_places")),
    )
    connection = op.get_bind()
    for amendment_id, version_id, operations in list(_standing(connection)):
        rows = [
            {"version_id": version_id, "mark": mark, "amendment_id": amendment_id}
            for mark in sorted(marks(json.loads(bytes(operations))))
        ]
        if rows:
            connection.execute(places.insert(), rows)


def _standing(connection: sa.Connection) -> Iterator[Any]:
    """(amendment, version, operations) of everything registered, where it was written and was carried to."""
    uuid = sa.Uuid()
    columns = [sa.column("id", uuid), sa.column("version_id", uuid), sa.column("operations")]
    written = sa.select(*columns).select_from(sa.table("amendments")).where(sa.text("rank IS NOT NULL"))
    yield from connection.execute(written)
    columns[0] = sa.column("amendment_id", uuid)
    carried = sa.select(*columns).select_from(sa.table("amendment_anchors"))
    yield from connection.execute(carried.where(sa.column("fate").in_(CARRIED)))


def marks(operations: list[dict[str, Any]]) -> set[int]:
    """As amendments/text/places.py said it when this was written."""
    return {_mark(place) for one in operations for place in _places(one)}


def _places(one: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    kind = one["type"]
    slot = ("fills", one["parent"], *filter(None, [one.get("after")])) if "parent" in one else ()
    if kind in ("splice", "delete_unit", "replace_unit", "move_unit"):
        yield "needs", one["unit"]
    if kind == "splice":
        yield "words", one["unit"]
    if kind in ("delete_unit", "replace_unit"):
        yield "takes away", one["unit"]
    if kind in ("insert_unit", "move_unit"):
        yield "needs", one["parent"]
        yield slot
    if kind == "move_unit":
        yield "moves", one["unit"]
    if kind == "set_field":
        yield "sets", one["field"]


def _mark(place: tuple[str, ...]) -> int:
    digest = hashlib.blake2b("\0".join(place).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def downgrade() -> None:
    op.drop_table("amendment_places")

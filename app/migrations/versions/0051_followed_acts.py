"""notices: draft decisions are followed as everything else is"""

import secrets
import uuid

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KINDS = ("own", "supported", "works", "replies", "acts", "area")
TOPIC = "act:"
follows = sa.table("follows", sa.column("account_id", sa.Uuid()), sa.column("topic"), sa.column("since"))
act_follows = sa.table(
    "act_follows",
    sa.column("act_id", sa.Uuid()),
    sa.column("account_id", sa.Uuid()),
    sa.column("token"),
    sa.column("since"),
)


def upgrade() -> None:
    _let_kinds_be(KINDS)
    connection = op.get_bind()
    rows = [
        {"account_id": row.account_id, "topic": f"{TOPIC}{row.act_id}", "since": row.since}
        for row in connection.execute(sa.select(act_follows))
    ]
    if rows:
        connection.execute(follows.insert(), rows)
    op.drop_table("act_follows")


def _let_kinds_be(kinds: tuple[str, ...]) -> None:
    condition = f"kind IN ({', '.join(map(repr, kinds))})"
    for table in ("notice_choices", "notices"):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(op.f(f"ck_{table}_kind_known"), type_="check")
            changed.create_check_constraint(op.f(f"ck_{table}_kind_known"), condition)


def downgrade() -> None:
    op.create_table(
        "act_follows",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "token",
            sa.String(length=64),
            nullable=False,
            comment="in each message: whoever holds it may stop them, and nothing else",
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_act_follows_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_act_follows_act_id_acts")),
        sa.PrimaryKeyConstraint("act_id", "account_id", name=op.f("pk_act_follows")),
        sa.UniqueConstraint("token", name=op.f("uq_act_follows_token")),
    )
    connection = op.get_bind()
    followed = sa.select(follows).where(follows.c.topic.like(f"{TOPIC}%"))
    rows = [
        {
            "act_id": uuid.UUID(row.topic.removeprefix(TOPIC)),
            "account_id": row.account_id,
            "token": secrets.token_urlsafe(32),
            "since": row.since,
        }
        for row in connection.execute(followed)
    ]
    if rows:
        connection.execute(act_follows.insert(), rows)
    connection.execute(follows.delete().where(follows.c.topic.like(f"{TOPIC}%")))
    for table in ("notice_choices", "notices"):
        connection.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'acts'"))  # noqa: S608 - our own names
    _let_kinds_be(tuple(one for one in KINDS if one != "acts"))

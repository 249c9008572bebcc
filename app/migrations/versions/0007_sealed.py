"""voting: sealed votes: ceremony, roll, board, and who holds which credential"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PHASES = "'chosen', 'keys', 'polynomials', 'shares', 'roll', 'ready', 'ended', 'mixing', 'opening', 'opened'"
STEPS = "'key', 'certificate', 'polynomial', 'share', 'credentials', 'shuffle', 'decryption'"
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("polls") as polls:
        polls.add_column(
            sa.Column(
                "sealing", sa.String(20), nullable=True, comment="phase of a sealed vote; none: not sealed"
            )
        )
        polls.add_column(
            sa.Column(
                "board_start",
                sa.String(64),
                nullable=True,
                comment="name of the board's first event: election, trustees and roll",
            )
        )
        polls.create_check_constraint(op.f("ck_polls_sealing"), f"sealing IN ({PHASES})")
    _ceremony()
    _roll()
    _board()
    for table in ("board_members", "board_parts", "board_ballots"):
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def _poll_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f(f"fk_{table}_poll_id_polls"))


def _account_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")
    )


def _member_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["poll_id", "position"],
        ["board_members.poll_id", "board_members.position"],
        name=op.f(f"fk_{table}_poll_id_board_members"),
    )


def _ceremony() -> None:
    op.create_table(
        "sealed_elections",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("uuid", sa.String(64), nullable=False, comment="the election's, salt of credentials"),
        sa.Column(
            "threshold",
            sa.Integer(),
            nullable=True,
            comment="how many trustees open together; none: each is needed",
        ),
        sa.Column("roll_size", sa.Integer(), nullable=True, comment="people on the frozen roll"),
        sa.Column("roll_frozen_at", MOMENT, nullable=True),
        sa.Column(
            "credentials_digest", sa.String(64), nullable=True, comment="SHA-256 of the registrar's file"
        ),
        sa.Column(
            "timestamp", sa.BigInteger(), nullable=True, comment="Unix seconds: when the archive was begun"
        ),
        sa.Column("fingerprint", sa.String(43), nullable=True, comment="BASE64 of SHA-256 of parameters"),
        sa.Column(
            "parameters", sa.Text(), nullable=True, comment="the election's JSON, as it is on the board"
        ),
        sa.Column("mixes_needed", sa.Integer(), nullable=True, comment="how many trustees mix at the least"),
        _poll_key("sealed_elections"),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_sealed_elections")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sealed_elections_uuid")),
    )
    op.create_table(
        "trustees",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        _poll_key("trustees"),
        sa.PrimaryKeyConstraint("poll_id", "number", name=op.f("pk_trustees")),
        sa.UniqueConstraint("token_digest", name="uq_trustees_token_digest"),
    )
    op.create_table(
        "ceremony_messages",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column(
            "reason", sa.String(60), nullable=True, comment="why it was refused: voting/sealing/refused.py"
        ),
        sa.Column("facts", sa.Text(), nullable=True, comment="JSON: where and what, of the refusal"),
        sa.Column("delivered_at", MOMENT, nullable=False),
        sa.CheckConstraint(f"step IN ({STEPS})", name=op.f("ck_ceremony_messages_step")),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused')", name=op.f("ck_ceremony_messages_state")
        ),
        _poll_key("ceremony_messages"),
        sa.PrimaryKeyConstraint("poll_id", "number", "step", name=op.f("pk_ceremony_messages")),
    )


def _roll() -> None:
    op.create_table(
        "roll_entries",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _poll_key("roll_entries"),
        _account_key("roll_entries"),
        sa.PrimaryKeyConstraint("poll_id", "account_id", name=op.f("pk_roll_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "roll_credentials",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("credential_hash", sa.String(64), nullable=False, comment="SHA-256 of its decimal digits"),
        _poll_key("roll_credentials"),
        sa.PrimaryKeyConstraint("poll_id", "credential_hash", name=op.f("pk_roll_credentials")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential_holders",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "mark",
            sa.String(64),
            nullable=False,
            comment="HMAC of the credential: a copy of the tables alone does not join it to the board",
        ),
        _poll_key("credential_holders"),
        _account_key("credential_holders"),
        sa.PrimaryKeyConstraint("poll_id", "account_id", name=op.f("pk_credential_holders")),
        sa.UniqueConstraint("poll_id", "mark", name="uq_credential_holders_poll_id_mark"),
        sqlite_with_rowid=False,
    )


def _board() -> None:
    op.create_table(
        "board_members",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(64), nullable=False, comment="SHA-256 of the content"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes of the content"),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="none: in board_parts, being large"),
        sa.Column("event", sa.String(20), nullable=True, comment="its type; none: data"),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("parent", sa.String(64), nullable=True, comment="name of the event before"),
        sa.CheckConstraint("(height IS NULL) = (event IS NULL)", name=op.f("ck_board_members_event")),
        _poll_key("board_members"),
        sa.PrimaryKeyConstraint("poll_id", "position", name=op.f("pk_board_members")),
        sa.UniqueConstraint("poll_id", "name", name="uq_board_members_poll_id_name"),
        sa.UniqueConstraint("poll_id", "height", name="uq_board_members_poll_id_height"),
        sa.UniqueConstraint("poll_id", "parent", name="uq_board_members_poll_id_parent"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "board_parts",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _member_key("board_parts"),
        sa.PrimaryKeyConstraint("poll_id", "position", "part", name=op.f("pk_board_parts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "board_ballots",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="of the ballot among the members",
        ),
        sa.Column("tracker", sa.String(43), nullable=False),
        sa.Column("code", sa.String(20), nullable=False, comment="check code: 60 bits of the tracker"),
        sa.Column("credential_hash", sa.String(64), nullable=False),
        sa.Column("alpha_hash", sa.String(64), nullable=False, comment="a ciphertext is on the board once"),
        sa.Column(
            "cast_on", sa.Date(), nullable=False, comment="the day only: a time would point at a person"
        ),
        _poll_key("board_ballots"),
        _member_key("board_ballots"),
        sa.PrimaryKeyConstraint("poll_id", "position", name=op.f("pk_board_ballots")),
        sa.UniqueConstraint("poll_id", "tracker", name="uq_board_ballots_poll_id_tracker"),
        sa.UniqueConstraint("poll_id", "alpha_hash", name="uq_board_ballots_poll_id_alpha_hash"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_board_ballots_poll_id_credential_hash", "board_ballots", ["poll_id", "credential_hash"]
    )
    op.create_index("ix_board_ballots_code", "board_ballots", ["code"])


def downgrade() -> None:
    for table in (
        "board_ballots",
        "board_parts",
        "board_members",
        "credential_holders",
        "roll_credentials",
        "roll_entries",
        "ceremony_messages",
        "trustees",
        "sealed_elections",
    ):
        op.drop_table(table)
    with op.batch_alter_table("polls") as polls:
        polls.drop_constraint(op.f("ck_polls_sealing"), type_="check")
        polls.drop_column("board_start")
        polls.drop_column("sealing")

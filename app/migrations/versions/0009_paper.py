"""voting: polling places, papers given out, sheets read twice, protocols"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBERS = ("received", "returned", "unused", "in_box", "blank", "spoiled")


def upgrade() -> None:
    with op.batch_alter_table("polls") as polls:
        polls.add_column(
            sa.Column(
                "paper",
                sa.String(20),
                nullable=True,
                comment="phase of the papers; none: there are no polling places",
            )
        )
        polls.add_column(
            sa.Column(
                "places_digest",
                sa.String(64),
                nullable=True,
                comment="SHA-256 of the polling places as they are announced",
            )
        )
        polls.add_column(
            sa.Column(
                "paper_digest",
                sa.String(64),
                nullable=True,
                comment="SHA-256 of all papers and protocols, once they are settled",
            )
        )
        polls.create_check_constraint(op.f("ck_polls_paper"), "paper IN ('planned', 'settled')")
    _places()
    _marks()
    _sheets()


def _place_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["poll_id", "place"],
        ["polling_places.poll_id", "polling_places.number"],
        name=op.f(f"fk_{table}_poll_id_place_polling_places"),
    )


def _account_key(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["accounts.id"], name=op.f(f"fk_{table}_{column}_accounts"))


def _poll_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f(f"fk_{table}_poll_id_polls"))


def _places() -> None:
    numbers = " AND ".join(f"({name} IS NULL OR {name} >= 0)" for name in NUMBERS)
    op.create_table(
        "polling_places",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(200), nullable=False),
        sa.Column("hours", sa.String(120), nullable=False, comment="in words, e.g. 9 mai, 8-20"),
        sa.Column(
            "assisted_count",
            sa.Integer(),
            nullable=False,
            comment="people who voted on the desk's device with help: a number, no names",
        ),
        sa.Column("closed_at", MOMENT, nullable=True, comment="no paper is given out after that"),
        sa.Column(
            "given", sa.Integer(), nullable=True, comment="voters marked, when the protocol was written"
        ),
        sa.Column(
            "received", sa.Integer(), nullable=True, comment="printed papers that the place was handed"
        ),
        sa.Column(
            "returned", sa.Integer(), nullable=True, comment="voters who gave theirs back and did not vote"
        ),
        sa.Column("unused", sa.Integer(), nullable=True, comment="papers left over, exchanged or given back"),
        sa.Column("in_box", sa.Integer(), nullable=True),
        sa.Column("blank", sa.Integer(), nullable=True),
        sa.Column("spoiled", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False, comment="of a surplus or shortage; public"),
        sa.CheckConstraint(numbers, name=op.f("ck_polling_places_numbers")),
        sa.CheckConstraint("assisted_count >= 0", name=op.f("ck_polling_places_assisted")),
        _poll_key("polling_places"),
        sa.PrimaryKeyConstraint("poll_id", "number", name=op.f("pk_polling_places")),
    )


def _marks() -> None:
    op.create_table(
        "paper_marks",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False, comment="for undoing a slip; goes with the row"),
        sa.ForeignKeyConstraint(
            ["poll_id", "account_id"],
            ["participations.poll_id", "participations.account_id"],
            name=op.f("fk_paper_marks_poll_id_account_id_participations"),
        ),
        _account_key("paper_marks", "given_by"),
        _place_key("paper_marks"),
        sa.PrimaryKeyConstraint("poll_id", "account_id", name=op.f("pk_paper_marks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_paper_marks_poll_id_place", "paper_marks", ["poll_id", "place"])


def _sheets() -> None:
    op.create_table(
        "paper_readings",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reading", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.CheckConstraint("reading IN (1, 2)", name=op.f("ck_paper_readings_reading")),
        _account_key("paper_readings"),
        _place_key("paper_readings"),
        sa.PrimaryKeyConstraint("poll_id", "place", "reading", name=op.f("pk_paper_readings")),
        sa.UniqueConstraint(
            "poll_id", "place", "account_id", name="uq_paper_readings_poll_id_place_account_id"
        ),
    )
    op.create_table(
        "paper_entries",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.Integer(), autoincrement=False, nullable=False, comment="as written on it"),
        sa.Column("reading", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("paper", sa.Text(), nullable=True, comment="canonical JSON of a ballot"),
        sa.Column("reason", sa.String(500), nullable=False, comment="why it is spoiled, or decided so"),
        sa.CheckConstraint("reading IN (1, 2, 3)", name=op.f("ck_paper_entries_reading")),
        sa.CheckConstraint("kind IN ('ballot', 'blank', 'spoiled')", name=op.f("ck_paper_entries_kind")),
        sa.CheckConstraint("sheet >= 1", name=op.f("ck_paper_entries_sheet")),
        sa.CheckConstraint("(kind = 'ballot') = (paper IS NOT NULL)", name=op.f("ck_paper_entries_paper")),
        _account_key("paper_entries"),
        _place_key("paper_entries"),
        sa.PrimaryKeyConstraint("poll_id", "place", "sheet", "reading", name=op.f("pk_paper_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place_signatures",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column(
            "digest",
            sa.String(64),
            nullable=False,
            comment="keyed, of the numbers and sheets: few papers could be guessed from a plain one",
        ),
        sa.Column("signed_at", MOMENT, nullable=False),
        _account_key("place_signatures"),
        _place_key("place_signatures"),
        sa.PrimaryKeyConstraint("poll_id", "place", "account_id", name=op.f("pk_place_signatures")),
    )
    op.create_table(
        "paper_settlements",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column(
            "content",
            sa.Text(),
            nullable=False,
            comment="canonical JSON of voting.rules.sheets.PaperPart",
        ),
        _poll_key("paper_settlements"),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("pk_paper_settlements")),
    )


def downgrade() -> None:
    for table in (
        "paper_settlements",
        "place_signatures",
        "paper_entries",
        "paper_readings",
        "paper_marks",
        "polling_places",
    ):
        op.drop_table(table)
    with op.batch_alter_table("polls") as polls:
        polls.drop_constraint(op.f("ck_polls_paper"), type_="check")
        polls.drop_column("paper_digest")
        polls.drop_column("places_digest")
        polls.drop_column("paper")

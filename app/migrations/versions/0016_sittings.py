"""amendments: the council, its sittings and votes by name"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

APPEND_ONLY = ("amendment_take_overs", "council_votes")
ACTS = ("draft", "debate", "closed", "council", "adopted", "rejected", "withdrawn")
AMENDMENTS = ("draft", "submitted", "returned", "inadmissible", "withdrawn", "answered")


def _states(table: str, states: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_state_known"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_state_known"), f"state IN ({listed})")


def upgrade() -> None:
    _states("acts", (*ACTS, "voting"))
    _states("amendments", (*AMENDMENTS, "tabled"))
    op.create_table(
        "councillors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True, comment="last day in office"),
        sa.CheckConstraint(
            "until_on IS NULL OR until_on >= since_on", name=op.f("ck_councillors_term_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_councillors_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_councillors")),
        sa.UniqueConstraint("account_id", name=op.f("uq_councillors_account_id")),
    )
    op.create_table(
        "sittings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the act's sittings, from 1"),
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="the text that is voted"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("begins_at", sa.String(length=5), nullable=False, comment="hour of the day, 18:00"),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column(
            "link", sa.String(length=500), nullable=False, comment="where it can be watched; may be empty"
        ),
        sa.Column("policy", sa.String(length=20), nullable=False, comment="amendments/rules/voting_order.py"),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by", sa.String(length=200), nullable=False),
        sa.Column("roll", sa.Text(), nullable=False, comment="JSON: who was in office that day"),
        sa.Column("present", sa.Text(), nullable=False, comment="JSON: ids of those who were there"),
        sa.Column("voting_order", sa.Text(), nullable=False, comment="JSON: Order, as the vote began"),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False, comment="why it was cancelled; Markdown"),
        sa.Column(
            "decision_number", sa.Integer(), nullable=True, comment="of the adopted decision, in its year"
        ),
        sa.Column("decision_year", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('called', 'voting', 'closed', 'cancelled')", name=op.f("ck_sittings_state_known")
        ),
        sa.CheckConstraint(
            "(decision_year IS NULL) = (decision_number IS NULL)", name=op.f("ck_sittings_number_with_year")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_sittings_act_id_acts")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_sittings_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
        sa.UniqueConstraint("act_id", "position", name=op.f("uq_sittings_act_id_position")),
        sa.UniqueConstraint(
            "decision_year", "decision_number", name=op.f("uq_sittings_decision_year_decision_number")
        ),
    )
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sittings_open",
            ["act_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('called', 'voting')"),
            postgresql_where=sa.text("state IN ('called', 'voting')"),
        )

    op.create_table(
        "amendment_take_overs",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
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
        sa.PrimaryKeyConstraint("amendment_id", name=op.f("pk_amendment_take_overs")),
    )
    op.create_table(
        "council_votes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sitting_id", sa.Uuid(), nullable=False),
        sa.Column("motion", sa.String(length=36), nullable=False, comment="id of an amendment, or: act"),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="1 for the first, then one for each correction"
        ),
        sa.Column(
            "choices", sa.Text(), nullable=False, comment="JSON: choice of each councillor on the roll, by id"
        ),
        sa.Column("for_count", sa.Integer(), nullable=False),
        sa.Column("needed_count", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a correction; public"),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("position = 1 OR reason <> ''", name=op.f("ck_council_votes_correction_reasoned")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_council_votes_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["sittings.id"], name=op.f("fk_council_votes_sitting_id_sittings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_votes")),
        sa.UniqueConstraint(
            "sitting_id", "motion", "position", name=op.f("uq_council_votes_sitting_id_motion_position")
        ),
    )
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    op.drop_table("council_votes")
    op.drop_table("amendment_take_overs")
    with op.batch_alter_table("sittings", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_sittings_open",
            sqlite_where=sa.text("state IN ('called', 'voting')"),
            postgresql_where=sa.text("state IN ('called', 'voting')"),
        )

    op.drop_table("sittings")
    op.drop_table("councillors")
    op.execute("UPDATE acts SET state = 'council' WHERE state = 'voting'")
    op.execute("UPDATE amendments SET state = 'submitted' WHERE state = 'tabled'")
    _states("amendments", AMENDMENTS)
    _states("acts", ACTS)

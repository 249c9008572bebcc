"""amendments: answers that a department prepares"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

OUTCOMES = "'accepted', 'changed', 'partly', 'rejected', 'already_in', 'out_of_scope', 'deferred'"


def upgrade() -> None:
    op.create_table(
        "amendment_prepared_answers",
        sa.Column("amendment_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False, comment="the text it is meant for"),
        sa.Column(
            "revision",
            sa.Integer(),
            nullable=False,
            comment="1 for the first, then one more each time it is written",
        ),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column("operations", sa.LargeBinary(), nullable=True, comment="as in amendment_answers"),
        sa.Column("same_as_id", sa.Uuid(), nullable=True),
        sa.Column(
            "typed", sa.Text(), nullable=False, comment="JSON: the fields of the counter-text, for its form"
        ),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"outcome IN ({OUTCOMES})", name=op.f("ck_amendment_prepared_answers_outcome_known")
        ),
        sa.CheckConstraint(
            "(outcome IN ('changed', 'partly')) = (operations IS NOT NULL)",
            name=op.f("ck_amendment_prepared_answers_text_given"),
        ),
        sa.ForeignKeyConstraint(
            ["amendment_id"],
            ["amendments.id"],
            name=op.f("fk_amendment_prepared_answers_amendment_id_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"],
            ["amendments.id"],
            name=op.f("fk_amendment_prepared_answers_same_as_id_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["act_versions.id"],
            name=op.f("fk_amendment_prepared_answers_version_id_act_versions"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_amendment_prepared_answers_by_id_accounts")
        ),
        sa.PrimaryKeyConstraint("amendment_id", name=op.f("pk_amendment_prepared_answers")),
    )


def downgrade() -> None:
    op.drop_table("amendment_prepared_answers")

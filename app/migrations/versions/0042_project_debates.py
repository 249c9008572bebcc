"""proposals: projects that go to public debate before the vote"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "project_debates",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=False, comment="e.g. 18:30; empty: not said"),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column(
            "act_path",
            sa.String(length=60),
            nullable=False,
            comment="of the draft decision debated with it, if any",
        ),
        sa.Column("outcome", sa.Text(), nullable=False, comment="what came of it; empty: not held yet"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("place <> ''", name=op.f("ck_project_debates_somewhere")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_debates_project_id_projects")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_project_debates")),
    )
    with op.batch_alter_table("review_rules") as changed:
        changed.add_column(
            sa.Column(
                "debate_bani",
                sa.BigInteger(),
                server_default="0",
                nullable=False,
                comment="a project that costs more is debated in public before the vote; 0: none has to be",
            )
        )
        changed.create_check_constraint(op.f("ck_review_rules_debate_not_negative"), "debate_bani >= 0")


def downgrade() -> None:
    with op.batch_alter_table("review_rules") as changed:
        changed.drop_constraint(op.f("ck_review_rules_debate_not_negative"), type_="check")
        changed.drop_column("debate_bani")
    op.drop_table("project_debates")

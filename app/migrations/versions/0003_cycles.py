"""cycles: areas, stages and the changes of their dates"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import UtcDateTime, append_only_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

APPEND_ONLY = ("stage_changes",)


def upgrade() -> None:
    op.create_table(
        "cycles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False, comment="in addresses; never changes"),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("title_en", sa.String(200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False, comment="Markdown, Romanian"),
        sa.Column("summary_en", sa.Text(), nullable=False, comment="Markdown, English"),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("budget_bani", sa.BigInteger(), nullable=False),
        sa.Column(
            "currency", sa.String(10), nullable=False, comment="as written after amounts; lei unless imported"
        ),
        sa.Column(
            "max_ranked", sa.Integer(), nullable=False, comment="the most projects one ballot may rank"
        ),
        sa.Column("min_ranked", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False, comment="name of a counting rule in voting.rules"),
        sa.Column("rule_params", sa.Text(), nullable=False, comment="JSON object of the rule's parameters"),
        sa.Column(
            "tie_seed_commitment",
            sa.String(128),
            nullable=True,
            comment="published before opening: commits to the lot that breaks ties",
        ),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column(
            "is_imported",
            sa.Boolean(),
            nullable=False,
            comment="made from a file of a finished election elsewhere",
        ),
        sa.CheckConstraint("budget_bani >= 0", name=op.f("ck_cycles_budget_not_negative")),
        sa.CheckConstraint(
            "min_ranked >= 0 AND min_ranked <= max_ranked", name=op.f("ck_cycles_ranked_in_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycles")),
        sa.UniqueConstraint("slug", name=op.f("uq_cycles_slug")),
    )
    op.create_table(
        "areas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_areas_cycle_id_cycles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("cycle_id", "code", name=op.f("uq_areas_cycle_id_code")),
    )
    op.create_table(
        "stages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('submission', 'review', 'vote', 'results')", name=op.f("ck_stages_kind_known")
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_stages_dates_in_order")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_stages_cycle_id_cycles")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stages")),
        sa.UniqueConstraint("cycle_id", "kind", name=op.f("uq_stages_cycle_id_kind")),
    )
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.String(200), nullable=False, comment="the official's name as it was then"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opens_before", UtcDateTime(), nullable=False),
        sa.Column("closes_before", UtcDateTime(), nullable=False),
        sa.Column("opens_after", UtcDateTime(), nullable=False),
        sa.Column("closes_after", UtcDateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_stage_changes_reason_given")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["accounts.id"], name=op.f("fk_stage_changes_actor_id_accounts")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_stage_changes_cycle_id_cycles")),
        sa.ForeignKeyConstraint(["stage_id"], ["stages.id"], name=op.f("fk_stage_changes_stage_id_stages")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_changes")),
    )
    op.create_index("ix_stage_changes_cycle_id_at", "stage_changes", ["cycle_id", "at"], unique=False)
    for table in APPEND_ONLY:
        for statement in append_only_sql(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in ("stage_changes", "stages", "areas", "cycles"):
        op.drop_table(table)

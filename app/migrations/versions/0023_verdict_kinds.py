"""proposals: accepted with changes, forwarded, the author's term to complete an idea, rules of the review"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STATES = ("draft", "submitted", "in_review", "waiting", "rejected", "merged", "accepted")
KINDS = ("rejected", "merged", "accepted")
NEW_CHECKS = {
    "forwarded_to_somebody": "(kind = 'forwarded') = (authority IS NOT NULL)",
    "changes_in_words": "(kind = 'changed') = (changes IS NOT NULL)",
}


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("second_id", sa.Uuid(), nullable=True),
        sa.Column(
            "second_name",
            sa.String(length=120),
            nullable=True,
            comment="who confirmed it as a second reviewer",
        ),
        sa.Column("changes", sa.Text(), nullable=True, comment="changed: what was changed, in words"),
        sa.Column("title", sa.String(length=120), nullable=True, comment="changed: the project's title"),
        sa.Column("body", sa.Text(), nullable=True, comment="changed: the project's text; Markdown"),
        sa.Column(
            "authority", sa.String(length=200), nullable=True, comment="forwarded: to whom it was sent on"
        ),
        sa.Column(
            "reference", sa.String(length=60), nullable=True, comment="forwarded: number of the letter"
        ),
    ]


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _allow(table: str, name: str, condition: str) -> None:
    """Replace a check; SQLite makes the table anew for it."""
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(name), type_="check")
        changed.create_check_constraint(op.f(name), condition)


def _seal_verdicts() -> None:
    """On SQLite the table was made anew, and its triggers went with the old one."""
    if op.get_bind().dialect.name == "sqlite":
        for statement in append_only_sql("verdicts", "sqlite"):
            op.execute(statement)


def upgrade() -> None:
    _allow("ideas", "ck_ideas_state_known", _one_of("state", (*STATES, "forwarded", "withdrawn")))
    with op.batch_alter_table("verdicts") as changed:
        for column in _new_columns():
            changed.add_column(column)
        changed.create_foreign_key(op.f("fk_verdicts_second_id_accounts"), "accounts", ["second_id"], ["id"])
        changed.drop_constraint(op.f("ck_verdicts_kind_known"), type_="check")
        changed.create_check_constraint(
            op.f("ck_verdicts_kind_known"), _one_of("kind", (*KINDS, "changed", "forwarded"))
        )
        for name, condition in NEW_CHECKS.items():
            changed.create_check_constraint(op.f(f"ck_verdicts_{name}"), condition)
    _seal_verdicts()
    op.add_column(
        "clock_pauses",
        sa.Column(
            "answer_due_on",
            sa.Date(),
            nullable=True,
            comment="the author's term; after it the clock runs again by itself",
        ),
    )
    op.create_table(
        "review_rules",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column(
            "second_eyes_bani",
            sa.BigInteger(),
            nullable=False,
            comment="an acceptance that costs more takes two reviewers",
        ),
        sa.Column(
            "answer_days",
            sa.Integer(),
            nullable=False,
            comment="working days in which an author completes an idea",
        ),
        sa.Column(
            "contest_days",
            sa.Integer(),
            nullable=False,
            comment="working days in which an author contests a verdict",
        ),
        sa.Column(
            "decide_days",
            sa.Integer(),
            nullable=False,
            comment="working days in which a contestation is decided",
        ),
        sa.Column(
            "publish_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="verdicts are published together at this moment; none: each at once",
        ),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("second_eyes_bani >= 0", name=op.f("ck_review_rules_amount_not_negative")),
        sa.CheckConstraint(
            "answer_days > 0 AND contest_days > 0 AND decide_days > 0",
            name=op.f("ck_review_rules_terms_positive"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_review_rules_cycle_id_cycles")),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_review_rules")),
    )


def downgrade() -> None:
    op.drop_table("review_rules")
    with op.batch_alter_table("clock_pauses") as changed:
        changed.drop_column("answer_due_on")
    with op.batch_alter_table("verdicts") as changed:
        for name in NEW_CHECKS:
            changed.drop_constraint(op.f(f"ck_verdicts_{name}"), type_="check")
        changed.drop_constraint(op.f("ck_verdicts_kind_known"), type_="check")
        changed.create_check_constraint(op.f("ck_verdicts_kind_known"), _one_of("kind", KINDS))
        changed.drop_constraint(op.f("fk_verdicts_second_id_accounts"), type_="foreignkey")
        for column in reversed(_new_columns()):
            changed.drop_column(column.name)
    _seal_verdicts()
    _allow("ideas", "ck_ideas_state_known", _one_of("state", (*STATES, "withdrawn")))

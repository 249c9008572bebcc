"""notices: on the page of one's account only, and a private feed"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_feeds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "serial", sa.Integer(), nullable=False, comment="of the address that holds; never the same again"
        ),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notice_feeds_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_notice_feeds")),
    )
    _check("notice_choices", "rhythm_known", "rhythm IN ('now', 'weekly', 'page', 'never')")
    _check("notices", "settled_somehow", "settled_as IN ('', 'now', 'digest', 'page', 'none')")
    _comment("now, digest, page, or none was wanted", "now, digest, or none was wanted")


def downgrade() -> None:
    op.execute("UPDATE notices SET settled_as = 'none' WHERE settled_as = 'page'")
    op.execute("UPDATE notice_choices SET rhythm = 'never' WHERE rhythm = 'page'")
    _check("notices", "settled_somehow", "settled_as IN ('', 'now', 'digest', 'none')")
    _check("notice_choices", "rhythm_known", "rhythm IN ('now', 'weekly', 'never')")
    _comment("now, digest, or none was wanted", "now, digest, page, or none was wanted")
    op.drop_table("notice_feeds")


def _check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as changed:
        changed.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        changed.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _comment(new: str, old: str) -> None:
    with op.batch_alter_table("notices") as changed:
        changed.alter_column(
            "settled_as",
            existing_type=sa.String(length=10),
            existing_nullable=False,
            comment=new,
            existing_comment=old,
        )

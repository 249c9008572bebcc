"""proposals: the scan of the paper on which an idea came"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

NAME = "ck_idea_papers_kind_known"


def upgrade() -> None:
    _check("kind IN ('idea', 'answer', 'contestation', 'withdrawal')")


def downgrade() -> None:
    op.execute("DELETE FROM idea_papers WHERE kind = 'idea'")
    _check("kind IN ('answer', 'contestation', 'withdrawal')")


def _check(condition: str) -> None:
    with op.batch_alter_table("idea_papers") as changed:
        changed.drop_constraint(op.f(NAME), type_="check")
        changed.create_check_constraint(op.f(NAME), condition)

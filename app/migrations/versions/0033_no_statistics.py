"""voting: PostgreSQL keeps no samples of who holds which credential beside the table"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

COLUMNS = ("mark", "account_id")


def upgrade() -> None:
    _sample(0)


def downgrade() -> None:
    _sample(-1)


def _sample(target: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in COLUMNS:
            op.execute(f"ALTER TABLE credential_holders ALTER COLUMN {column} SET STATISTICS {target}")

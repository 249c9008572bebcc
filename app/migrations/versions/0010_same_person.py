"""accounts: who is the same person is found by index, at any number of residents"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_residences_account_id", "residences", ["account_id"])
    op.create_index("ix_residences_identity_hash", "residences", ["identity_hash"])


def downgrade() -> None:
    op.drop_index("ix_residences_identity_hash", "residences")
    op.drop_index("ix_residences_account_id", "residences")

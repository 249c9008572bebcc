"""open data: the nightly package of each cycle"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_packages",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False, comment="the local day on which it was made"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False, comment="of the storage"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the file, in hexadecimal"),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False, comment="name, title, rows; in their order"),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycles.id"], name=op.f("fk_data_packages_cycle_id_cycles")),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_data_packages")),
        sa.UniqueConstraint("key", name=op.f("uq_data_packages_key")),
    )


def downgrade() -> None:
    op.drop_table("data_packages")

"""amendments: files of a version that are written once, with their digests"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act_version_files",
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False, comment="text.txt, text.xml"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="as it is served"),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_act_version_files_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_act_version_files")),
    )
    for statement in append_only_sql("act_version_files", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("act_version_files")

"""amendments: corrections of the wording, kept while the next version is prepared; one written anew for a
later text
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "act_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column(
            "operations", sa.LargeBinary(), nullable=False, comment="JSON: amendments/text/operations.py"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["act_versions.id"], name=op.f("fk_act_corrections_version_id_act_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_corrections")),
        sa.UniqueConstraint("version_id", "unit", name=op.f("uq_act_corrections_version_id_unit")),
    )
    with op.batch_alter_table("amendments") as changed:
        changed.add_column(
            sa.Column(
                "replaces_id",
                sa.Uuid(),
                nullable=True,
                comment="the one that its author writes anew for a later text",
            )
        )
        changed.create_foreign_key(
            op.f("fk_amendments_replaces_id_amendments"), "amendments", ["replaces_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("amendments") as changed:
        changed.drop_constraint(op.f("fk_amendments_replaces_id_amendments"), type_="foreignkey")
        changed.drop_column("replaces_id")
    op.drop_table("act_corrections")

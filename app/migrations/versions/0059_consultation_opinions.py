"""consultations: what participants say, streets"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "streets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False, comment="consultations/rules/coverage.py"),
        sa.Column("area_code", sa.String(length=60), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False, comment="neighbourhood, in words"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_streets")),
        sa.UniqueConstraint("area_code", "key", name=op.f("uq_streets_area_code_key")),
    )
    op.create_table(
        "consultation_opinions_asked",
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_opinions_asked_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_consultation_opinions_asked")),
    )
    op.create_table(
        "consultation_opinions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False, comment="one for a registration"),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "comment", sa.Text(), nullable=False, comment="read by organizers alone; deleted after a year"
        ),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answered BETWEEN 1 AND 5", name=op.f("ck_consultation_opinions_answered_a_point")
        ),
        sa.CheckConstraint("heard BETWEEN 1 AND 5", name=op.f("ck_consultation_opinions_heard_a_point")),
        sa.CheckConstraint("place BETWEEN 1 AND 5", name=op.f("ck_consultation_opinions_place_a_point")),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_opinions_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["consultation_registrations.id"],
            name="fk_consultation_opinions_registration",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_opinions")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_consultation_opinions_registration_id")),
    )
    with op.batch_alter_table("consultation_opinions", schema=None) as batch_op:
        batch_op.create_index("ix_consultation_opinions_consultation_id", ["consultation_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("consultation_opinions", schema=None) as batch_op:
        batch_op.drop_index("ix_consultation_opinions_consultation_id")

    op.drop_table("consultation_opinions")
    op.drop_table("consultation_opinions_asked")
    op.drop_table("streets")

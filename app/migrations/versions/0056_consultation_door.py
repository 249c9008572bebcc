"""consultations: what is noted at the door, and who walked in"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "walk_ins",
        sa.Column("id", sa.Uuid(), nullable=False, comment="made on the tablet"),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name", sa.String(length=120), nullable=False, comment="if they said it; deleted afterwards"
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultations.id"], name=op.f("fk_walk_ins_consultation_id_consultations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_ins")),
    )
    with op.batch_alter_table("walk_ins") as batch_op:
        batch_op.create_index("ix_walk_ins_consultation_id", ["consultation_id"], unique=False)

    op.create_table(
        "door_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "device_id",
            sa.Uuid(),
            nullable=False,
            comment="made on the tablet; of the page: one for each helper",
        ),
        sa.Column(
            "sequence",
            sa.Integer(),
            nullable=False,
            comment="the device's own count; sent twice, it is the same event",
        ),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("walk_in_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False, comment="of the group that are here, from now on"),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column(
            "replaces",
            sa.Text(),
            nullable=False,
            comment="JSON: the events that were in force where it was made, as device.sequence",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a decision; empty for all else"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="by the tablet's clock, which may be wrong",
        ),
        sa.Column(
            "clock_off",
            sa.Integer(),
            nullable=False,
            comment="seconds by which that clock was ahead when it was sent",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False, comment="who was signed in"),
        sa.CheckConstraint(
            "(kind <> 'undone') OR people = 0", name=op.f("ck_door_events_nobody_when_undone")
        ),
        sa.CheckConstraint(
            "(kind = 'decided') = (reason <> '')", name=op.f("ck_door_events_reason_of_decisions")
        ),
        sa.CheckConstraint(
            "kind IN ('arrived', 'walked_in', 'undone', 'decided')", name=op.f("ck_door_events_kind_known")
        ),
        sa.CheckConstraint(
            "(registration_id IS NULL) <> (walk_in_id IS NULL)", name=op.f("ck_door_events_of_one_group")
        ),
        sa.CheckConstraint("children BETWEEN 0 AND 20", name=op.f("ck_door_events_children_within_limits")),
        sa.CheckConstraint("people BETWEEN 0 AND 60", name=op.f("ck_door_events_people_within_limits")),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_door_events_sequence_positive")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_door_events_by_id_accounts")),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_door_events_consultation_id_consultations"),
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["consultation_registrations.id"],
            name=op.f("fk_door_events_registration_id_consultation_registrations"),
        ),
        sa.ForeignKeyConstraint(
            ["walk_in_id"], ["walk_ins.id"], name=op.f("fk_door_events_walk_in_id_walk_ins")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_events")),
        sa.UniqueConstraint("device_id", "sequence", name=op.f("uq_door_events_device_id_sequence")),
    )
    with op.batch_alter_table("door_events") as batch_op:
        batch_op.create_index("ix_door_events_consultation_id", ["consultation_id"], unique=False)

    for statement in append_only_sql("door_events", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("door_events")
    op.drop_table("walk_ins")

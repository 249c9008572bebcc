"""consultations: the programme and who comes"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seasons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False, comment="in addresses; never changes"),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_seasons_days_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seasons")),
        sa.UniqueConstraint("slug", name=op.f("uq_seasons_slug")),
    )
    op.create_table(
        "venues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("area_code", sa.String(length=60), nullable=False),
        sa.Column("area", sa.String(length=200), nullable=False, comment="neighbourhood, in words"),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("is_step_free", sa.Boolean(), nullable=False),
        sa.Column("has_loop", sa.Boolean(), nullable=False, comment="induction loop for hearing aids"),
        sa.Column("has_toilet", sa.Boolean(), nullable=False, comment="toilet for wheelchair users"),
        sa.Column("access", sa.Text(), nullable=False, comment="how to get in, in words"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_venues_place_whole")),
        sa.CheckConstraint("seats > 0", name=op.f("ck_venues_has_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
    )
    with op.batch_alter_table("venues") as batch_op:
        batch_op.create_index(batch_op.f("ix_venues_area_code"), ["area_code"], unique=False)

    op.create_table(
        "hosts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False, comment="in addresses; never changes"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("office", sa.String(length=120), nullable=False, comment="e.g. primar, consilier local"),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="can be chosen for what is to come"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_hosts_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hosts")),
        sa.UniqueConstraint("account_id", name=op.f("uq_hosts_account_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_hosts_slug")),
    )
    op.create_table(
        "consultations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("season_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True, comment="those that were planned together recur"),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("theme", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=150), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, comment="Markdown"),
        sa.Column("streets", sa.Text(), nullable=False, comment="which it is for, a line each; may be empty"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "capacity",
            sa.Integer(),
            nullable=True,
            comment="places that can be reserved; NULL: as many as come",
        ),
        sa.Column("has_childcare", sa.Boolean(), nullable=False),
        sa.Column(
            "languages",
            sa.String(length=200),
            nullable=False,
            comment="besides Romanian; also sign language",
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "sequence",
            sa.Integer(),
            nullable=False,
            comment="of the calendar entry (RFC 5545): with each change",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), nullable=True, comment="the last row of its history"
        ),
        sa.Column(
            "reminded_for",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the beginning of which who comes was reminded",
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (number IS NULL)", name=op.f("ck_consultations_numbered_when_published")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (published_at IS NULL)",
            name=op.f("ck_consultations_published_at_a_moment"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'published', 'held', 'not_held', 'cancelled')",
            name=op.f("ck_consultations_state_known"),
        ),
        sa.CheckConstraint(
            "theme IN ('general', 'streets', 'green', 'schools', 'buildings', 'waste', 'safety', 'social', "
            "'culture')",
            name=op.f("ck_consultations_theme_known"),
        ),
        sa.CheckConstraint(
            "capacity IS NULL OR capacity > 0", name=op.f("ck_consultations_capacity_positive")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_consultations_hours_in_order")),
        sa.ForeignKeyConstraint(["host_id"], ["hosts.id"], name=op.f("fk_consultations_host_id_hosts")),
        sa.ForeignKeyConstraint(
            ["season_id"], ["seasons.id"], name=op.f("fk_consultations_season_id_seasons")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_consultations_venue_id_venues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultations")),
        sa.UniqueConstraint("number", name=op.f("uq_consultations_number")),
    )
    with op.batch_alter_table("consultations") as batch_op:
        batch_op.create_index("ix_consultations_host_id_starts_at", ["host_id", "starts_at"], unique=False)
        batch_op.create_index(
            "ix_consultations_season_id_starts_at", ["season_id", "starts_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_consultations_series_id"), ["series_id"], unique=False)
        batch_op.create_index("ix_consultations_starts_at", ["starts_at"], unique=False)
        batch_op.create_index("ix_consultations_venue_id_starts_at", ["venue_id", "starts_at"], unique=False)

    op.create_table(
        "consultation_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the consultation's changes, from 1"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "before", sa.Text(), nullable=False, comment="JSON: the public facts that changed, as they were"
        ),
        sa.Column("after", sa.Text(), nullable=False, comment="JSON: the same facts now"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint(
            "kind IN ('published', 'held') OR reason <> ''", name=op.f("ck_consultation_changes_reason_given")
        ),
        sa.CheckConstraint(
            "kind IN ('published', 'moved', 'edited', 'cancelled', 'reinstated', 'held', 'not_held', "
            "'corrected')",
            name=op.f("ck_consultation_changes_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts.id"], name=op.f("fk_consultation_changes_by_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_changes_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_changes")),
        sa.UniqueConstraint(
            "consultation_id", "position", name=op.f("uq_consultation_changes_consultation_id_position")
        ),
    )
    op.create_table(
        "consultation_registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position",
            sa.Integer(),
            nullable=False,
            comment="in the order of registering: the order of the waiting list",
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="none: called or walked in"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "phone", sa.String(length=30), nullable=False, comment="of who called; for a change of plans"
        ),
        sa.Column("email", sa.String(length=254), nullable=False, comment="of who called and has one"),
        sa.Column("locale", sa.String(length=2), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.Column(
            "children", sa.Integer(), nullable=False, comment="to be looked after; no places in the room"
        ),
        sa.Column(
            "needs",
            sa.Text(),
            nullable=False,
            comment="for instance a place for a wheelchair; deleted afterwards",
        ),
        sa.Column(
            "language",
            sa.String(length=60),
            nullable=False,
            comment="in which they would rather speak; may be empty",
        ),
        sa.Column("code", sa.String(length=16), nullable=False, comment="of the ticket"),
        sa.Column("via", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at", sa.DateTime(timezone=True), nullable=True, comment="when they got their places"
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "told_sequence",
            sa.Integer(),
            nullable=False,
            comment="of the consultation; who has only a telephone is called",
        ),
        sa.CheckConstraint(
            "state IN ('confirmed', 'waiting', 'withdrawn')",
            name=op.f("ck_consultation_registrations_state_known"),
        ),
        sa.CheckConstraint(
            "via IN ('web', 'phone', 'door')", name=op.f("ck_consultation_registrations_via_known")
        ),
        sa.CheckConstraint(
            "guests >= 0 AND children >= 0", name=op.f("ck_consultation_registrations_counts_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_consultation_registrations_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultations.id"],
            name=op.f("fk_consultation_registrations_consultation_id_consultations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consultation_registrations")),
        sa.UniqueConstraint("code", name=op.f("uq_consultation_registrations_code")),
        sa.UniqueConstraint(
            "consultation_id",
            "account_id",
            name=op.f("uq_consultation_registrations_consultation_id_account_id"),
        ),
        sa.UniqueConstraint(
            "consultation_id", "position", name=op.f("uq_consultation_registrations_consultation_id_position")
        ),
    )
    with op.batch_alter_table("consultation_registrations") as batch_op:
        batch_op.create_index("ix_consultation_registrations_account_id", ["account_id"], unique=False)

    for statement in append_only_sql("consultation_changes", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "consultation_registrations",
        "consultation_changes",
        "consultations",
        "hosts",
        "venues",
        "seasons",
    ):
        op.drop_table(table)

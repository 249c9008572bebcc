"""amendments: the public debate meeting, who asked for it and speaks, what was recommended, its minutes"""

import sqlalchemy as sa
from alembic import op

from app.kit.db import append_only_sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "debate_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("entity", sa.String(length=200), nullable=False, comment="legal name; public"),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="association or authority"),
        sa.Column(
            "signed_by",
            sa.String(length=200),
            nullable=False,
            comment="name and function; for the secretariat",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="public; Markdown"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_debate_requests_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_debate_requests_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debate_requests")),
        sa.UniqueConstraint("act_id", "account_id", name=op.f("uq_debate_requests_act_id_account_id")),
    )
    op.create_table(
        "debates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="of the act's meetings, from 1"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column(
            "link", sa.String(length=500), nullable=False, comment="where it can be followed; may be empty"
        ),
        sa.Column("capacity", sa.Integer(), nullable=True, comment="seats in the room"),
        sa.Column("minutes_each", sa.Integer(), nullable=False, comment="for each speaker"),
        sa.Column("register_until", sa.Date(), nullable=False, comment="last day on which speakers register"),
        sa.Column("how", sa.Text(), nullable=False, comment="how recommendations are collected; Markdown"),
        sa.Column(
            "attending",
            sa.Text(),
            nullable=False,
            comment="who must be there, a line each: initiator, experts",
        ),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("called_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attendance", sa.Integer(), nullable=True, comment="how many people were there"),
        sa.Column("officials", sa.Text(), nullable=False, comment="who was there for the town, by line"),
        sa.Column("notes", sa.Text(), nullable=False, comment="what else the minutes say; Markdown"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="of what is being written: two clerks at once"
        ),
        sa.Column("cancel_reason", sa.Text(), nullable=False, comment="public"),
        sa.CheckConstraint(
            "state IN ('called', 'ended', 'published', 'cancelled')", name=op.f("ck_debates_state_known")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_debates_act_id_acts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debates")),
        sa.UniqueConstraint("act_id", "position", name=op.f("uq_debates_act_id_position")),
    )
    op.create_index(
        "ix_debates_open",
        "debates",
        ["act_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('called', 'ended')"),
        postgresql_where=sa.text("state IN ('called', 'ended')"),
    )

    op.create_table(
        "debate_minutes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debate_id", sa.Uuid(), nullable=False),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="1: the minutes; then one for each correction"
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="1: JSON, queries/debates.py; then Markdown"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the content"),
        sa.Column("by_name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debate_id"], ["debates.id"], name=op.f("fk_debate_minutes_debate_id_debates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debate_minutes")),
        sa.UniqueConstraint("debate_id", "position", name=op.f("uq_debate_minutes_debate_id_position")),
    )
    op.create_table(
        "debate_speakers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="in the order of registering"),
        sa.Column("account_id", sa.Uuid(), nullable=True, comment="none: walked in"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "on_behalf_of", sa.String(length=200), nullable=False, comment="association or business; public"
        ),
        sa.Column("about", sa.String(length=500), nullable=False, comment="which articles"),
        sa.Column("shows_papers", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False, comment="consents to the name being public"),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spoke", sa.Boolean(), nullable=True, comment="none: has not had the word yet"),
        sa.Column("summary", sa.Text(), nullable=False, comment="of what was said; Markdown"),
        sa.Column("revision", sa.Integer(), nullable=False, comment="two clerks at once"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_debate_speakers_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["debate_id"], ["debates.id"], name=op.f("fk_debate_speakers_debate_id_debates")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debate_speakers")),
        sa.UniqueConstraint("debate_id", "account_id", name=op.f("uq_debate_speakers_debate_id_account_id")),
        sa.UniqueConstraint("debate_id", "position", name=op.f("uq_debate_speakers_debate_id_position")),
    )
    op.create_table(
        "debate_recommendations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debate_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("speaker_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="as it was said; Markdown"),
        sa.Column(
            "unit",
            sa.String(length=100),
            nullable=False,
            comment="the part of the text that it names; may be empty",
        ),
        sa.Column("reads", sa.Text(), nullable=False, comment="how that part should read; may be empty"),
        sa.Column("amendment_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["amendment_id"],
            ["amendments.id"],
            name=op.f("fk_debate_recommendations_amendment_id_amendments"),
        ),
        sa.ForeignKeyConstraint(
            ["debate_id"], ["debates.id"], name=op.f("fk_debate_recommendations_debate_id_debates")
        ),
        sa.ForeignKeyConstraint(
            ["speaker_id"],
            ["debate_speakers.id"],
            name=op.f("fk_debate_recommendations_speaker_id_debate_speakers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debate_recommendations")),
        sa.UniqueConstraint("amendment_id", name=op.f("uq_debate_recommendations_amendment_id")),
        sa.UniqueConstraint(
            "debate_id", "position", name=op.f("uq_debate_recommendations_debate_id_position")
        ),
    )
    for statement in append_only_sql("debate_minutes", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    for table in (
        "debate_minutes",
        "debate_recommendations",
        "debate_speakers",
        "debates",
        "debate_requests",
    ):
        op.drop_table(table)

"""proposals: co-authors of ideas and invitations to be one"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idea_co_authors",
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "name", sa.String(length=120), nullable=False, comment="as shown in public; empty: a resident"
        ),
        sa.Column(
            "from_idea_id",
            sa.Uuid(),
            nullable=True,
            comment="the idea of theirs that was merged; NULL: invited",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_idea_co_authors_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["from_idea_id"], ["ideas.id"], name=op.f("fk_idea_co_authors_from_idea_id_ideas")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_co_authors_idea_id_ideas")),
        sa.PrimaryKeyConstraint("idea_id", "account_id", name=op.f("pk_idea_co_authors")),
    )
    op.create_index("ix_idea_co_authors_account_id", "idea_co_authors", ["account_id"])
    op.create_index(op.f("ix_idea_co_authors_from_idea_id"), "idea_co_authors", ["from_idea_id"])
    op.create_table(
        "idea_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("idea_id", sa.Uuid(), nullable=False),
        sa.Column(
            "email",
            sa.String(length=254),
            nullable=False,
            comment="lower case; private, seen by the authors",
        ),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "ended_as IN ('accepted', 'declined', 'withdrawn')", name=op.f("ck_idea_invitations_end_known")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_as IS NULL)", name=op.f("ck_idea_invitations_ended_somehow")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (email <> '')", name=op.f("ck_idea_invitations_address_erased")
        ),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_invitations_idea_id_ideas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_idea_invitations_token_digest")),
    )
    op.create_index(
        "uq_idea_invitations_open_email",
        "idea_invitations",
        ["idea_id", "email"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    with op.batch_alter_table("ideas") as changed:
        changed.add_column(
            sa.Column(
                "co_author_ids",
                sa.JSON(),
                server_default="[]",
                nullable=False,
                comment="as in idea_co_authors",
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("ideas") as changed:
        changed.drop_column("co_author_ids")
    op.drop_table("idea_invitations")
    op.drop_table("idea_co_authors")

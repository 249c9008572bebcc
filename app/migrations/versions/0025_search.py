"""search: the index of everything public"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("ref", sa.String(length=120), nullable=False, comment="kind:key of its source"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "stamp", sa.String(length=80), nullable=False, comment="of its source; another one is read again"
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, comment="what it belongs to: a cycle, an act, an area"),
        sa.Column("body", sa.Text(), nullable=False, comment="plain text, for the passage that is shown"),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_search_documents")),
    )
    op.create_index("ix_search_documents_kind", "search_documents", ["kind"], unique=False)

    op.create_table(
        "search_refreshes",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_refreshes")),
    )

    op.create_table(
        "search_words",
        sa.Column("stem", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column(
            "weight",
            sa.Integer(),
            nullable=False,
            comment="more for a word of the title, and for one that is repeated",
        ),
        sa.ForeignKeyConstraint(
            ["ref"],
            ["search_documents.ref"],
            name=op.f("fk_search_words_ref_search_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stem", "ref", name=op.f("pk_search_words")),
    )
    op.create_index(op.f("ix_search_words_ref"), "search_words", ["ref"], unique=False)


def downgrade() -> None:
    op.drop_table("search_words")
    op.drop_table("search_refreshes")
    op.drop_table("search_documents")

"""search: documents have numbers, and the index of words holds all that counting and ordering need"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

NUMBER = "another one each time it is written"
WEIGHT = "more for a word of the title, and for one that is repeated"


def upgrade() -> None:
    """Nothing has to be indexed anew: the index is copied, so that everything is found meanwhile."""
    op.execute("CREATE TABLE documents_before AS SELECT * FROM search_documents")
    op.execute("CREATE TABLE words_before AS SELECT * FROM search_words")
    op.drop_table("search_words")
    op.drop_table("search_documents")
    _make_documents(sa.Column("id", sa.Integer(), nullable=False, comment=NUMBER))
    op.create_table(
        "search_words",
        sa.Column("document_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stem", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="of its document"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="of its document"),
        sa.Column("weight", sa.Integer(), nullable=False, comment=WEIGHT),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["search_documents.id"],
            name=op.f("fk_search_words_document_id_search_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document_id", "stem", name=op.f("pk_search_words")),
    )
    op.execute(
        "INSERT INTO search_documents (ref, kind, stamp, title, place, body, path, at) "
        "SELECT ref, kind, stamp, title, place, body, path, at FROM documents_before ORDER BY ref"
    )
    op.execute(
        "INSERT INTO search_words (document_id, stem, kind, at, weight) "
        "SELECT d.id, w.stem, d.kind, d.at, w.weight FROM words_before w "
        "JOIN search_documents d ON d.ref = w.ref ORDER BY d.id"
    )
    op.create_index("ix_search_words_stem", "search_words", ["stem", "document_id", "kind", "at", "weight"])
    op.execute("DROP TABLE words_before")
    op.execute("DROP TABLE documents_before")


def downgrade() -> None:
    """The index is made anew by the next sweep."""
    op.drop_table("search_words")
    op.drop_table("search_documents")
    _make_documents()
    op.create_table(
        "search_words",
        sa.Column("stem", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False, comment=WEIGHT),
        sa.ForeignKeyConstraint(
            ["ref"],
            ["search_documents.ref"],
            name=op.f("fk_search_words_ref_search_documents"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("stem", "ref", name=op.f("pk_search_words")),
    )
    op.create_index(op.f("ix_search_words_ref"), "search_words", ["ref"], unique=False)


def _make_documents(*number: "sa.Column[int]") -> None:
    """With a number as the key, or with the reference."""
    op.create_table(
        "search_documents",
        *number,
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
        sa.PrimaryKeyConstraint("id" if number else "ref", name=op.f("pk_search_documents")),
        *([sa.UniqueConstraint("ref", name=op.f("uq_search_documents_ref"))] if number else []),
    )
    op.create_index("ix_search_documents_kind", "search_documents", ["kind"], unique=False)

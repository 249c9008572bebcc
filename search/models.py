"""The index: documents, and which words stand in them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base

REFERENCE = 120  # characters of a reference


class SearchDocument(Base):
    """A public page as it is found."""

    __tablename__ = "search_documents"
    __table_args__ = (Index("ix_search_documents_kind", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, comment="another one each time it is written")
    ref: Mapped[str] = mapped_column(String(REFERENCE), unique=True, comment="kind:key of its source")
    kind: Mapped[str] = mapped_column(String(20))
    stamp: Mapped[str] = mapped_column(String(80), comment="of its source; another one is read again")
    title: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, comment="what it belongs to: a cycle, an act, an area")
    body: Mapped[str] = mapped_column(Text, comment="plain text, for the passage that is shown")
    path: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]


class SearchWord(Base):
    """A stem that stands in a document. The index of stems holds all that counting and ordering need, so that
    a word of ten thousand comments is looked up without reading one of them.
    """

    __tablename__ = "search_words"
    __table_args__ = (
        Index("ix_search_words_stem", "stem", "document_id", "kind", "at", "weight"),  # all of its columns
    )

    document_id: Mapped[int] = mapped_column(
        ForeignKey("search_documents.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    stem: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), comment="of its document")
    at: Mapped[datetime] = mapped_column(comment="of its document")
    weight: Mapped[int] = mapped_column(comment="more for a word of the title, and for one that is repeated")


class SearchRefresh(Base):
    """When the index was last compared with its sources; its one row is locked by whoever writes."""

    __tablename__ = "search_refreshes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]

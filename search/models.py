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

    ref: Mapped[str] = mapped_column(String(REFERENCE), primary_key=True, comment="kind:key of its source")
    kind: Mapped[str] = mapped_column(String(20))
    stamp: Mapped[str] = mapped_column(String(80), comment="of its source; another one is read again")
    title: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, comment="what it belongs to: a cycle, an act, an area")
    body: Mapped[str] = mapped_column(Text, comment="plain text, for the passage that is shown")
    path: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]


class SearchWord(Base):
    """A stem that stands in a document."""

    __tablename__ = "search_words"

    stem: Mapped[str] = mapped_column(String(40), primary_key=True)
    ref: Mapped[str] = mapped_column(
        ForeignKey("search_documents.ref", ondelete="CASCADE"), primary_key=True, index=True
    )
    weight: Mapped[int] = mapped_column(comment="more for a word of the title, and for one that is repeated")


class SearchRefresh(Base):
    """When the index was last compared with its sources; its one row is locked by whoever writes."""

    __tablename__ = "search_refreshes"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]

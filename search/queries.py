"""Looking things up in the index, and what the sources are asked.

A port: `app/wiring.py` hands over one source for each kind of page.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy import Subquery, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging
from search.models import REFERENCE, SearchDocument, SearchRefresh, SearchWord
from search.rules import Stems

LONGEST_BODY = 20_000  # characters kept for the passage; all words are indexed


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A public page as its owner tells it: plain text, and when it was last of interest."""

    key: str
    title: str
    place: str
    body: str
    path: str
    at: datetime


class Source(Protocol):
    """What there is of one kind. A key whose stamp has changed is read again; one that is no longer named, or
    no longer found when it is read, leaves the index.
    """

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]: ...
    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]: ...


_sources: dict[str, Source] = {}


def index_by(kind: str, source: Source) -> None:
    """Let `source` tell what there is of a kind."""
    _sources[kind] = source


def sources() -> Mapping[str, Source]:
    """Every source by its kind, in the order in which they were handed over."""
    return _sources


def reference(kind: str, key: str) -> str:
    """The reference of a page in the index."""
    return f"{kind}:{key}"[:REFERENCE]


# ── looking ───────────────────────────────────────────────────────────────────
def _matches(terms: Sequence[Stems], *, all_of_them: bool) -> Subquery:
    """The documents in which the terms stand (or one of them), each with its score."""
    each = [
        select(SearchWord.ref, func.max(SearchWord.weight).label("weight"))
        .where(SearchWord.stem.in_(term))
        .group_by(SearchWord.ref)
        for term in terms
    ]
    hits = union_all(*each).subquery()
    query = select(hits.c.ref, func.sum(hits.c.weight).label("score"), func.count().label("terms")).group_by(
        hits.c.ref
    )
    return (query.having(func.count() == len(terms)) if all_of_them else query).subquery()


async def count_found(session: AsyncSession, terms: Sequence[Stems], *, all_of_them: bool) -> dict[str, int]:
    """How many pages of each kind are found."""
    found = _matches(terms, all_of_them=all_of_them)
    query = (
        select(SearchDocument.kind, func.count().label("found"))
        .join(found, found.c.ref == SearchDocument.ref)
        .group_by(SearchDocument.kind)
    )
    return {row.kind: row.found for row in (await session.execute(query)).all()}


async def list_found(
    session: AsyncSession, terms: Sequence[Stems], kind: str, paging: Paging, *, all_of_them: bool
) -> Sequence[SearchDocument]:
    """A page of what is found: where more of the terms stand first, then by weight, then the newest."""
    found = _matches(terms, all_of_them=all_of_them)
    query = select(SearchDocument).join(found, found.c.ref == SearchDocument.ref)
    if kind:
        query = query.where(SearchDocument.kind == kind)
    query = query.order_by(
        found.c.terms.desc(), found.c.score.desc(), SearchDocument.at.desc(), SearchDocument.ref
    )
    return (await session.execute(query.offset(paging.offset).limit(paging.size))).scalars().all()


# ── the index ─────────────────────────────────────────────────────────────────
async def list_stamps(session: AsyncSession, kind: str) -> dict[str, str]:
    """The stamp of each indexed page of a kind, by reference."""
    query = select(SearchDocument.ref, SearchDocument.stamp).where(SearchDocument.kind == kind)
    return {row.ref: row.stamp for row in (await session.execute(query)).all()}


async def last_refresh(session: AsyncSession) -> datetime | None:
    """When the index was last compared with its sources."""
    return (await session.execute(select(SearchRefresh.at))).scalar_one_or_none()

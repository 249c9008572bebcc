"""Looking things up in the index, and what the sources are asked.

A port: `app/wiring.py` hands over one source for each kind of page.
"""

import functools
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    bindparam,
    case,
    desc,
    func,
    literal_column,
    null,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

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
class Hits(msgspec.Struct, frozen=True):
    """What a question hits: pages of each kind with all of its terms, or with any; documents of a stretch."""

    with_all: dict[str, int]
    with_any: dict[str, int]
    stretch: list[int]


_WORDS = SearchWord.__table__


@functools.lru_cache  # making a statement takes longer than running it on a small index
def _hits_of(term_count: int, *, of_kind: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """How much of each kind is hit, and among that, under the kind "", the documents of a stretch: where more
    of the terms stand first, then by weight, then the newest. All from one look at the index. A term has two
    stems at most.
    """
    pairs = [
        [bindparam(f"one{n}", "", String), bindparam(f"other{n}", "", String)] for n in range(term_count)
    ]
    each = [func.max(_WORDS.c.weight).filter(_WORDS.c.stem.in_(pair)) for pair in pairs]
    key = _WORDS.c["document_id", "kind", "at"]
    found = select(*key, *(weight.label(f"weight{n}") for n, weight in enumerate(each)))
    found = found.where(_WORDS.c.stem.in_([stem for pair in pairs for stem in pair]))
    hits = found.group_by(*key).cte("hits")
    weights = [hits.c[f"weight{n}"] for n in range(term_count)]
    terms: ColumnElement[int] = sum(
        (case((weight.is_not(None), 1), else_=0) for weight in weights), literal_column("0")
    )
    score: ColumnElement[int] = sum((func.coalesce(weight, 0) for weight in weights), literal_column("0"))
    stretch = select(hits.c.document_id, terms.label("terms"), score.label("score"), hits.c.at)
    if of_kind:
        stretch = stretch.where(hits.c.kind == bindparam("kind"))
    stretch = stretch.order_by(terms.desc(), score.desc(), hits.c.at.desc(), hits.c.document_id)
    row = stretch.limit(bindparam("size")).offset(bindparam("offset")).subquery()
    complete = func.count().filter(terms == term_count)
    counts = select(
        hits.c.kind,
        func.count().label("number"),
        complete.label("terms"),
        literal_column("0").label("score"),
        null().label("at"),
    ).group_by(hits.c.kind)
    both = counts.union_all(select(literal_column("''"), *row.c["document_id", "terms", "score", "at"]))
    return both.order_by(desc("terms"), desc("score"), desc("at"), "number")


async def look_up(
    session: AsyncSession, terms: Sequence[Stems], kind: str, *, size: int, offset: int
) -> Hits:
    """What is hit, and of it (of one kind, if `kind` is not empty) the documents of a page."""
    given: dict[str, object] = {"size": size, "offset": offset, **({"kind": kind} if kind else {})}
    for n, stems in enumerate(terms):
        given |= {f"one{n}": stems[0], f"other{n}": stems[-1]}
    query = _hits_of(len(terms), of_kind=bool(kind))
    rows = (await session.execute(query, given)).all()
    return Hits(
        with_all={row.kind: row.terms for row in rows if row.kind and row.terms},
        with_any={row.kind: row.number for row in rows if row.kind},
        stretch=[row.number for row in rows if not row.kind],
    )


async def list_documents(session: AsyncSession, ids: Sequence[int]) -> list[SearchDocument]:
    """Some documents, in the order in which they are named."""
    query = select(SearchDocument).where(SearchDocument.id.in_(ids))
    found = {one.id: one for one in (await session.execute(query)).scalars()}
    return [found[one] for one in ids if one in found]


# ── the index ─────────────────────────────────────────────────────────────────
async def list_stamps(session: AsyncSession, kind: str) -> dict[str, str]:
    """The stamp of each indexed page of a kind, by reference."""
    query = select(SearchDocument.ref, SearchDocument.stamp).where(SearchDocument.kind == kind)
    return {row.ref: row.stamp for row in (await session.execute(query)).all()}


async def last_refresh(session: AsyncSession) -> datetime | None:
    """When the index was last compared with its sources."""
    return (await session.execute(select(SearchRefresh.at))).scalar_one_or_none()

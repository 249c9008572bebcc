"""Searching: the page, and the same as data."""

from datetime import datetime

import msgspec
from litestar import Response, Router
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.forms import Form, query_form
from app.kit.paging import Paging, paging
from app.kit.web import WebRequest, anyone, get, page
from search import queries
from search.models import SearchDocument
from search.pages import KINDS, SearchPage, build_result, list_kinds
from search.rules import Stems, passage, terms

PAGE, MOST_PAGES = 20, 1_000_000
LONGEST_QUESTION = 200
SEARCHES, SECONDS = 120, 60  # of one address


class Answered(msgspec.Struct, frozen=True):
    """What a question found."""

    documents: list[SearchDocument]
    counts: dict[str, int]
    paging: Paging
    terms: list[Stems]
    is_loose: bool


async def answer(session: AsyncSession, ctx: Ctx, asked: Form) -> Answered:
    """Look in the index: for pages with all the words, or else for those with some. Raises: TooMany."""
    wanted = terms(asked.get("q")[:LONGEST_QUESTION])
    if not wanted:
        return Answered([], {}, paging(1, 0, size=PAGE), [], is_loose=False)
    await ctx.services.limiter.check(f"search:{ctx.client_ip}", limit=SEARCHES, seconds=SECONDS)
    kind = asked.get("kind") if asked.get("kind") in KINDS else ""
    place = paging(asked.get("page"), MOST_PAGES * PAGE, size=PAGE)
    hits = await queries.look_up(session, wanted, kind, size=PAGE, offset=place.offset)
    is_loose = not hits.with_all and len(wanted) > 1
    counts = hits.with_any if is_loose else hits.with_all
    total = counts.get(kind, 0) if kind else sum(counts.values())
    asked_for, place = place, paging(place.number, total, size=PAGE)
    if place.number != asked_for.number:  # there are not so many: the last one
        hits = await queries.look_up(session, wanted, kind, size=PAGE, offset=place.offset)
    shown = hits.stretch[: max(0, total - place.offset)]  # where all the terms stand comes first
    documents = await queries.list_documents(session, shown) if shown else []
    return Answered(documents, counts, place, wanted, is_loose)


@get("/search", audience=anyone, include_in_schema=False)
async def show_search(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Everything public in which some words stand."""
    asked = query_form(request)
    found = await answer(session, ctx, asked)
    model = SearchPage(
        question=asked.get("q")[:LONGEST_QUESTION],
        kind=asked.get("kind") if asked.get("kind") in KINDS else "",
        results=[build_result(one, found.terms) for one in found.documents],
        kinds=list_kinds(found.counts),
        total=sum(found.counts.values()),
        paging=found.paging,
        is_loose=found.is_loose,
        refreshed_at=await queries.last_refresh(session),
    )
    return page(request, "search/search.html", model)


class FoundPage(msgspec.Struct, frozen=True):
    """A public page that was found. Times are UTC."""

    kind: str
    title: str
    place: str
    passage: str
    at: datetime
    url: str


class FoundPages(msgspec.Struct, frozen=True):
    """A page of results, 20 at most. `some_words_only`: nothing has all the words; these have some."""

    total: int
    page: int
    pages: int
    counts: dict[str, int]
    some_words_only: bool
    results: list[FoundPage]


@get("/api/v1/search", audience=anyone, tags=["search"], summary="Search everything public")
async def search_as_data(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    q: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    page: FromQuery[int] = 1,
) -> FoundPages:
    """Pages in which the words of `q` stand, in any form, with or without diacritics; `kind` narrows."""
    found = await answer(session, ctx, Form([("q", q), ("kind", kind), ("page", str(page))]))
    return FoundPages(
        total=found.paging.total,
        page=found.paging.number,
        pages=found.paging.last,
        counts=found.counts,
        some_words_only=found.is_loose,
        results=[
            FoundPage(
                one.kind,
                one.title,
                one.place,
                "".join(piece.text for piece in passage(one.body, found.terms)),
                one.at,
                ctx.absolute(one.path),
            )
            for one in found.documents
        ],
    )


router = Router(path="/", route_handlers=[show_search, search_as_data])

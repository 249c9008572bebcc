"""The works as data: JSON with a documented schema, and Atom feeds of what was entered."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.web import WebRequest, answer_json, anyone, feed, get
from proposals import queries
from proposals.errors import ProjectNotFound
from proposals.pages import works as pages
from proposals.routes.works import find_card, list_cards, view_opinions

FEED = 50  # entries of a feed


class MilestoneFact(msgspec.Struct, frozen=True):
    """A milestone as its last entry has it. `key`: contract, works_begin, works_end, reception, other-1 …"""

    key: str
    title: str
    planned_on: date | None
    actual_on: date | None
    days_late: int


class WorksFact(msgspec.Struct, frozen=True):
    """How far a funded project is. Amounts are integer bani. `built`: what residents answered, by answer."""

    id: str
    project: str
    title: str
    cycle: str
    area: str
    state: str
    days_late: int
    cost_bani: int
    spent_bani: int
    built: dict[str, int]
    url: str


class SpendingFact(msgspec.Struct, frozen=True):
    """A payment, or a correction of one: then the amount is negative and there is a reason."""

    position: int
    amount_bani: int
    purpose: str
    document: str
    paid_on: date
    reason: str


class ReplyFact(msgspec.Struct, frozen=True):
    """What the department answered."""

    at: datetime
    by: str
    text: str


class OpinionFact(msgspec.Struct, frozen=True):
    """Whether it was built as promised, in the eyes of a resident. Of a hidden one there are no words."""

    author: str
    choice: str
    text: str
    changed_at: datetime
    hidden_why: str
    replies: list[ReplyFact]


class WorksDetail(msgspec.Struct, frozen=True):
    """The works on one project; opinions twenty at a time (`page`), the newest first."""

    works: WorksFact
    milestones: list[MilestoneFact]
    spendings: list[SpendingFact]
    opinions: list[OpinionFact]
    opinion_pages: int


def _works(card: pages.WorkCard, ctx: Ctx) -> WorksFact:
    return WorksFact(
        id=card.path.rpartition("/")[2],
        project=card.number,
        title=card.title,
        cycle=card.cycle,
        area=card.area,
        state=card.state,
        days_late=card.days_late,
        cost_bani=card.cost_bani,
        spent_bani=card.spent_bani,
        built=card.built,
        url=ctx.absolute(card.path),
    )


@get("/api/v1/works", audience=anyone, tags=["works"], summary="Works on funded projects")
async def works_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    cycle: FromQuery[str] = "",
    area: FromQuery[str] = "",
    in_state: Annotated[str, QueryParameter(name="state", max_length=40)] = "",
) -> Response[list[WorksFact]]:
    """Every project that a vote has funded, the late ones first. `state`: late, not_begun, contract, works or
    received.
    """
    cards = pages.narrow(await list_cards(session, ctx), cycle=cycle, area=area, state=in_state)
    return answer_json(request, [_works(card, ctx) for card in cards])


@get("/api/v1/works/{project_id:uuid}", audience=anyone, tags=["works"], summary="Works on one project")
async def work_json(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[WorksDetail]:
    """Milestones, payments, and what residents say of the finished works."""
    project, _ = await queries.get_works(session, project_id)
    card = await find_card(session, ctx, project)
    if card is None:
        raise ProjectNotFound()
    steps = pages.view_steps(await queries.list_milestones(session, project.id), today=local_date(ctx.now))
    asked = query_form(request).get("page")
    opinions, place = await queries.list_opinions_page(session, project.id, page=asked)
    detail = WorksDetail(
        works=_works(card, ctx),
        milestones=[
            MilestoneFact(
                one.key,
                one.typed_title or ctx.gettext(one.title),
                one.planned_on,
                one.actual_on,
                one.days_late,
            )
            for one in steps
        ],
        spendings=[
            SpendingFact(one.position, one.amount_bani, one.purpose, one.document, one.paid_on, one.reason)
            for one in await queries.list_spendings(session, project.id)
        ],
        opinions=[
            OpinionFact(
                author=one.author,
                choice=one.choice,
                text=one.text,
                changed_at=one.changed_at,
                hidden_why=one.hidden_why,
                replies=[ReplyFact(reply.at, reply.by, reply.text) for reply in one.replies],
            )
            for one in await view_opinions(session, ctx, opinions)
        ],
        opinion_pages=place.last,
    )
    return answer_json(request, detail)


@get("/works/feed.atom", audience=anyone, include_in_schema=False)
async def all_works_feed(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What was entered of the works on all projects, the newest first."""
    cards = {card.path: card for card in await list_cards(session, ctx)}
    newest = await queries.list_newest_milestones(session, limit=FEED)
    projects = {one.project_id for one in newest}
    told = []
    for project_id in projects:
        card = cards.get(f"/works/{project_id}")
        if card is not None:
            entries = await queries.list_milestones(session, project_id)
            told += [(card, view) for view in pages.view_changes(entries)]
    told.sort(key=lambda one: one[1].at, reverse=True)
    model = pages.WorksFeed(ctx.gettext("Works on funded projects"), "/works", told[:FEED], ctx.now)
    return feed(request, "proposals/works.atom.xml", model)


@get("/works/{project_id:uuid}/feed.atom", audience=anyone, include_in_schema=False)
async def works_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """What was entered of the works on one project, the newest first."""
    project, _ = await queries.get_works(session, project_id)
    card = await find_card(session, ctx, project)
    if card is None:
        raise ProjectNotFound()
    views = pages.view_changes(await queries.list_milestones(session, project.id))[::-1]
    model = pages.WorksFeed(
        f"{card.number} · {card.title}", card.path, [(card, view) for view in views[:FEED]], ctx.now
    )
    return feed(request, "proposals/works.atom.xml", model)


HANDLERS = [works_json, work_json, all_works_feed, works_feed]

"""Projects: list, printable list, one project, short address, and putting the list to the vote."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.forms import Form, query_form
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, get, official, page, post, see_other
from cycles.errors import CycleNotFound
from cycles.models import Cycle
from cycles.queries import (
    Calendar,
    DatedCycle,
    get_cycle_by_slug,
    get_stage,
    list_area_choices,
    list_areas,
    read_calendar,
)
from cycles.states import StageKind
from discussions.queries import count_on
from notices.queries import is_following
from proposals import queries, service
from proposals.errors import LeftOpen
from proposals.models import Project
from proposals.pages import ideas as idea_pages
from proposals.pages import projects as pages
from proposals.pages.debates import DebateView, view_debate
from proposals.pages.words import OUTCOME_TITLES
from proposals.pages.works import view_changes
from proposals.policy import may_put_to_vote, may_review, needs_debate
from proposals.queries import Pending
from proposals.queries.discussed import idea_ref
from proposals.queries.followed import project_topic
from proposals.routes.works import find_card
from proposals.states import OPEN_STATES, Outcome
from voting.queries import find_poll_state
from voting.states import COUNTED_STATES, PUBLIC_STATES


def _choose_cycle(calendar: Calendar, ctx: Ctx, slug: str) -> DatedCycle:
    cycle = calendar.find(slug) if slug else calendar.current(ctx.now)
    if cycle is None:
        raise CycleNotFound()
    return cycle


@get("/projects", audience=anyone, include_in_schema=False)
async def list_projects(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The projects of a cycle, by number unless asked otherwise."""
    asked = query_form(request)
    calendar = await read_calendar(session)
    cycle = _choose_cycle(calendar, ctx, asked.get("cycle"))
    order = asked.get("order") if asked.get("order") in pages.ORDERS else "number"
    area, text = asked.get("area"), asked.get("q")[:200]
    rows, place = await queries.list_projects_page(
        session, cycle.id, area_code=area, text=text, order=order, page=asked.get("page")
    )
    frozen = await queries.is_frozen(session, cycle.id)
    stage = cycle.find_stage(StageKind.VOTE)
    began = cycle.is_imported or stage is None or stage.opens_at <= ctx.now
    kept = {"cycle": cycle.slug, "area": area, "q": text}
    model = pages.ProjectsPage(
        projects=[pages.build_card(row, cycle.slug) for row in rows],
        paging=place,
        cycles=[idea_pages.Choice(one.slug, one.title_in(ctx.locale)) for one in calendar.cycles],
        areas=[idea_pages.Choice(*area) for area in await list_area_choices(session, cycle.id)],
        cycle=cycle.slug,
        cycle_title=cycle.title_in(ctx.locale),
        currency=cycle.currency,
        budget_bani=cycle.budget_bani,
        area=area,
        text=text,
        order=order,
        query=idea_pages.query_of(**kept, order=order),
        sort_links=[(one, idea_pages.query_of(**kept, order=one)) for one in pages.ORDERS],
        is_frozen=frozen,
        may_put_to_vote=may_put_to_vote(ctx.actor, is_frozen=frozen, voting_began=began),
    )
    return page(request, "proposals/projects.html", model)


@get("/projects/print", audience=anyone, include_in_schema=False)
async def print_projects(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every project of a cycle on one page made for paper."""
    cycle = _choose_cycle(await read_calendar(session), ctx, query_form(request).get("cycle"))
    cards = [pages.build_card(row, cycle.slug) for row in await queries.list_all_projects(session, cycle.id)]
    model = pages.PrintPage(
        projects=cards,
        cycle=cycle.slug,
        cycle_title=cycle.title_in(ctx.locale),
        currency=cycle.currency,
        budget_bani=cycle.budget_bani,
        total_bani=sum(card.cost_bani for card in cards),
        is_frozen=await queries.is_frozen(session, cycle.id),
    )
    return page(request, "proposals/print.html", model)


@get("/p/{number:str}", audience=anyone, include_in_schema=False)
async def go_to_project(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    number: FromPath[str],
) -> Response[bytes]:
    """The short address of posters: the project of the current cycle with this number."""
    cycle = _choose_cycle(await read_calendar(session), ctx, "")
    project = await queries.get_project(session, cycle.id, number.upper())
    return see_other(request, f"/cycles/{cycle.slug}/projects/{project.number}")


@get("/cycles/{slug:str}/projects/{number:path}", audience=anyone, include_in_schema=False)
async def show_project(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
    number: FromPath[str],
) -> Response[bytes]:
    """One project: what, where, cost, its idea's history, the vote and its outcome."""
    cycle = await get_cycle_by_slug(session, slug)
    project = await queries.get_project(session, cycle.id, number.removeprefix("/"))
    return page(request, "proposals/project.html", await _build_page(session, ctx, cycle, project))


async def _build_page(session: AsyncSession, ctx: Ctx, cycle: Cycle, project: Project) -> pages.ProjectPage:
    idea = await queries.get_idea(session, project.idea_id) if project.idea_id else None
    decision = await queries.find_verdict(session, idea.id) if idea else None
    events = await queries.list_events(session, idea.id) if idea else []
    reasons = await queries.list_reasons_of(session, idea_pages.reason_codes(events))
    entries = [] if idea else await queries.list_milestones(session, project.id)
    areas = {area.id: area.name for area in await list_areas(session, cycle.id)}
    poll_id, poll_state = await find_poll_state(session, cycle.id) or (None, None)
    siblings = await queries.list_valid_projects(session, cycle.id)
    before, after = pages.neighbours(project, siblings, cycle.slug)
    return pages.ProjectPage(
        number=project.number,
        title=project.title,
        summary=project.summary,
        body=project.body,
        lang=idea.lang if idea else "",
        area=areas.get(project.area_id, "") if project.area_id else "",
        location=idea.location if idea else "",
        landmark=idea.landmark if idea else "",
        cost_bani=project.cost_bani,
        currency=cycle.currency,
        cycle_slug=cycle.slug,
        cycle_title=pages.title_of(cycle, ctx.locale),
        outcome=project.outcome or "",
        outcome_title=OUTCOME_TITLES[Outcome(project.outcome)] if project.outcome else "",
        decided_at=project.decided_at,
        is_withdrawn=project.withdrawn_at is not None,
        is_imported=cycle.is_imported,
        poll_path=f"/polls/{poll_id}" if poll_state in PUBLIC_STATES else "",
        has_result=poll_state in COUNTED_STATES,
        idea=idea_pages.view_linked(idea) if idea else None,
        support_count=idea.support_count if idea else 0,
        comment_count=(await count_on(session, [idea_ref(idea.id)])).get(idea_ref(idea.id), 0) if idea else 0,
        photos=idea_pages.view_photos(await queries.list_photos(session, idea.id)) if idea else [],
        events=idea_pages.view_events(events, reasons, ctx.locale, author=idea.author_name)
        if idea
        else view_changes(entries),
        costing=idea_pages.view_costing(
            decision, await queries.list_cost_lines(session, decision.id) if decision else []
        ),
        works=await find_card(session, ctx, project),
        previous_path=before,
        next_path=after,
        short_path=f"/p/{project.number}",
        topic=project_topic(project),
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, project_topic(project)),
        debate=await _find_debate(session, cycle, project),
    )


async def _find_debate(session: AsyncSession, cycle: Cycle, project: Project) -> DebateView | None:
    """The debate that the cycle's rules ask for, or that was entered under other ones."""
    limit = (await queries.get_rules(session, cycle.id)).debate_bani
    debate = await queries.find_debate(session, project.id)
    is_due = needs_debate(project.cost_bani, limit_bani=limit) and project.withdrawn_at is None
    return view_debate(project, debate, cycle.slug) if debate or is_due else None


# ── the vote ──────────────────────────────────────────────────────────────────
@get("/cycles/{slug:str}/put-to-vote", audience=official, include_in_schema=False)
async def confirm_put_to_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """Ask before the list of projects is frozen."""
    return page(request, "proposals/put_to_vote.html", await _build_question(session, ctx, slug))


async def _build_question(session: AsyncSession, ctx: Ctx, slug: str) -> pages.PutToVotePage:
    cycle = await get_cycle_by_slug(session, slug)
    stage = await get_stage(session, cycle.id, StageKind.VOTE)
    frozen = await queries.is_frozen(session, cycle.id)
    verdict = may_put_to_vote(ctx.actor, is_frozen=frozen, voting_began=stage.opens_at <= ctx.now)
    require(verdict)
    cards = [pages.build_card(row, cycle.slug) for row in await queries.list_all_projects(session, cycle.id)]
    counts = await queries.count_ideas_by_state(session, cycle.id)
    contested = [one for _, one in await queries.list_open_contestations(session) if one.cycle_id == cycle.id]
    prepared = (await queries.count_pending(session, cycle.id)).prepared
    above = (await queries.get_rules(session, cycle.id)).debate_bani
    to_debate = await queries.list_to_debate(session, cycle.id, above_bani=above)
    debates = [view_debate(project, debate, cycle.slug) for project, debate in to_debate]
    return pages.PutToVotePage(
        cycle=cycle.slug,
        cycle_title=pages.title_of(cycle, ctx.locale),
        currency=cycle.currency,
        projects=cards,
        total_bani=sum(card.cost_bani for card in cards),
        budget_bani=cycle.budget_bani,
        opens_at=stage.opens_at,
        closes_at=stage.closes_at,
        undebated=[one for one in debates if one.is_open],
        open_ideas=sum(counts.get(state.value, 0) for state in OPEN_STATES),
        contested=[idea_pages.view_linked(one) for one in contested],
        prepared=prepared,
        may_review=bool(may_review(ctx.actor)),
        may_put_to_vote=verdict,
    )


@post("/cycles/{slug:str}/put-to-vote", audience=official, include_in_schema=False)
async def put_to_vote(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    slug: FromPath[str],
) -> Response[bytes]:
    """Freeze the list of projects into the poll; what is left open has to be confirmed, as it is then."""
    cycle = await get_cycle_by_slug(session, slug)
    seen = [form.get(name) for name in Pending._fields]
    is_sure = form.get("sure") and all(map(str.isdecimal, seen))
    left_open = Pending(*map(int, seen)) if is_sure else Pending()
    try:
        poll = await service.put_to_vote(session, ctx.actor, cycle.id, left_open=left_open, now=ctx.now)
    except LeftOpen as refused:
        model = await _build_question(session, ctx, slug)
        model = msgspec.structs.replace(model, errors={"sure": error_text(ctx.locale, refused)})
        return page(request, "proposals/put_to_vote.html", model, status=409)
    notice = ctx.gettext("The list of projects is frozen and the vote is announced.")
    return see_other(request, f"/polls/{poll.id}", notice=notice)


HANDLERS = [
    list_projects,
    print_projects,
    go_to_project,
    show_project,
    confirm_put_to_vote,
    put_to_vote,
]

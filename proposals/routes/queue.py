"""The queue of the department: by deadline, narrowed, given out in bulk, exported; and the public list of
what is overdue.
"""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, query_form
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import uuids, write_csv
from app.kit.web import WebRequest, anyone, download, field_errors, get, official, page, post, see_other
from cycles.queries import find_collecting_cycle, list_areas
from proposals import queries, service
from proposals.forms import BulkForm
from proposals.pages import ideas as idea_pages
from proposals.pages import queue as pages
from proposals.pages import review as review_pages
from proposals.policy import may_review
from proposals.routes.advice import list_cards

COLUMNS = ("number", "title", "state", "area", "department", "reviewer", "due_on", "supporters")


def _wanted(asked: Form) -> queries.QueueFilter:
    """What the address asks for."""

    def chosen(name: str) -> UUID | None:
        return next(iter(uuids([asked.get(name)])), None)

    return queries.QueueFilter(
        show=asked.get("show") if asked.get("show") in review_pages.VIEWS else "all",
        area_code=asked.get("area"),
        department_id=chosen("of"),
        officer_id=chosen("officer"),
    )


@get("/review", audience=official, include_in_schema=False)
async def show_queue(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Ideas on which a verdict is due, the most urgent first."""
    return page(request, "proposals/queue.html", await _build_queue(session, ctx, query_form(request), {}))


async def _build_queue(
    session: AsyncSession, ctx: Ctx, asked: Form, errors: dict[str, str]
) -> review_pages.QueuePage:
    require(may_review(ctx.actor))
    today, wanted = local_date(ctx.now), _wanted(asked)
    rows, place = await queries.list_queue(
        session, wanted, reviewer_id=ctx.actor.id, today=today, page=asked.get("page")
    )
    pauses = await queries.list_pauses_of(session, [row.id for row in rows])
    cycle = await find_collecting_cycle(session, ctx.now)
    areas = await list_areas(session, cycle.id) if cycle else []
    days_off = await list_days_off(session)
    prepared, contested, to_answer = await queries.count_beside_queue(session, ctx.actor.id)
    owner, officer = str(wanted.department_id or ""), str(wanted.officer_id or "")
    return review_pages.QueuePage(
        rows=[
            review_pages.build_row(row, pauses[row.id], ctx.actor, today=today, days_off=days_off)
            for row in rows
        ],
        paging=place,
        counts=await queries.count_queue(session, reviewer_id=ctx.actor.id, today=today),
        advice=await list_cards(session, ctx, own=True, limit=5) if to_answer else [],
        prepared_count=prepared,
        contested_count=contested,
        show=wanted.show,
        area=wanted.area_code,
        areas=[idea_pages.Choice(area.code, area.name) for area in areas],
        department=owner,
        departments=pages.view_choices(await queries.list_departments(session), ctx.locale),
        officer=officer,
        officers=[idea_pages.Choice(str(one), name) for one, name in await queries.list_reviewers(session)],
        query=idea_pages.query_of(show=wanted.show, area=wanted.area_code, of=owner, officer=officer),
        errors=errors,
    )


@post("/review/assign", audience=official, include_in_schema=False)
async def assign_ideas(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Give the ticked ideas to a colleague, a department, or both."""
    require(may_review(ctx.actor))
    try:
        typed = parse(BulkForm, form)
        ticked = uuids(form.get_all("idea"))
        if not ticked:
            raise FormErrors({"": Invalid(N_("Tick at least one idea."))})
    except FormErrors as refused:
        model = await _build_queue(session, ctx, form, field_errors(ctx.locale, refused))
        return page(request, "proposals/queue.html", model, status=422)
    given, left = await service.assign_ideas(
        session, ctx.actor, list(ticked), to=typed.reviewer, department_id=typed.department, now=ctx.now
    )
    notice = ctx.ngettext("%(num)s idea was given.", "%(num)s ideas were given.", given)
    if left:
        notice += " " + ctx.ngettext(
            "%(num)s could not be: it is decided, or somebody concerned has an interest in it.",
            "%(num)s could not be: they are decided, or somebody concerned has an interest in them.",
            left,
        )
    return see_other(request, "/review", notice=notice)


@get("/review/queue.csv", audience=official, include_in_schema=False)
async def export_queue(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """A view of the queue for spreadsheets; without any resident's name."""
    require(may_review(ctx.actor))
    rows = await queries.list_whole_queue(
        session, _wanted(query_form(request)), reviewer_id=ctx.actor.id, today=local_date(ctx.now)
    )
    cells = [
        [
            row.number,
            row.title,
            row.state,
            row.area_name or "",
            row.department_name or "",
            row.reviewer_name,
            str(row.due_on),
            str(row.support_count),
        ]
        for row in rows
    ]
    return download(write_csv(COLUMNS, cells), media_type="text/csv", filename="queue.csv")


@get("/ideas/overdue", audience=anyone, include_in_schema=False)
async def show_overdue(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What is overdue, by department: for everybody to see."""
    today = local_date(ctx.now)
    model = pages.build_overdue(
        await queries.list_overdue(session, today=today),
        await queries.list_overdue_contestations(session, today=today),
        await queries.list_overdue_advice(session, today=today),
        await queries.list_departments(session),
        ctx.locale,
        today=today,
        days_off=await list_days_off(session),
    )
    return page(request, "proposals/overdue.html", model)


HANDLERS = [show_queue, assign_ideas, export_queue, show_overdue]

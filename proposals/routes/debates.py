"""Public debates on projects: which have to be held, and the form in which an official enters them."""

from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.policy import require
from app.kit.web import WebRequest, anyone, error_text, field_errors, get, official, page, post, see_other
from cycles.queries import get_cycle, get_cycle_by_slug
from proposals import queries, service
from proposals.errors import DebateChangedMeanwhile
from proposals.forms.debates import DebateForm
from proposals.pages import debates as pages
from proposals.pages.projects import title_of
from proposals.policy import may_review
from proposals.service import DebateEntry, read_debate

FIELDS = ("held_on", "hour", "place", "act", "outcome")


@get("/cycles/{slug:str}/debates", audience=anyone, include_in_schema=False)
async def list_debates(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    slug: FromPath[str],
) -> Response[bytes]:
    """The projects of a cycle that are debated in public before the vote, and what came of it."""
    cycle = await get_cycle_by_slug(session, slug)
    above = (await queries.get_rules(session, cycle.id)).debate_bani
    rows = await queries.list_to_debate(session, cycle.id, above_bani=above)
    model = pages.DebatesPage(
        cycle=cycle.slug,
        cycle_title=title_of(cycle, ctx.locale),
        currency=cycle.currency,
        above_bani=above,
        debates=[pages.view_debate(project, debate, cycle.slug) for project, debate in rows],
        may_enter=may_review(ctx.actor),
    )
    return page(request, "proposals/debates.html", model)


@get("/projects/{project_id:uuid}/debate", audience=official, include_in_schema=False)
async def edit_debate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """The form of a debate."""
    return page(request, "proposals/debate_form.html", await _form_page(session, ctx, project_id))


async def _form_page(session: AsyncSession, ctx: Ctx, project_id: UUID) -> pages.DebateFormPage:
    require(may_review(ctx.actor))
    project = await queries.get_project_by_id(session, project_id)
    cycle = await get_cycle(session, project.cycle_id)
    debate = await queries.find_debate(session, project_id)
    entry = read_debate(debate)
    return pages.DebateFormPage(
        debate=pages.view_debate(project, debate, cycle.slug),
        cycle=cycle.slug,
        cycle_title=title_of(cycle, ctx.locale),
        values={
            "held_on": entry.held_on.isoformat() if entry else "",
            "hour": entry.hour if entry else "",
            "place": entry.place if entry else "",
            "act": ctx.absolute(entry.act_path) if entry and entry.act_path else "",
            "outcome": entry.outcome if entry else "",
            "seen": msgspec.json.encode(entry).decode(),
        },
    )


@post("/projects/{project_id:uuid}/debate", audience=official, include_in_schema=False)
async def enter_debate(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """Publish it."""
    model = await _form_page(session, ctx, project_id)
    try:
        typed = parse(DebateForm, form)
        entry = DebateEntry(
            held_on=typed.held_on,
            hour=typed.hour.replace(".", ":"),
            place=typed.place,
            act_path=typed.act_path,
            outcome=typed.outcome,
        )
        await service.enter_debate(
            session, ctx.actor, project_id, entry, seen=_read_seen(typed.seen), now=ctx.now
        )
    except FormErrors as refused:
        errors, status = field_errors(ctx.locale, refused), 422
    except DebateChangedMeanwhile as refused:
        errors, status = {"": error_text(ctx.locale, refused)}, 409
    else:
        notice = ctx.gettext("The debate is published. It is in the public register too.")
        return see_other(request, f"/cycles/{model.cycle}/debates", notice=notice)
    values = model.values | {name: form.get(name) for name in FIELDS}
    model = msgspec.structs.replace(model, values=values, errors=errors)
    return page(request, "proposals/debate_form.html", model, status=status)


def _read_seen(text: str) -> DebateEntry | None:
    """The debate in the hidden field. Raises: DebateChangedMeanwhile when it holds none."""
    try:
        return msgspec.json.decode(text, type=DebateEntry | None)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise DebateChangedMeanwhile() from error


HANDLERS = [list_debates, edit_debate, enter_debate]

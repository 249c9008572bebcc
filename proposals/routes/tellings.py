"""Telling authors who left no e-mail address: what waits, its letter, and that it was done."""

import json
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_names
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse
from app.kit.i18n import Locale, show_date
from app.kit.mail import write_text
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import ToldAlready
from proposals.forms.intake import ToldForm
from proposals.pages import tellings as pages
from proposals.policy.authors import may_take_in, may_tell
from proposals.states import TellingEnd

SHOWN, LAST = 200, 10


@get("/desk/tellings", audience=official, include_in_schema=False)
async def show_tellings(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Who is still to be told of what, the oldest first."""
    require(may_take_in(ctx.actor))
    rows = await queries.list_open_tellings(session, limit=SHOWN)
    names = await list_names(session, [row.Telling.account_id for row in rows if row.Telling.account_id])
    days_off, today = await list_days_off(session), local_date(ctx.now)
    model = pages.TellingsPage(
        rows=[pages.view_telling(row, names, today=today, days_off=days_off) for row in rows],
        count=await queries.count_open_tellings(session),
        told=[pages.view_told(row) for row in await queries.list_told(session, limit=LAST)],
    )
    return page(request, "proposals/tellings.html", model)


@get("/desk/tellings/{telling_id:uuid}", audience=official, include_in_schema=False)
async def show_telling(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    telling_id: FromPath[UUID],
) -> Response[bytes]:
    """The letter to print or to read out, and the form for when it is done."""
    return page(request, "proposals/telling.html", await _telling_page(session, ctx, telling_id, {}))


async def _telling_page(
    session: AsyncSession,
    ctx: Ctx,
    telling_id: UUID,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
) -> pages.TellingPage:
    row = await queries.get_telling_row(session, telling_id)
    require(may_tell(ctx.actor, row.Idea))
    names = await list_names(session, [row.Telling.account_id] if row.Telling.account_id else [])
    today = local_date(ctx.now)
    view = pages.view_telling(row, names, today=today, days_off=await list_days_off(session))
    letter, rights = _write_letter(ctx, row, view)
    return pages.build_telling(row, view, letter, rights, values=typed, today=today, errors=errors)


def _write_letter(
    ctx: Ctx, row: queries.TellingRow, view: pages.TellingView
) -> tuple[tuple[str, str], tuple[str, str]]:
    """Subject and body as the mail would have had them, in the author's language; and what they can do."""
    telling, idea = row.Telling, row.Idea
    locale: Locale = "en" if telling.locale == "en" else "ro"
    facts = {"name": view.name, "lang": locale, "number": idea.number or "", "title": idea.title}
    facts |= {"idea_path": f"/ideas/{idea.id}", **json.loads(telling.facts)}
    letter = write_text(ctx.services, f"proposals/mail/{telling.kind}.txt", locale, facts)
    own = {"until": view.until and show_date(view.until, locale), "is_question": view.is_question}
    return letter, write_text(ctx.services, "proposals/mail/told_rights.txt", locale, own)


@post("/desk/tellings/{telling_id:uuid}", audience=official, include_in_schema=False)
async def note_told(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    telling_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down that the author was told."""
    try:
        typed = parse(ToldForm, form)
        idea = await service.note_told(
            session, ctx.actor, telling_id, how=TellingEnd(typed.how), on=typed.told_on, now=ctx.now
        )
    except FormErrors as refused:
        values = {name: form.get(name) for name in ("how", "told_on")}
        model = await _telling_page(session, ctx, telling_id, values, field_errors(ctx.locale, refused))
        return page(request, "proposals/telling.html", model, status=422)
    except ToldAlready as refused:
        notice = error_text(ctx.locale, refused)
        return see_other(request, "/desk/tellings", notice=notice, kind="info")
    notice = ctx.gettext("It stands on the timeline of %(number)s.", number=idea.number or "")
    return see_other(request, "/desk/tellings", notice=notice)


HANDLERS = [show_tellings, show_telling, note_told]

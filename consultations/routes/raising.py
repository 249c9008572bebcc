"""A question becomes an idea: staff enter it for who asked, as any idea that came without the web."""

from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.pages import qr_svg
from accounts.queries import list_contacts
from app.kit.access_log import log_accesses
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import FormErrors
from app.kit.forms import Form, typed_id
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from consultations.errors import AlreadyRaised, QuestionNotFound
from consultations.queries import questions as asked
from consultations.rules.questions import How
from consultations.service.raised import raise_idea
from cycles.queries import find_collecting_cycle, list_areas
from proposals import queries
from proposals.errors import EnteredAlready
from proposals.forms.intake import read_entry
from proposals.models import Idea
from proposals.pages import intake as pages
from proposals.pages.drafts import choices
from proposals.policy.authors import may_take_in
from proposals.service import find_sender
from proposals.states import ENTER_DAYS, Channel

SEEN = N_("your name and e-mail address, to enter what you asked at a field consultation as an idea")
CHANNELS = {How.PAPER: Channel.PAPER, How.VOICE: Channel.DESK, How.WEB: Channel.EMAIL}


@get(
    "/consultations/questions/{question_id:uuid}/idea",
    audience=official,
    writes=True,
    include_in_schema=False,
)
async def show_raising(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """The form, with what is known. That somebody's address was read is noted, and shown to them."""
    require(may_take_in(ctx.actor))
    one = await _find(session, question_id)
    values = {
        "channel": CHANNELS[How(one.row.how)].value,
        "received_on": local_date(one.row.asked_at).isoformat(),
        "name": one.row.author_name,
        "shown_as": "name",
        "email": one.row.email,
        "phone": one.row.phone,
        "body": one.words.body,
        "lang": "ro",
    }
    if one.row.account_id is not None:
        for contact in await list_contacts(session, [one.row.account_id]):
            values |= {"account": contact.email, "name": "", "email": ""}
            await log_accesses(
                session, reader_id=ctx.actor.id, subject_ids=[contact.id], what=SEEN, now=ctx.now
            )
    return page(request, "proposals/intake.html", await _form(session, ctx, one, new_id(), values))


async def _find(session: AsyncSession, question_id: UUID) -> asked.Asked:
    """Raises: QuestionNotFound, also for what is hidden."""
    one = (await asked.list_asked(session, [question_id])).get(question_id)
    if one is None or one.is_hidden:
        raise QuestionNotFound()
    return one


async def _form(
    session: AsyncSession,
    ctx: Ctx,
    one: asked.Asked,
    form_id: UUID,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
) -> pages.IntakePage:
    cycle = await find_collecting_cycle(session, ctx.now)
    return pages.IntakePage(
        form_id=str(form_id),
        values={name: typed.get(name, "") for name in pages.FIELDS},
        areas=choices(await list_areas(session, cycle.id)) if cycle else [],
        today=local_date(ctx.now),
        enter_days=ENTER_DAYS,
        entered=[],
        to_tell=await queries.count_open_tellings(session),
        errors=errors or {},
        action=f"/consultations/questions/{one.row.id}/idea",
        raised=one.words.body,
    )


@post("/consultations/questions/{question_id:uuid}/idea", audience=official, include_in_schema=False)
async def enter_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    question_id: FromPath[UUID],
) -> Response[bytes]:
    """Enter the idea. The answer is its letter: the code on it is kept nowhere."""
    require(may_take_in(ctx.actor))
    one, form_id = await _find(session, question_id), typed_id(form.get("form"))
    cycle = await find_collecting_cycle(session, ctx.now)
    known = {area.id for area in await list_areas(session, cycle.id)} if cycle else set()
    try:
        who, fields = read_entry(form, known)
        sender = await find_sender(session, ctx.actor, who, now=ctx.now)
        idea, code = await raise_idea(
            session, ctx.actor, question_id, sender, fields, form_id=form_id, now=ctx.now
        )
    except FormErrors as refused:
        typed = {name: form.get(name) for name in pages.FIELDS}
        again = form_id if form_id.int else new_id()
        model = await _form(session, ctx, one, again, typed, field_errors(ctx.locale, refused))
        return page(request, "proposals/intake.html", model, status=422)
    except (AlreadyRaised, EnteredAlready) as refused:
        notice = error_text(ctx.locale, refused)
        return see_other(request, f"/consultations/questions/{question_id}", notice=notice, kind="info")
    if not code:
        notice = ctx.gettext("The idea is registered, in the account of who brought it.")
        return see_other(request, f"/ideas/{idea.id}", notice=notice)
    return await _letter(request, session, ctx, idea, code)


async def _letter(
    request: WebRequest, session: AsyncSession, ctx: Ctx, idea: Idea, code: str
) -> Response[bytes]:
    intake = await queries.get_intake(session, idea.id)
    link = ctx.absolute("/ideas/claim")
    address = f"{link}?{urlencode({'number': idea.number or '', 'code': code})}"
    qr = qr_svg(address, title=ctx.gettext("QR code with the number and the code of this letter"))
    keep_days = (await queries.get_rules(session, idea.cycle_id)).keep_days
    model = pages.build_entered(idea, intake, keep_days=keep_days, code=code, link=link, qr=qr)
    return page(request, "proposals/intake_letter.html", model)


HANDLERS = [show_raising, enter_idea]

"""What the author of an unclaimed idea sends without the web: entered by staff, who alone read its scan."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.db import new_id
from app.kit.documents import APART
from app.kit.errors import Forbidden, FormErrors, Invalid
from app.kit.forms import Form, parse, typed_id
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    download,
    error_text,
    explain_refusal,
    get,
    official,
    page,
    post,
    see_other,
)
from proposals import queries, service
from proposals.errors import AttachmentNotFound, EnteredAlready
from proposals.forms.intake import PaperForm
from proposals.pages import intake as pages
from proposals.pages.words import PAPER_TITLES
from proposals.policy import is_author
from proposals.policy.authors import may_enter_paper, may_take_in
from proposals.routes.attachments import store_document
from proposals.states import ENTER_DAYS, EventKind, PaperKind

FIELDS = ("kind", "channel", "received_on", "text")


@get("/desk/ideas/{idea_id:uuid}/paper", audience=official, include_in_schema=False)
async def show_paper_form(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The form: what the author sent, how and when it came, in their words."""
    values = {"received_on": local_date(ctx.now).isoformat()}
    return page(
        request, "proposals/intake_paper.html", await _paper_page(session, ctx, idea_id, new_id(), values)
    )


async def _paper_page(
    session: AsyncSession, ctx: Ctx, idea_id: UUID, form_id: UUID, typed: dict[str, str]
) -> pages.PaperPage:
    """Raises: IntakeNotFound, Forbidden."""
    await queries.get_intake(session, idea_id)
    case = await service.read_case(session, idea_id)
    judges = await queries.list_judges(session, idea_id)
    require(may_enter_paper(ctx.actor, case.idea, has_judged=ctx.actor.id in judges))
    days_off, today = await list_days_off(session), local_date(ctx.now)
    asked = [one for one in await queries.list_events(session, idea_id) if one.kind == EventKind.QUESTION]
    possible = []
    for kind, title in PAPER_TITLES.items():
        if kind is PaperKind.IDEA:  # it came before there was anything to answer
            continue
        # A contestation may have come on an earlier day, within the term that has passed since.
        until = service.contest_until(case.standing, days_off=days_off)
        day = min(today, until) if kind is PaperKind.CONTESTATION and until else today
        if await service.ask_paper(session, case, kind, day, days_off) or await _lapsed(session, case, kind):
            possible.append((kind.value, title))
    return pages.PaperPage(
        idea_id=str(idea_id),
        number=case.idea.number or "",
        title=case.idea.title,
        lang=case.idea.lang,
        form_id=str(form_id),
        kinds=possible,
        question=asked[-1].text if asked and "answer" in dict(possible) else "",
        until=service.contest_until(case.standing, days_off=days_off),
        values={name: typed.get(name, "") for name in FIELDS},
        today=today,
        enter_days=ENTER_DAYS,
    )


async def _lapsed(session: AsyncSession, case: service.Case, kind: PaperKind) -> bool:
    """Whether an answer may have come within a term that has ended since."""
    pauses = await queries.list_pauses(session, case.idea.id)
    day = pauses[-1].answer_due_on if pauses and kind is PaperKind.ANSWER else None
    return day is not None and bool(await service.ask_paper(session, case, kind, day, frozenset()))


@post("/desk/ideas/{idea_id:uuid}/paper", audience=official, uploads=True, include_in_schema=False)
async def enter_paper(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Enter it: it has the same effect as if the author had done it on the day on which it came."""
    form_id = typed_id(form.get("form"))
    typed = {name: form.get(name) for name in FIELDS}
    model = await _paper_page(session, ctx, idea_id, form_id, typed)
    try:
        sent = await _read_sent(ctx, form, form_id)
        async with session.begin_nested():  # a refusal is a page, which ends without rolling back
            await service.enter_paper(session, ctx.actor, idea_id, sent, form_id=form_id, now=ctx.now)
    except EnteredAlready as refused:
        notice = error_text(ctx.locale, refused)
        return see_other(request, f"/desk/ideas/{idea_id}", notice=notice, kind="info")
    except (FormErrors, Forbidden) as refused:
        errors, status = explain_refusal(ctx.locale, refused, "kind")
        return page(request, "proposals/intake_paper.html", pages.with_errors(model, errors), status=status)
    notice = ctx.gettext("It is entered, and counts as if the author had sent it here.")
    return see_other(request, f"/desk/ideas/{idea_id}", notice=notice)


async def _read_sent(ctx: Ctx, form: Form, form_id: UUID) -> service.Sent:
    """Raises: FormErrors."""
    typed = parse(PaperForm, form)
    if form_id.int == 0:
        raise FormErrors({"": Invalid(N_("This form is incomplete. Open it again."))})
    upload = next(iter(form.chosen("scan")), None)
    return service.Sent(
        kind=PaperKind(typed.kind),
        channel=typed.channel,
        received_on=typed.received_on,
        text=typed.text,
        scan=await store_document(ctx, upload, "scan") if upload else None,
    )


@get("/desk/papers/{paper_id:uuid}", audience=official, include_in_schema=False)
async def show_scan(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    paper_id: FromPath[UUID],
) -> Response[bytes]:
    """The scan of a paper, to be saved; for staff who are not its author."""
    require(may_take_in(ctx.actor))
    paper, idea = await queries.get_paper(session, paper_id)
    if is_author(ctx.actor, idea):
        raise AttachmentNotFound()
    return download(
        await ctx.services.storage.get(paper.key),
        media_type=paper.media_type,
        filename=f"{idea.number}-{paper.kind}{paper.key[paper.key.rfind('.') :]}",
        headers={"Cache-Control": "no-store", "Content-Security-Policy": APART},
    )


HANDLERS = [show_paper_form, enter_paper, show_scan]

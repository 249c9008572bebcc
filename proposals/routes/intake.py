"""Ideas that came on paper, by e-mail, by telephone or to the desk: staff enter, their senders claim them."""

from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.pages import qr_svg
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.db import new_id
from app.kit.errors import Forbidden, FormErrors
from app.kit.forms import Form, parse, query_form, typed_id
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other, signed_in
from cycles.queries import find_collecting_cycle, list_areas
from proposals import queries, service
from proposals.errors import EnteredAlready, WrongClaim
from proposals.forms import PinDeed, read_pin_deed
from proposals.forms.intake import ClaimForm, read_entry
from proposals.pages import intake as pages
from proposals.pages.drafts import AlikePart, choices
from proposals.pages.ideas import SimilarCard
from proposals.pages.maps import view_map
from proposals.policy.authors import may_enter_paper, may_take_in
from proposals.queries.maps import find_map
from proposals.routes.entering import Files, list_alike, put_pin, read_point
from proposals.states import ENTER_DAYS

LAST = 10  # ideas shown below the form


# ── staff ─────────────────────────────────────────────────────────────────────
@get("/desk/ideas", audience=official, include_in_schema=False)
async def show_intake(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The form, as the paper one, and what was entered last."""
    values = {"received_on": local_date(ctx.now).isoformat(), "lang": "ro"}
    return page(request, "proposals/intake.html", await _intake_page(session, ctx, new_id(), values))


async def _intake_page(
    session: AsyncSession,
    ctx: Ctx,
    form_id: UUID,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
    *,
    files: Files | None = None,
    similar: list[SimilarCard] | None = None,
) -> pages.IntakePage:
    require(may_take_in(ctx.actor))
    cycle = await find_collecting_cycle(session, ctx.now)
    point = read_point({name: typed.get(name, "") for name in ("latitude", "longitude")})
    latitude, longitude = (point.latitude, point.longitude) if point else (None, None)
    return pages.IntakePage(
        form_id=str(form_id),
        values={name: typed.get(name, "") for name in pages.FIELDS},
        areas=choices(await list_areas(session, cycle.id)) if cycle else [],
        today=local_date(ctx.now),
        enter_days=ENTER_DAYS,
        entered=pages.view_rows(await queries.list_intakes(session, limit=LAST)),
        to_tell=await queries.count_open_tellings(session),
        files=files.show() if files else [],
        map=view_map(find_map(ctx.services.settings), latitude, longitude, ctx.locale),
        similar=similar,
        errors=errors or {},
    )


@post("/desk/ideas", audience=official, uploads=True, include_in_schema=False)
async def take_in(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Enter the idea; or move its pin, or look for ideas like it. The answer is its letter: the code on it is
    kept nowhere.
    """
    require(may_take_in(ctx.actor))
    form_id, files = typed_id(form.get("form")), Files(ctx, form)
    typed = {name: form.get(name) for name in pages.FIELDS}
    await files.take(ctx, form)
    try:
        pin = read_pin_deed(form)
        if pin is not None or form.get("do") == "alike":
            return await _aided(request, session, ctx, form_id, typed, files, pin)
        sender, fields, enclosed = await _read_whole(session, ctx, form, files)
        idea, code = await service.take_in(
            session, ctx.actor, sender, fields, enclosed=enclosed, form_id=form_id, now=ctx.now
        )
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
        model = await _intake_page(session, ctx, form_id, typed, errors, files=files)
        return page(request, "proposals/intake.html", model, status=422)
    except EnteredAlready as refused:
        first = await queries.find_entered(session, form_id)
        notice = error_text(ctx.locale, refused)
        return see_other(request, f"/desk/ideas/{first}", notice=notice, kind="info")
    if not code:
        notice = ctx.gettext("The idea is registered, in the account of who brought it.")
        return see_other(request, f"/desk/ideas/{idea.id}", notice=notice)
    return await _letter(request, session, ctx, idea.id, code)


async def _aided(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    form_id: UUID,
    typed: dict[str, str],
    files: Files,
    pin: PinDeed | None,
) -> Response[bytes]:
    """The form again with its pin moved, or with the ideas that are like it; nothing is stored but files."""
    if pin is not None:
        await put_pin(session, ctx, typed, pin)
    similar = await list_alike(session, ctx, typed) if pin is None else None
    errors = field_errors(ctx.locale, FormErrors(files.errors)) if files.errors else {}
    model = await _intake_page(session, ctx, form_id, typed, errors, files=files, similar=similar)
    return page(request, "proposals/intake.html", model, status=422 if errors else 200)


@post("/desk/ideas/alike", audience=official, uploads=True, include_in_schema=False)
async def show_alike_at_desk(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Ideas that are there already, while one is being entered; without scripts a button asks for them."""
    require(may_take_in(ctx.actor))
    await ctx.services.limiter.check(f"alike:{ctx.actor.id}", limit=400, seconds=600)
    typed = {name: form.get(name) for name in pages.FIELDS}
    part = AlikePart(await list_alike(session, ctx, typed), at_desk=True)
    return page(request, "proposals/_alike.html", part)


async def _read_whole(
    session: AsyncSession, ctx: Ctx, form: Form, files: Files
) -> tuple[service.Sender, dict[str, object], service.Enclosed]:
    """The entry with what came with it. Raises: FormErrors with all that is wrong."""
    errors = dict(files.errors)
    try:
        sender, fields = await _read_entry(session, ctx, form)
    except FormErrors as refused:
        errors |= refused.errors
    try:
        enclosed = files.enclosed(form)
    except FormErrors as refused:
        errors |= refused.errors
    if errors:
        raise FormErrors(errors)
    return sender, fields, enclosed


async def _read_entry(
    session: AsyncSession, ctx: Ctx, form: Form
) -> tuple[service.Sender, dict[str, object]]:
    """Who sent the idea and the idea itself. Raises: FormErrors."""
    cycle = await find_collecting_cycle(session, ctx.now)
    known = {area.id for area in await list_areas(session, cycle.id)} if cycle else set()
    who, fields = read_entry(form, known)
    return await service.find_sender(session, ctx.actor, who, now=ctx.now), fields


async def _letter(
    request: WebRequest, session: AsyncSession, ctx: Ctx, idea_id: UUID, code: str
) -> Response[bytes]:
    idea, intake = await queries.get_idea(session, idea_id), await queries.get_intake(session, idea_id)
    link = ctx.absolute("/ideas/claim")
    address = f"{link}?{urlencode({'number': idea.number or '', 'code': code})}"
    qr = qr_svg(address, title=ctx.gettext("QR code with the number and the code of this letter"))
    keep_days = (await queries.get_rules(session, idea.cycle_id)).keep_days
    model = pages.build_entered(idea, intake, keep_days=keep_days, code=code, link=link, qr=qr)
    return page(request, "proposals/intake_letter.html", model)


@get("/desk/ideas/{idea_id:uuid}", audience=official, include_in_schema=False)
async def show_entered(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """An idea that was entered: what its author sent since, and the button that prints its letter again."""
    require(may_take_in(ctx.actor))
    intake, idea = await queries.get_intake(session, idea_id), await queries.get_idea(session, idea_id)
    judges = await queries.list_judges(session, idea_id)
    model = pages.build_entered(
        idea,
        intake,
        keep_days=(await queries.get_rules(session, idea.cycle_id)).keep_days,
        papers=await queries.list_papers(session, idea_id),
        may_enter=may_enter_paper(ctx.actor, idea, has_judged=ctx.actor.id in judges),
    )
    return page(request, "proposals/intake_entered.html", model)


@post("/desk/ideas/{idea_id:uuid}/letter", audience=official, include_in_schema=False)
async def print_letter(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The letter again, with another code."""
    try:
        _, code = await service.renew_code(session, ctx.actor, idea_id)
    except WrongClaim:
        notice = ctx.gettext("The idea has been claimed. It needs no letter any more.")
        return see_other(request, f"/desk/ideas/{idea_id}", notice=notice, kind="info")
    return await _letter(request, session, ctx, idea_id, code)


# ── who sent it ───────────────────────────────────────────────────────────────
@get("/ideas/claim", audience=signed_in, include_in_schema=False)
async def show_claim(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The two lines of the letter; its QR code has filled them in."""
    asked = query_form(request)
    values = {"number": asked.get("number")[:30], "code": asked.get("code")[:40]}
    return page(request, "proposals/claim.html", pages.ClaimPage(values))


@post("/ideas/claim", audience=signed_in, include_in_schema=False)
async def claim_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Become the author of one's own idea."""
    await ctx.services.limiter.check(f"claim-idea:{ctx.actor.id}", limit=10, seconds=3600)
    values = {"number": form.get("number"), "code": form.get("code")}
    try:
        typed = parse(ClaimForm, form)
        number = typed.number.strip().upper()
        await ctx.services.limiter.check(f"claimed-idea:{number}", limit=20, seconds=3600)
        idea = await service.claim_idea(session, ctx.actor, number=number, code=typed.code, now=ctx.now)
    except FormErrors as refused:
        model = pages.ClaimPage(values, field_errors(ctx.locale, refused))
        return page(request, "proposals/claim.html", model, status=422)
    except (WrongClaim, Forbidden) as refused:
        model = pages.ClaimPage(values, {"code": error_text(ctx.locale, refused)})
        return page(request, "proposals/claim.html", model, status=422)
    notice = ctx.gettext("The idea is yours. You will be told of everything that happens to it.")
    return see_other(request, f"/ideas/{idea.id}", notice=notice)


HANDLERS = [show_intake, take_in, show_alike_at_desk, show_entered, print_letter, show_claim, claim_idea]

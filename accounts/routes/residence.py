"""A resident's side of verification: the desk code, the letter, and the letter's code."""

from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries
from accounts.errors import AlreadyVerified, InvalidCnp, LetterOnItsWay, TooManyLetters, TooYoung
from accounts.forms import CodeForm, LetterForm
from accounts.pages import LetterCodePage, ResidencePage, qr_svg
from accounts.routes.limits import HOUR, limit_by_account
from accounts.routes.refusals import explain
from accounts.service import letters as service
from accounts.service.letters import CodeAnswer
from accounts.service.residence import cancel_open_letter
from accounts.states import LETTER_TRIES
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.i18n import N_
from app.kit.web import WebRequest, get, page, post, see_other, signed_in

KEPT = ("street", "number", "block", "stair", "floor", "flat", "postcode", "area")  # never the CNP
ANSWERS = {
    CodeAnswer.WRONG: N_("This code is not right. Compare it with your letter and try again."),
    CodeAnswer.OVER: N_(
        "This letter's code has ended: it was wrong too often, or it is too old. Ask for another."
    ),
    CodeAnswer.NO_LETTER: N_("No printed letter is on its way to you."),
    CodeAnswer.TAKEN: N_("We cannot verify this account by letter. Please come to the residence desk."),
}


@get("/account/residence", audience=signed_in, include_in_schema=False)
async def show_residence(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Both ways to be verified."""
    return page(request, "accounts/residence.html", await _residence_page(session, ctx))


async def _residence_page(
    session: AsyncSession, ctx: Ctx, form: Form | None = None, errors: dict[str, str] | None = None
) -> ResidencePage:
    account = await queries.get_account(session, ctx.actor.id)
    link = ctx.absolute(f"/desk?code={account.desk_code}")
    return ResidencePage(
        form={name: form.get(name) if form else "" for name in KEPT},
        errors=errors or {},
        desk_code=f"{account.desk_code[:4]}-{account.desk_code[4:]}",
        qr=qr_svg(link, title=ctx.gettext("QR code for the officer at the desk")),
        residence=await queries.find_residence(session, account.id),
        letter=await queries.find_open_letter(session, account.id),
    )


@post("/account/residence/letter", audience=signed_in, include_in_schema=False)
async def request_letter(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Ask for a letter."""
    await limit_by_account(ctx, "letter", limit=20, seconds=HOUR)
    try:
        typed = parse(LetterForm, form)
        await service.request_letter(
            session, ctx.actor, cnp=typed.cnp, address=typed.lines(), area=typed.area, now=ctx.now
        )
    except (FormErrors, InvalidCnp, TooYoung, AlreadyVerified, LetterOnItsWay, TooManyLetters) as error:
        model = await _residence_page(session, ctx, form, explain(ctx, error))
        return page(request, "accounts/residence.html", model, status=422)
    notice = ctx.gettext("Your letter was asked for. You will find its state on this page.")
    return see_other(request, "/account/residence", notice=notice)


@post("/account/residence/letter/cancel", audience=signed_in, include_in_schema=False)
async def cancel_letter(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Take the wish back; its code, if printed, ends."""
    await cancel_open_letter(session, ctx.actor.id, reason="resident", now=ctx.now)
    return see_other(request, "/account/residence", notice=ctx.gettext("The letter was cancelled."))


@get("/account/letter", audience=signed_in, include_in_schema=False)
async def show_letter_code(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The field for the code; the QR code of the letter fills it in."""
    model = await _code_page(session, ctx, query_form(request).get("code")[:20])
    return page(request, "accounts/letter_code.html", model)


async def _code_page(
    session: AsyncSession, ctx: Ctx, code: str = "", errors: dict[str, str] | None = None
) -> LetterCodePage:
    letter = await queries.find_open_letter(session, ctx.actor.id)
    left = LETTER_TRIES - letter.tries if letter else 0
    return LetterCodePage(form={"code": code}, errors=errors or {}, letter=letter, tries_left=left)


@post("/account/letter", audience=signed_in, include_in_schema=False)
async def enter_code(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Try the code of the letter."""
    await limit_by_account(ctx, "letter-code", limit=30, seconds=HOUR)
    try:
        typed = parse(CodeForm, form)
    except FormErrors as error:
        model = await _code_page(session, ctx, form.get("code"), explain(ctx, error))
        return page(request, "accounts/letter_code.html", model, status=422)
    answer = await service.enter_code(session, ctx.actor, code=typed.code, now=ctx.now)
    if answer is CodeAnswer.VERIFIED:
        return see_other(request, "/account", notice=ctx.gettext("Your residence is verified. You may vote."))
    model = await _code_page(session, ctx, form.get("code"), {"code": ctx.gettext(ANSWERS[answer])})
    return page(request, "accounts/letter_code.html", model, status=422)


RESIDENCE_HANDLERS = (show_residence, request_letter, cancel_letter, show_letter_code, enter_code)

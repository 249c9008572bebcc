"""The residence desk: find somebody, see the document, verify; the queue of letters and their print page."""

from typing import Any
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import errors, queries
from accounts.forms import OpenAtDeskForm, ReasonForm, SearchForm, VerifyForm
from accounts.pages import (
    DeskPage,
    DeskResidentPage,
    FormPage,
    LetterRow,
    LettersPage,
    Sheet,
    SheetsPage,
    qr_svg,
)
from accounts.policy import may_act_as, may_open_account, may_verify, may_withdraw
from accounts.routes.limits import limit_by_account
from accounts.routes.refusals import explain
from accounts.service import letters, residence
from accounts.states import Role
from app.kit.clock import BUCHAREST
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.policy import require
from app.kit.web import WebRequest, get, official, page, post, see_other


@get("/desk", audience=official, include_in_schema=False)
async def show_desk(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Whom do you have in front of you? The QR code of a resident's page fills the field in."""
    require(may_open_account(ctx.actor))
    code = query_form(request).get("code")[:20]
    return page(request, "accounts/desk.html", await _desk_page(session, ctx, code))


async def _desk_page(
    session: AsyncSession, ctx: Ctx, who: str, messages: dict[str, str] | None = None
) -> DeskPage:
    midnight = ctx.now.astimezone(BUCHAREST).replace(hour=0, minute=0, second=0, microsecond=0)
    done, waiting = await queries.count_desk_work(session, ctx.actor.id, since=midnight)
    return DeskPage(
        form={"who": who},
        errors=messages or {},
        done_today=done,
        letters_waiting=waiting,
        may_print=bool(may_act_as(ctx.actor, Role.DESK)),
    )


@post("/desk/search", audience=official, include_in_schema=False)
async def search_resident(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """By e-mail address or desk code, both complete: nobody leafs through the residents here."""
    require(may_open_account(ctx.actor))
    await limit_by_account(ctx, "desk-search", limit=200)
    try:
        who = parse(SearchForm, form).who
        account = await (
            queries.find_account_by_email(session, who)
            if "@" in who
            else queries.find_account_by_desk_code(session, who)
        )
        if account is None:
            raise errors.NoSuchPerson()
    except (FormErrors, errors.NoSuchPerson) as error:
        messages = {"who": next(iter(explain(ctx, error).values()))}
        model = await _desk_page(session, ctx, form.get("who"), messages)
        return page(request, "accounts/desk.html", model, status=422)
    return see_other(request, f"/desk/residents/{account.id}")


@get("/desk/new", audience=official, include_in_schema=False)
async def show_new_account(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """For somebody without an e-mail address."""
    require(may_act_as(ctx.actor, Role.DESK))
    return page(request, "accounts/desk_new.html", _new_model(Form()))


def _new_model(form: Form, errors: dict[str, str] | None = None) -> FormPage:
    return FormPage(form={name: form.get(name) for name in ("name", "area")}, errors=errors or {})


@post("/desk/new", audience=official, include_in_schema=False)
async def open_account(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """Open and verify it in one step, with the document in hand."""
    try:
        typed = parse(OpenAtDeskForm, form)
        account = await residence.open_account_at_desk(
            session, ctx.actor, name=typed.name, cnp=typed.cnp, area=typed.area, now=ctx.now
        )
    except (FormErrors, errors.InvalidCnp, errors.TooYoung, errors.PersonAlreadyVerified) as error:
        model = _new_model(form, explain(ctx, error))
        return page(request, "accounts/desk_new.html", model, status=422)
    notice = ctx.gettext("The account is open and the residence verified. The person is on the roll.")
    return see_other(request, f"/desk/residents/{account.id}", notice=notice)


@get("/desk/residents/{account_id:uuid}", audience=official, writes=True, include_in_schema=False)
async def show_resident(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """One person; that it was opened is in their access log."""
    return page(request, "accounts/desk_resident.html", await _resident_page(session, ctx, account_id))


async def _resident_page(
    session: AsyncSession, ctx: Ctx, account_id: UUID, form: Form | None = None, **more: Any
) -> DeskResidentPage:
    account = await residence.open_at_desk(session, ctx.actor, account_id, now=ctx.now)
    history = await queries.list_residences(session, account_id)
    officers = [one.verified_by for one in history] + [one.withdrawn_by for one in history]
    return DeskResidentPage(
        form={name: form.get(name) if form else "" for name in ("area", "reason")},
        account=account,
        residence=next((one for one in history if one.withdrawn_at is None), None),
        letter=await queries.find_open_letter(session, account_id),
        history=history,
        officers=await queries.list_names(session, [one for one in officers if one is not None]),
        may_verify=may_verify(ctx.actor, account_id),
        may_withdraw=may_withdraw(ctx.actor, account_id),
        **more,
    )


@post("/desk/residents/{account_id:uuid}/verify", audience=official, include_in_schema=False)
async def verify_resident(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down what the identity document says."""
    try:
        typed = parse(VerifyForm, form)
        await residence.verify_at_desk(
            session, ctx.actor, account_id, cnp=typed.cnp, area=typed.area, now=ctx.now
        )
    except (
        FormErrors,
        errors.InvalidCnp,
        errors.TooYoung,
        errors.PersonAlreadyVerified,
        errors.PersonClosedAccount,
    ) as error:
        model = await _resident_page(session, ctx, account_id, form, errors=explain(ctx, error))
        return page(request, "accounts/desk_resident.html", model, status=422)
    return see_other(
        request, "/desk", notice=ctx.gettext("The residence was verified. The next person, please.")
    )


@post("/desk/residents/{account_id:uuid}/withdraw", audience=official, include_in_schema=False)
async def withdraw_residence(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    account_id: FromPath[UUID],
) -> Response[bytes]:
    """Take a verification back, with a reason."""
    try:
        typed = parse(ReasonForm, form)
    except FormErrors as error:
        model = await _resident_page(session, ctx, account_id, form, errors=explain(ctx, error))
        return page(request, "accounts/desk_resident.html", model, status=422)
    await residence.withdraw_residence(session, ctx.actor, account_id, reason=typed.reason, now=ctx.now)
    notice = ctx.gettext("The verification was withdrawn. The person was told by e-mail.")
    return see_other(request, f"/desk/residents/{account_id}", notice=notice)


@get("/desk/letters", audience=official, include_in_schema=False)
async def show_letters(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The queue, without names and addresses."""
    return page(request, "accounts/letters.html", await _letters_page(session, ctx))


async def _letters_page(session: AsyncSession, ctx: Ctx, **more: Any) -> LettersPage:
    require(may_act_as(ctx.actor, Role.DESK))
    rows = [
        LetterRow(one.id, one.area, one.requested_at, one.printed_at, is_taken)
        for one, is_taken in await queries.list_open_letters(session)
    ]
    return LettersPage(rows=rows, **more)


@post("/desk/letters/print", audience=official, include_in_schema=False)
async def print_letters(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
) -> Response[bytes]:
    """The sheets of the chosen letters. They are this answer itself: their codes are kept nowhere."""
    chosen = [UUID(value) for value in form.get_all("letters") if _is_uuid(value)]
    if not chosen:
        messages = {"letters": ctx.gettext("Choose at least one letter.")}
        return page(
            request, "accounts/letters.html", await _letters_page(session, ctx, errors=messages), status=422
        )
    printed = await letters.print_letters(session, ctx.actor, chosen, now=ctx.now)
    sheets = []
    for one in printed:
        link = ctx.absolute("/account/letter")
        qr = qr_svg(f"{link}?code={one.code}", title=ctx.gettext("QR code with the code of this letter"))
        sheets.append(Sheet(one.name, one.address, one.code, link, qr, one.expires_at))
    return page(request, "accounts/sheets.html", SheetsPage(sheets, left_out=len(chosen) - len(sheets)))


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


@post("/desk/letters/{letter_id:uuid}/decline", audience=official, include_in_schema=False)
async def decline_letter(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    letter_id: FromPath[UUID],
) -> Response[bytes]:
    """Do not send a letter, and say why."""
    try:
        typed = parse(ReasonForm, form)
    except FormErrors as error:
        messages = {f"reason-{letter_id}": text for text in explain(ctx, error).values()}
        model = await _letters_page(session, ctx, errors=messages, declining=str(letter_id))
        return page(request, "accounts/letters.html", model, status=422)
    await letters.decline_letter(session, ctx.actor, letter_id, reason=typed.reason, now=ctx.now)
    return see_other(
        request, "/desk/letters", notice=ctx.gettext("The letter was declined. The person was told.")
    )


DESK_HANDLERS = (
    show_desk,
    search_resident,
    show_new_account,
    open_account,
    show_resident,
    verify_resident,
    withdraw_residence,
    show_letters,
    print_letters,
    decline_letter,
)

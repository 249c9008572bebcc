"""After the vote: papers entered, differences decided, the protocol of a place written and signed."""

from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts import queries as people
from app.kit.context import Ctx
from app.kit.errors import DomainError, FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.policy import require
from app.kit.web import WebRequest, error_text, field_errors, get, official, page, post, see_other
from voting import queries, service
from voting.errors import BallotRefused, NoSuchSheet, ReadingBegun, SheetsMissing
from voting.forms.paper import ProtocolForm, ReasonForm, SheetForm
from voting.pages.paper import build_protocol
from voting.pages.sheets import build_decide, build_entry
from voting.policy import may_decide_sheet, may_read_sheets, may_see_places
from voting.service import Reading, contest_of
from voting.service.readings import facts_of_reading

PROTOCOL_FIELDS = ("received", "unused", "returned", "in_box", "blank", "spoiled", "explanation")


def _base(poll_id: UUID, number: int) -> str:
    return f"/polls/{poll_id}/places/{number}"


async def _titles(session: AsyncSession, poll_id: UUID) -> dict[str, str]:
    return {option.number: option.title for option in await queries.list_options(session, poll_id)}


# ── entering ──────────────────────────────────────────────────────────────────
@get("/polls/{poll_id:uuid}/places/{number:int}/papers", audience=official)
async def show_entry(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """The form for the next paper of this clerk, or for the one asked for; to somebody new, how it goes."""
    reading = await service.load_reading(session, poll_id, number, entries=False)
    require(may_read_sheets(ctx.actor, reading.full.facts, facts_of_reading(reading)))
    asked = query_form(request)
    return await _entry(request, session, ctx, reading, asked=asked)


async def _entry(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    reading: Reading,
    *,
    asked: Form,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    """`asked` names the sheet and the one before; in a refused form also what was typed."""
    poll_id, place = reading.full.poll.id, reading.place
    mine = next((one.reading for one in reading.readings if one.account_id == ctx.actor.id), None)
    if mine is None:
        return page(request, "voting/papers_begin.html", _begin_model(ctx, reading))
    own = await queries.list_entries_of(session, poll_id, place.number, mine)
    entries = {one.sheet: service.sheet_of(one) for one in own}
    missing = [one for one in range(1, (place.in_box or 0) + 1) if one not in entries]
    typed = {name: asked.get(name) for name in ("said", "kind", "reason")} if errors else None
    model = build_entry(
        ctx,
        reading.full,
        place,
        contest_of(reading.full.poll),
        await _titles(session, poll_id),
        entries,
        sheet=_number(asked.get("sheet")) or (missing[0] if missing else 0),
        before=_number(asked.get("before")),
        form=typed,
        errors=errors,
    )
    return page(request, "voting/papers.html", model, status=422 if errors else 200)


def _begin_model(ctx: Ctx, reading: Reading) -> object:
    return build_entry(ctx, reading.full, reading.place, contest_of(reading.full.poll), {}, {}, sheet=0)


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 8 else 0


@post("/polls/{poll_id:uuid}/places/{number:int}/papers/begin", audience=official)
async def begin_reading(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Become one of the two clerks of this place."""
    await service.begin_reading(session, ctx.actor, poll_id, number, now=ctx.now)
    return see_other(request, _base(poll_id, number) + "/papers")


@post("/polls/{poll_id:uuid}/places/{number:int}/papers", audience=official)
async def enter_sheet(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Write one paper down and go on to the next, which reads this one back."""
    reading = await service.load_reading(session, poll_id, number, entries=False)
    require(may_read_sheets(ctx.actor, reading.full.facts, facts_of_reading(reading)))
    try:
        sent = parse(SheetForm, form)
        found = sent.read(contest_of(reading.full.poll))
        await service.enter_sheet(session, ctx.actor, poll_id, number, sent.sheet, found)
    except (FormErrors, BallotRefused, NoSuchSheet) as refused:
        errors = _sheet_errors(ctx, refused)
        return await _entry(request, session, ctx, reading, asked=form, errors=errors)
    return see_other(request, _base(poll_id, number) + f"/papers?before={sent.sheet}")


def _sheet_errors(ctx: Ctx, refused: DomainError) -> dict[str, str]:
    if isinstance(refused, FormErrors):
        return field_errors(ctx.locale, refused)
    text = error_text(ctx.locale, refused)
    if isinstance(refused, NoSuchSheet):
        return {"sheet": text}
    hint = ctx.gettext("If the paper says this, it is spoiled: choose that, and write why.")
    return {"said": f"{text} {hint}"}


@post("/polls/{poll_id:uuid}/places/{number:int}/papers/done", audience=official)
async def finish_reading(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Say that every paper is entered."""
    try:
        await service.finish_reading(session, ctx.actor, poll_id, number, now=ctx.now)
    except SheetsMissing as refused:
        reading = await service.load_reading(session, poll_id, number, entries=False)
        errors = {"sheet": error_text(ctx.locale, refused)}
        return await _entry(request, session, ctx, reading, asked=Form(), errors=errors)
    notice = ctx.gettext("Thank you. Your entries stay as they are.")
    return see_other(request, _base(poll_id, number) + "/protocol", notice=notice)


# ── where two differ ──────────────────────────────────────────────────────────
@get("/polls/{poll_id:uuid}/places/{number:int}/differing", audience=official, writes=True)
async def show_differing(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Every paper on which the two clerks differ, side by side; who looks is remembered."""
    return await _differing(request, session, ctx, poll_id, number)


async def _differing(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    number: int,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    reading = (await service.open_differing(session, ctx.actor, poll_id, number, now=ctx.now)).reading
    model = build_decide(
        ctx,
        reading.full,
        reading.place,
        contest_of(reading.full.poll),
        await _titles(session, poll_id),
        reading.differing,
        deciding=_number(form.get("sheet")) if form else 0,
        form={name: form.get(name) for name in ("said", "kind", "reason")} if form else None,
        errors=errors,
    )
    return page(request, "voting/differing.html", model, status=422 if errors else 200)


@post("/polls/{poll_id:uuid}/places/{number:int}/differing", audience=official)
async def decide_sheet(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Say what a paper is, having looked at it, and why."""
    state = await service.load_place(session, poll_id, number)
    require(may_decide_sheet(ctx.actor, state.reading.full.facts, state.facts))
    try:
        sent = parse(SheetForm, form)
        found = sent.read(contest_of(state.reading.full.poll), deciding=True)
        await service.decide_sheet(session, ctx.actor, poll_id, number, sent.sheet, found, now=ctx.now)
    except (FormErrors, BallotRefused, NoSuchSheet) as refused:
        named = {f"{name}-{form.get('sheet')}": text for name, text in _sheet_errors(ctx, refused).items()}
        return await _differing(request, session, ctx, poll_id, number, form=form, errors=named)
    notice = ctx.gettext("Decided: paper %(sheet)s.", sheet=sent.sheet)
    return see_other(request, _base(poll_id, number) + "/differing", notice=notice)


# ── the protocol ──────────────────────────────────────────────────────────────
@get("/polls/{poll_id:uuid}/places/{number:int}/protocol", audience=official)
async def show_protocol(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """The numbers of a place, what does not agree yet, and who has signed."""
    return await _protocol(request, session, ctx, poll_id, number)


async def _protocol(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    number: int,
    *,
    template: str = "voting/protocol.html",
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    require(may_see_places(ctx.actor))
    state = await service.load_place(session, poll_id, number)
    readers = {one.account_id for one in state.reading.readings}
    readers |= {one.account_id for one in state.reading.witnesses}
    given = state.reading.place.given
    if given is None or state.report is None:
        given = (await queries.count_papers(session, poll_id)).get(number, 0)
    typed = None
    if form is not None and "in_box" in form:
        typed = {name: form.get(name) for name in PROTOCOL_FIELDS}
    names = await people.list_names(session, sorted(readers))
    reason = "" if form is None else form.get("reason")
    model = build_protocol(ctx, state, given=given, names=names, form=typed, reason=reason, errors=errors)
    return page(request, template, model, status=422 if errors else 200)


@get("/polls/{poll_id:uuid}/places/{number:int}/form", audience=official)
async def print_protocol(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """The protocol on paper, to be filled in at the counting table and signed."""
    return await _protocol(request, session, ctx, poll_id, number, template="voting/protocol_form.html")


@post("/polls/{poll_id:uuid}/places/{number:int}/protocol", audience=official)
async def write_protocol(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Write the numbers down."""
    try:
        numbers = parse(ProtocolForm, form).numbers()
        await service.write_protocol(session, ctx.actor, poll_id, number, numbers, now=ctx.now)
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except ReadingBegun as refused:
        errors = {"in_box": error_text(ctx.locale, refused)}
    else:
        notice = ctx.gettext("The numbers are written down, and public in the register.")
        return see_other(request, _base(poll_id, number) + "/protocol", notice=notice)
    return await _protocol(request, session, ctx, poll_id, number, form=form, errors=errors)


@post("/polls/{poll_id:uuid}/places/{number:int}/sign", audience=official)
async def sign_place(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Sign what was shown."""
    digest = form.get("digest")
    await service.sign_place(session, ctx.actor, poll_id, number, digest=digest, now=ctx.now)
    notice = ctx.gettext("Your signature is recorded, and public.")
    return see_other(request, _base(poll_id, number) + "/protocol", notice=notice, anchor="signatures")


@post("/polls/{poll_id:uuid}/places/{number:int}/withdraw", audience=official)
async def withdraw_signature(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    number: FromPath[int],
) -> Response[bytes]:
    """Take one's signature back."""
    await service.withdraw_signature(session, ctx.actor, poll_id, number, now=ctx.now)
    notice = ctx.gettext("Your signature is withdrawn, in public.")
    return see_other(request, _base(poll_id, number) + "/protocol", notice=notice, anchor="signatures")


@post("/polls/{poll_id:uuid}/places/{number:int}/release/{row:int}", audience=official)
async def release_reading(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
    number: FromPath[int],
    row: FromPath[int],
) -> Response[bytes]:
    """Give one clerk's entries up, so that another makes them anew."""
    try:
        reason = parse(ReasonForm, form).reason
    except FormErrors as refused:
        errors = {f"reason-{row}": text for text in field_errors(ctx.locale, refused).values()}
        return await _protocol(request, session, ctx, poll_id, number, form=form, errors=errors)
    await service.release_reading(session, ctx.actor, poll_id, number, row, reason=reason, now=ctx.now)
    notice = ctx.gettext("The entries are given up; another clerk can begin.")
    return see_other(request, _base(poll_id, number) + "/protocol", notice=notice)


HANDLERS = [
    show_entry,
    begin_reading,
    enter_sheet,
    finish_reading,
    show_differing,
    decide_sheet,
    show_protocol,
    print_protocol,
    write_protocol,
    sign_place,
    withdraw_signature,
    release_reading,
]

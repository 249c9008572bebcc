"""The officer's page of a sealed vote: trustees, roll, credentials, board, mixing."""

import asyncio
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse, query_form
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import write_csv
from app.kit.web import (
    WebRequest,
    download,
    error_text,
    field_errors,
    get,
    official,
    page,
    post,
    receive,
    see_other,
)
from voting import queries, service
from voting.errors import RollDiffers, SealRefused
from voting.forms.ceremony import AgreedForm, BeginForm, NumberForm, read_trustees
from voting.pages.ceremony import place_of
from voting.pages.ceremony_officer import build_links, build_sealing
from voting.policy import may_deliver_credentials, may_officiate
from voting.routes.officer import check_officer, load_ceremony

NO_STORE = {"Cache-Control": "no-store"}
NO_FILE = N_("Choose the file that the registrar gave you.")
ROLL_HEADING = ("name", "email", "language")
ROLL_PLACE = 2  # of the stage in which the roll is frozen (voting/pages/ceremony.py)


async def _show(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    poll_id: UUID,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response[bytes]:
    ceremony = await load_ceremony(session, await queries.get_poll(session, poll_id))
    seen = query_form(request).get("seen")
    headers = dict(NO_STORE)
    if ctx.is_htmx and seen != str(place_of(ceremony)):
        headers["HX-Refresh"] = "true"  # the ceremony has gone on: other forms are needed
    count = await queries.count_verified(session) if place_of(ceremony) == ROLL_PLACE else 0
    model = build_sealing(ctx, ceremony, verified_count=count, form=form, errors=errors)
    template = "voting/_ceremony.html" if ctx.is_htmx and request.method == "GET" else "voting/ceremony.html"
    return page(request, template, model, status=422 if errors else 200, headers=headers)


@get("/polls/{poll_id:uuid}/officer/sealing", audience=official)
async def show_sealing(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The ceremony: who has delivered what, what waits for whom, and what the officer does now."""
    check_officer(ctx)
    return await _show(request, session, ctx, poll_id)


# ── trustees ──────────────────────────────────────────────────────────────────
@post("/polls/{poll_id:uuid}/officer/sealing/trustees", audience=official)
async def name_trustees(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Name the trustees; the answer shows the secret address of each, this once (docs/decisions/0009)."""
    check_officer(ctx)
    try:
        names, threshold = read_trustees(form)
    except FormErrors as refused:
        return await _show(
            request, session, ctx, poll_id, form=form, errors=field_errors(ctx.locale, refused)
        )
    tokens = await service.name_trustees(
        session,
        ctx.actor,
        poll_id,
        names=names,
        threshold=threshold,
        instead_of=form.get("instead_of"),
        now=ctx.now,
    )
    return await _show_links(request, session, ctx, poll_id, dict(enumerate(tokens, start=1)))


@post("/polls/{poll_id:uuid}/officer/sealing/links", audience=official)
async def renew_link(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Give a trustee a new secret address, in public; the one before ends."""
    check_officer(ctx)
    number = parse(NumberForm, form).number
    token = await service.renew_link(session, ctx.actor, poll_id, number, now=ctx.now)
    return await _show_links(request, session, ctx, poll_id, {number: token})


async def _show_links(
    request: WebRequest, session: AsyncSession, ctx: Ctx, poll_id: UUID, tokens: dict[int, str]
) -> Response[bytes]:
    ceremony = await load_ceremony(session, await queries.get_poll(session, poll_id))
    made = [(one, tokens[one.number]) for one in ceremony.trustees if one.number in tokens]
    model = build_links(ctx, ceremony, made)
    return page(request, "voting/trustee_links.html", model, headers=NO_STORE)


# ── the roll and its credentials ──────────────────────────────────────────────
@post("/polls/{poll_id:uuid}/officer/sealing/roll", audience=official)
async def freeze_roll(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Write down who may vote; nobody is added later."""
    check_officer(ctx)
    try:
        parse(AgreedForm, form)
    except FormErrors as refused:
        errors = {"freeze-agreed": field_errors(ctx.locale, refused)["agreed"]}
        return await _show(request, session, ctx, poll_id, errors=errors)
    count = await service.freeze_roll(session, ctx.actor, poll_id, now=ctx.now)
    notice = ctx.ngettext(
        "The roll is frozen: %(num)s person may vote.", "The roll is frozen: %(num)s people may vote.", count
    )
    return see_other(request, f"/polls/{poll_id}/officer/sealing", notice=notice, anchor="roll")


@get("/polls/{poll_id:uuid}/officer/sealing/roll.csv", audience=official, writes=True)
async def download_roll(
    session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx], poll_id: FromPath[UUID]
) -> Response[bytes]:
    """The roll for the registrar. Each person on it sees in their account that it was read."""
    rows = await service.read_roll(session, ctx.actor, poll_id, now=ctx.now)
    table = write_csv(ROLL_HEADING, [(row.name, row.email, row.locale) for row in rows])
    return download(
        "\ufeff".encode() + table,
        media_type="text/csv; charset=utf-8",
        filename=f"roll-{str(poll_id)[:8]}.csv",
        headers=NO_STORE,
    )


@post("/polls/{poll_id:uuid}/officer/sealing/credentials", audience=official, streams=True)
async def take_credentials(
    request: WebRequest, ctx: NamedDependency[Ctx], poll_id: FromPath[UUID]
) -> Response[bytes]:
    """Take the registrar's file, check every credential in it, and show its fingerprint for comparing."""
    check_officer(ctx)
    database = ctx.services.database
    async with database.read() as session:
        ceremony = await load_ceremony(session, await queries.get_poll(session, poll_id))
    is_frozen = ceremony.election is not None and ceremony.election.roll_size is not None
    require(may_deliver_credentials(ctx.actor, ceremony.full.facts, is_frozen=is_frozen))
    async with receive(request) as sent:
        try:
            if not sent.size:
                raise Invalid(NO_FILE)
            raw = await asyncio.to_thread(sent.file.read)
            credentials = await asyncio.to_thread(service.check_credentials, raw)
            async with database.write() as session:
                await service.deliver_credentials(session, ctx.actor, poll_id, credentials, now=ctx.now)
        except (SealRefused, RollDiffers, Invalid) as refused:
            errors = {"file": error_text(ctx.locale, refused)}
            async with database.read() as session:
                return await _show(request, session, ctx, poll_id, errors=errors)
    notice = ctx.gettext("The file holds. Compare its fingerprint with the registrar.")
    return see_other(request, f"/polls/{poll_id}/officer/sealing", notice=notice, anchor="board")


# ── the board, and what follows the vote ──────────────────────────────────────
@post("/polls/{poll_id:uuid}/officer/sealing/board", audience=official)
async def begin_board(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Write election, trustees and roll on the board. Nothing of it changes any more."""
    check_officer(ctx)
    try:
        sent = parse(BeginForm, form)
    except FormErrors as refused:
        errors = {"begin-agreed": next(iter(field_errors(ctx.locale, refused).values()))}
        return await _show(request, session, ctx, poll_id, errors=errors)
    await service.begin_board(session, ctx.actor, poll_id, digest=sent.digest, now=ctx.now)
    notice = ctx.gettext("The board has begun. Now two officials confirm the opening.")
    return see_other(request, f"/polls/{poll_id}/officer", notice=notice, anchor="open")


@post("/polls/{poll_id:uuid}/officer/sealing/end-mixing", audience=official)
async def end_mixing(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Go on to the opening although not every trustee has mixed."""
    require(may_officiate(ctx.actor))
    await service.end_mixing(session, ctx.actor, poll_id, now=ctx.now)
    notice = ctx.gettext("The mixing is over. Now the trustees open the ballots.")
    return see_other(request, f"/polls/{poll_id}/officer/sealing", notice=notice)


HANDLERS = [
    show_sealing,
    name_trustees,
    renew_link,
    freeze_roll,
    download_roll,
    take_credentials,
    begin_board,
    end_mixing,
]

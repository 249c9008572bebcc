"""Filling in a ballot: choose and put in order, or mark; review, send. The draft stays in a cookie of the
voter's.
"""

from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.policy import deny
from app.kit.web import (
    WebRequest,
    anyone,
    error_text,
    field_errors,
    get,
    page,
    post,
    respond,
    see_other,
    signed_in,
    verified,
)
from voting import queries, service
from voting.errors import AlreadyVoted, BallotRefused, KeyUsed, PaperGiven, PollNotOpen, WrongKey
from voting.forms import (
    SEPARATOR,
    Draft,
    Moved,
    SendForm,
    make_move,
    make_paper,
    mark_options,
    read_draft,
    write_draft,
)
from voting.models import PollOption
from voting.pages.ballot import ORDERS, build_ballot, build_mark, build_receipt, build_review
from voting.pages.ballot_words import said_text, too_few_text
from voting.policy import PAPER_GIVEN, is_eligible, takes_ballots
from voting.queries import PollInFull
from voting.routes.booth import needs_booth, show_booth
from voting.routes.public import visible_poll
from voting.rules.papers import Contest
from voting.sealing import box
from voting.service import contest_of

COOKIE = "obste_ballot_"  # and the first 8 characters of the poll's id
LEAST_SECONDS = 3600


class Desk(msgspec.Struct, frozen=True):
    """What every page of the ballot needs."""

    full: PollInFull
    contest: Contest
    options: list[PollOption]
    draft: Draft
    limit: int

    @property
    def numbers(self) -> set[str]:
        return {option.number for option in self.options}

    def title(self, number: str) -> str:
        return next((option.title for option in self.options if option.number == number), number)


async def load_desk(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> Desk:
    """The poll, its options and this reader's draft. Raises: PollNotFound."""
    full = await visible_poll(session, ctx, poll_id)
    contest = contest_of(full.poll)
    options = await queries.list_options(session, poll_id)
    # of ticks too many are kept, to be told so; a list that is full answers at once
    limit = contest.max_length or len(options) if contest.vote_type == "ordinal" else len(options)
    cookie = ctx.get_cookie(cookie_name(poll_id))
    return Desk(full, contest, options, read_draft(cookie, {o.number for o in options}, limit), limit)


def cookie_name(poll_id: UUID) -> str:
    """The cookie that holds the draft of a poll."""
    return COOKIE + str(poll_id)[:8]


def keep_draft(ctx: Ctx, desk: Desk, draft: Draft) -> None:
    """Give the draft back to the voter's device, until the vote closes."""
    left = int((desk.full.stage.closes_at - ctx.now).total_seconds())
    name = cookie_name(desk.full.poll.id)
    ctx.set_cookie(name, write_draft(draft), max_age_seconds=max(left, LEAST_SECONDS))


def turned_away(request: WebRequest, ctx: Ctx, desk: Desk) -> Response[bytes] | None:
    """Back to the poll's page, with the reason, when no ballots are taken; to the booth, when choices must
    not come here.
    """
    address = f"/polls/{desk.full.poll.id}"
    if not (verdict := takes_ballots(desk.full.facts, ctx.now)):
        return see_other(request, address, notice=ctx.gettext(verdict.reason), kind="info")
    return see_other(request, f"{address}/ballot") if needs_booth(ctx, desk.full) else None


@get("/polls/{poll_id:uuid}/ballot", audience=anyone)
async def choose(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Page A: choose, or mark, before signing in if one likes. Of a sealed vote: the booth."""
    desk = await load_desk(session, ctx, poll_id)
    if needs_booth(ctx, desk.full) and takes_ballots(desk.full.facts, ctx.now):
        return await show_booth(request, session, ctx, desk.full, desk.contest, desk.options)
    if answer := turned_away(request, ctx, desk):
        return answer
    if not ctx.get_cookie(cookie_name(poll_id)):
        keep_draft(ctx, desk, desk.draft)  # the seed of this reader's order
    if desk.contest.vote_type != "ordinal":
        return await _show_marks(request, session, ctx, desk, {})
    return await _show_draft(request, session, ctx, desk, step=1)


@get("/polls/{poll_id:uuid}/ballot/order", audience=anyone)
async def put_in_order(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Page B: what was chosen, best first."""
    desk = await load_desk(session, ctx, poll_id)
    if answer := turned_away(request, ctx, desk):
        return answer
    if desk.contest.vote_type != "ordinal":
        return see_other(request, f"/polls/{poll_id}/ballot")
    return await _show_draft(request, session, ctx, desk, step=2)


async def _show_draft(
    request: WebRequest, session: AsyncSession, ctx: Ctx, desk: Desk, *, step: int
) -> Response[bytes]:
    query = query_form(request)
    order = query.get("order") if query.get("order") in ORDERS else "mine"
    verb, _, number = query.get("said").partition(":")
    said = ""
    if verb in ("full", "first", "last") and number in desk.numbers:
        moved = Moved(desk.draft, verb, number)  # type: ignore[arg-type]
        said = said_text(ctx, moved, desk.title(number), desk.limit, for_seats=bool(desk.contest.seats))
    voted = ctx.actor is not None and await queries.has_voted(session, desk.full.poll.id, ctx.actor.id)
    model = build_ballot(
        ctx,
        desk.full,
        desk.contest,
        desk.options,
        desk.draft,
        step=step,
        order=order,
        said=said,
        has_voted=voted,
    )
    return page(request, "voting/ballot.html" if step == 1 else "voting/order.html", model)


@post("/polls/{poll_id:uuid}/ballot", audience=anyone)
async def change_choice(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Choose or remove one; or take the marks of the whole form."""
    if "move" not in form:
        return await _mark(request, session, ctx, form, poll_id)
    return await _move(request, session, ctx, form, poll_id, step=1)


@post("/polls/{poll_id:uuid}/ballot/order", audience=anyone)
async def change_order(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Move one up, down or to a place, or take it off."""
    return await _move(request, session, ctx, form, poll_id, step=2)


async def _move(
    request: WebRequest, session: AsyncSession, ctx: Ctx, form: Form, poll_id: UUID, *, step: int
) -> Response[bytes]:
    desk = await load_desk(session, ctx, poll_id)
    if answer := turned_away(request, ctx, desk):
        return answer
    move = form.get("move")
    if move == "blank" and desk.full.facts.sealing is not None:
        keep_draft(ctx, desk, Draft(desk.draft.seed, is_blank=True))
        return see_other(request, f"/polls/{poll_id}/ballot/review")
    place = form.get("place-" + move.partition(":")[2])
    moved = make_move(desk.draft, move, place=place, allowed=desk.numbers, limit=desk.limit)
    keep_draft(ctx, desk, moved.draft)
    order = form.get("order") if form.get("order") in ORDERS else "mine"
    if not ctx.is_htmx:
        facts = [f"order={order}"] if order != "mine" else []
        if moved.said in ("full", "first", "last"):
            facts.append(f"said={moved.said}:{quote(moved.number)}")
        path = f"/polls/{poll_id}/ballot" + ("/order" if step == 2 else "")
        gone = step == 2 and moved.said == "removed"
        anchor = "order" if gone else f"li-{moved.number}"
        return see_other(request, path + ("?" + "&".join(facts) if facts else ""), anchor=anchor)
    for_seats = bool(desk.contest.seats)
    said = said_text(ctx, moved, desk.title(moved.number), desk.limit, for_seats=for_seats)
    shown = said if moved.said in ("full", "first", "last") else ""
    model = build_ballot(
        ctx, desk.full, desk.contest, desk.options, moved.draft, step=step, order=order, said=shown
    )
    model = msgspec.structs.replace(model, said=said)
    if step == 1:
        return respond(request, whole="voting/ballot.html", part="voting/_choices.html", model=model)
    return respond(request, whole="voting/order.html", part="voting/_order.html", model=model)


async def _mark(
    request: WebRequest, session: AsyncSession, ctx: Ctx, form: Form, poll_id: UUID
) -> Response[bytes]:
    """Keep what is marked; sent to be checked, go on to the review, or say what is wrong."""
    desk = await load_desk(session, ctx, poll_id)
    if answer := turned_away(request, ctx, desk):
        return answer
    if desk.contest.vote_type == "ordinal":
        return see_other(request, f"/polls/{poll_id}/ballot")
    numbers = [option.number for option in desk.options]
    points = {} if desk.contest.vote_type == "approval" else {n: form.get(f"points-{n}") for n in numbers}
    draft = mark_options(desk.draft, form.get_all("chosen"), points, allowed=numbers)
    desk = msgspec.structs.replace(desk, draft=draft)
    keep_draft(ctx, desk, draft)
    refusal = _refusal(ctx, desk)
    errors = {"" if points else "chosen": refusal} if refusal else {}
    if form.get("do") != "review":
        model = build_mark(ctx, desk.full, desk.contest, desk.options, draft, errors=errors)
        return respond(request, whole="voting/mark.html", part="voting/_mark_bar.html", model=model)
    if errors:
        return await _show_marks(request, session, ctx, desk, errors)
    return see_other(request, f"/polls/{poll_id}/ballot/review")


def _refusal(ctx: Ctx, desk: Desk) -> str:
    """Why this draft could not be cast; nothing when it could."""
    try:
        service.check_ballot(desk.full.poll, make_paper(desk.contest.vote_type, desk.draft.parts))
    except BallotRefused as refused:
        return error_text(ctx.locale, refused)
    return ""


async def _show_marks(
    request: WebRequest, session: AsyncSession, ctx: Ctx, desk: Desk, errors: dict[str, str]
) -> Response[bytes]:
    voted = ctx.actor is not None and await queries.has_voted(session, desk.full.poll.id, ctx.actor.id)
    model = build_mark(ctx, desk.full, desk.contest, desk.options, desk.draft, has_voted=voted, errors=errors)
    return page(request, "voting/mark.html", model, status=422 if errors else 200)


@get("/polls/{poll_id:uuid}/ballot/review", audience=signed_in)
async def review(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Page C: check the ballot before sending it. Whoever is not verified learns what is missing."""
    desk = await load_desk(session, ctx, poll_id)
    if answer := turned_away(request, ctx, desk):
        return answer
    is_sealed = desk.full.facts.sealing is not None
    is_blank = desk.draft.is_blank and is_sealed  # other votes have no blank ballot on the web
    if len(desk.draft.numbers) < max(1, desk.contest.min_length) and not is_blank:
        notice = too_few_text(ctx, desk.contest)
        return see_other(request, f"/polls/{poll_id}/ballot", notice=notice, kind="info")
    if not is_blank and (refusal := _refusal(ctx, desk)):
        return see_other(request, f"/polls/{poll_id}/ballot", notice=refusal, kind="info")
    on_roll = await queries.is_on_roll(session, poll_id, ctx.actor.id) if is_sealed else ctx.actor.is_verified
    verdict = is_eligible(ctx.actor, on_roll=on_roll, frozen=is_sealed)
    has_voted = await queries.has_voted(session, poll_id, ctx.actor.id)
    if has_voted and await queries.find_paper(session, poll_id, ctx.actor.id) is not None:
        verdict = deny(PAPER_GIVEN)
    secret = "" if is_sealed else box.new_receipt(str(poll_id))[0]
    model = build_review(
        ctx,
        desk.full,
        desk.contest,
        desk.options,
        desk.draft,
        receipt=secret,
        has_voted=has_voted,
        may_send=bool(verdict),
        reason=ctx.gettext(verdict.reason),
    )
    return page(request, "voting/review.html", model, headers={"Cache-Control": "no-store"})


@post("/polls/{poll_id:uuid}/ballot/review", audience=verified)
async def send_ballot(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Send the reviewed ballot and show the receipt. Sent twice, it is the same receipt.

    The receipt is the answer itself, not a redirect: an address with the receipt in it would stay in
    histories and logs (docs/decisions/0009).
    """
    contest = contest_of((await visible_poll(session, ctx, poll_id)).poll)
    try:
        sent = parse(SendForm, form)
        receipt = await service.cast_ballot(
            session,
            ctx.actor,
            poll_id,
            sent.paper(contest.vote_type),
            secret=sent.receipt,
            replacement_key=sent.replacement_key,
            now=ctx.now,
        )
    except FormErrors as errors:
        return await show_again(request, session, ctx, form, poll_id, field_errors(ctx.locale, errors))
    except (AlreadyVoted, WrongKey, KeyUsed) as error:
        said = {"replacement_key": error_text(ctx.locale, error)}
        status = 409 if isinstance(error, AlreadyVoted) else 422
        return await show_again(request, session, ctx, form, poll_id, said, status=status)
    except BallotRefused as error:
        return await show_again(request, session, ctx, form, poll_id, {"": error_text(ctx.locale, error)})
    except (PollNotOpen, PaperGiven) as error:
        return see_other(request, f"/polls/{poll_id}", notice=error_text(ctx.locale, error), kind="error")
    ctx.set_cookie(cookie_name(poll_id), "", max_age_seconds=0)
    model = build_receipt(ctx, contest, receipt)
    return page(request, "voting/receipt.html", model, headers={"Cache-Control": "no-store"})


async def show_again(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    form: Form,
    poll_id: UUID,
    errors: dict[str, str],
    *,
    status: int = 422,
) -> Response[bytes]:
    """The review page once more, with everything that was typed."""
    full = await visible_poll(session, ctx, poll_id)
    options = await queries.list_options(session, poll_id)
    known = {option.number for option in options}
    cookie = ctx.get_cookie(cookie_name(poll_id)).partition(SEPARATOR)[0]
    draft = read_draft(f"{cookie}{SEPARATOR}{form.get('ballot')}", known, len(options))
    model = build_review(
        ctx,
        full,
        contest_of(full.poll),
        options,
        draft,
        receipt=form.get("receipt"),
        has_voted=await queries.has_voted(session, poll_id, ctx.actor.id),
        may_send=True,
        replacement_key=form.get("replacement_key"),
        code=form.get("code"),
        errors=errors,
    )
    return page(request, "voting/review.html", model, status=status, headers={"Cache-Control": "no-store"})


HANDLERS = [choose, put_in_order, change_choice, change_order, review, send_ballot]

"""What everybody may see: polls, results, files, and the check of a vote."""

import re
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.context import Ctx
from app.kit.errors import NotFound
from app.kit.forms import query_form
from app.kit.web import WebRequest, anyone, download, get, page, respond, see_other
from voting import queries
from voting.errors import PollNotFound
from voting.pages.counted import paper_totals
from voting.pages.funded import build_funded
from voting.pages.opening import (
    OpeningFacts,
    OpeningPage,
    build_opened_by,
    build_opening,
    is_opening,
)
from voting.pages.poll import CheckPage, CodeAnswer, CodesPage, build_poll, build_polls
from voting.pages.rules import build_rules
from voting.pages.seated import build_seated
from voting.pages.words import shown_state, title_of
from voting.policy import is_election_officer, may_see_result, may_view
from voting.queries import FoundBallot, FoundEntry, PollInFull
from voting.sealing import box
from voting.service import contest_of, load_paper_summary
from voting.states import COUNTED_STATES, PollState

CODES_PER_PAGE = 300
DAY_SECONDS = 86_400
TRACKER = re.compile(r"[A-Za-z0-9+/]{43}")  # SHA-256 in Base64 without padding


async def visible_poll(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> PollInFull:
    """A poll that this reader may know of. Raises: PollNotFound."""
    full = await queries.get_poll(session, poll_id)
    if not may_view(ctx.actor, full.facts):
        raise PollNotFound()
    return full


@get("/polls", audience=anyone)
async def list_polls(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Every vote, running, past and imported."""
    rows = await queries.list_polls(session)
    model = build_polls(ctx, [(*row,) for row in rows], is_officer=is_election_officer(ctx.actor))
    return page(request, "voting/polls.html", model)


@get("/polls/guarantees", audience=anyone)
async def show_guarantees(request: WebRequest) -> Response[bytes]:
    """What checking a vote proves, and what voting online cannot guarantee."""
    return page(request, "voting/guarantees.html")


@get("/voting-rules", audience=anyone)
async def show_rules(request: WebRequest, ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """Every published counting rule, in words and with its parameters."""
    return page(request, "voting/rules.html", build_rules(ctx))


@get("/polls/{poll_id:uuid}", audience=anyone)
async def show_poll(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """A vote: its dates, rule and projects, and whether the reader may vote."""
    full = await visible_poll(session, ctx, poll_id)
    voted = ctx.actor is not None and await queries.has_voted(session, poll_id, ctx.actor.id)
    shows_turnout = full.facts.state is not PollState.DRAFT and ctx.now >= full.stage.opens_at
    turnout = full.poll.voter_count
    if turnout is None and shows_turnout and not full.poll.is_imported:
        turnout = await queries.count_voters(session, poll_id)
    on_roll = ctx.actor is not None and ctx.actor.is_verified
    if full.facts.sealing is not None:
        on_roll = ctx.actor is not None and await queries.is_on_roll(session, poll_id, ctx.actor.id)
    model = build_poll(
        ctx,
        full,
        contest_of(full.poll),
        await queries.list_options(session, poll_id),
        on_roll=on_roll,
        has_voted=voted,
        voter_count=turnout,
        is_officer=is_election_officer(ctx.actor),
        opening=await _load_opening(session, ctx, full) if is_opening(full) else None,
        has_paper=voted and full.facts.paper is not None and await _has_paper(session, ctx, poll_id),
    )
    return page(request, "voting/poll.html", model)


async def _load_opening(
    session: AsyncSession, ctx: Ctx, full: PollInFull, *, is_watched: bool = False
) -> OpeningPage:
    """How far the opening of a closed sealed vote has come."""
    return build_opening(ctx, full, await _opening_facts(session, full), is_watched=is_watched)


async def _opening_facts(session: AsyncSession, full: PollInFull) -> OpeningFacts:
    """What the board says of who mixed and opened."""
    poll_id = full.poll.id
    return OpeningFacts(
        election=await queries.get_election(session, poll_id),
        trustees=await queries.list_trustees(session, poll_id),
        steps=await queries.list_steps(session, poll_id),
        ballots=await queries.count_ballots(session, poll_id),
    )


@get("/polls/{poll_id:uuid}/opening", audience=anyone)
async def show_opening(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """Who has mixed and opened a closed sealed vote so far; looks again by itself when asked to."""
    full = await visible_poll(session, ctx, poll_id)
    has_ended = full.facts.state is PollState.CLOSED or full.facts.state in COUNTED_STATES
    if full.facts.sealing is None or not has_ended:
        raise PollNotFound()
    is_watched = query_form(request).get("watch") == "yes"
    model = await _load_opening(session, ctx, full, is_watched=is_watched)
    return respond(request, whole="voting/opening.html", part="voting/_opening.html", model=model)


async def _has_paper(session: AsyncSession, ctx: Ctx, poll_id: UUID) -> bool:
    return await queries.find_paper(session, poll_id, ctx.actor.id) is not None


@get("/polls/{poll_id:uuid}/result", audience=anyone)
async def show_result(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The result: who won and why, how it was counted, and the files to count again."""
    full = await visible_poll(session, ctx, poll_id)
    tally = await queries.find_tally(session, poll_id) if may_see_result(full.facts) else None
    if tally is None:
        return see_other(
            request, f"/polls/{poll_id}", notice=ctx.gettext(may_see_result(full.facts).reason), kind="info"
        )
    options = await queries.list_options(session, poll_id)
    files = await queries.list_files(session, poll_id)
    contest = contest_of(full.poll)
    opened = None
    if full.facts.sealing is not None:
        opened = build_opened_by(full, await _opening_facts(session, full))
    paper = paper_totals(await load_paper_summary(session, full.poll), tally)
    if contest.seats:
        seated = build_seated(ctx, full, contest, options, tally, files, opened=opened)
        return page(request, "voting/seated.html", msgspec.structs.replace(seated, paper=paper))
    funded = build_funded(ctx, full, contest, options, tally, files, opened=opened)
    return page(request, "voting/funded.html", msgspec.structs.replace(funded, paper=paper))


@get("/polls/{poll_id:uuid}/files/{name:str}", audience=anyone)
async def download_file(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
    name: FromPath[str],
) -> Response[bytes]:
    """A published file of a result: record.json, ballots.csv, election.pb, result.json, codes.csv."""
    file = next((one for one in await queries.list_files(session, poll_id) if one.name == name), None)
    if file is None:
        raise NotFound()
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": f"public, max-age={DAY_SECONDS}"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    content = await ctx.services.storage.get(file.key)
    return download(
        content,
        media_type=file.media_type,
        filename=f"{str(poll_id)[:8]}-{file.name}",
        headers=headers,
    )


@get("/polls/{poll_id:uuid}/codes", audience=anyone)
async def list_codes(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    poll_id: FromPath[UUID],
) -> Response[bytes]:
    """The check codes of a frozen box, sorted: they tell nothing of papers or people."""
    full = await visible_poll(session, ctx, poll_id)
    if full.poll.box_size is None or full.poll.is_imported:
        raise NotFound()
    if full.facts.sealing is not None:
        return see_other(request, f"/polls/{poll_id}/board")
    total = full.poll.box_size
    current, pages = page_asked_for(request, total)
    rows = await queries.list_codes(
        session, poll_id, offset=(current - 1) * CODES_PER_PAGE, limit=CODES_PER_PAGE
    )
    model = CodesPage(
        id=str(poll_id),
        title=title_of(full.poll, ctx),
        codes=[(row.code, row.is_replaced) for row in rows],
        current=current,
        pages=pages,
        total=total,
    )
    return page(request, "voting/codes.html", model)


def page_asked_for(request: WebRequest, total: int) -> tuple[int, int]:
    """(the page of codes in the address, how many there are); what is no page is the nearest one."""
    pages = max(1, -(-total // CODES_PER_PAGE))
    typed = query_form(request).get("page", "1")
    return min(max(int(typed) if typed.isdecimal() and len(typed) < 7 else 1, 1), pages), pages


@get("/check", audience=anyone)
async def check_vote(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Check my vote: is the ballot with this code in a box, and was it counted? No signing in."""
    typed = query_form(request).get("code")[:80]
    errors: dict[str, str] = {}
    answers: list[CodeAnswer] = []
    if typed:
        try:
            typed = _code_typed(typed)
            answers = await _answers(session, ctx, typed)
        except box.InvalidCode:
            errors["code"] = _not_a_code(ctx, typed)
    model = CheckPage(code=typed, asked=bool(typed) and not errors, answers=answers, errors=errors)
    status = 422 if errors else 200
    return page(request, "voting/check.html", model, status=status, headers={"Cache-Control": "no-store"})


def _code_typed(typed: str) -> str:
    """A check code in its written form, or a whole tracker as it is. Raises: InvalidCode."""
    tracker = "".join(typed.split()).rstrip("=")
    return tracker if TRACKER.fullmatch(tracker) else box.normalise_code(typed)


def _not_a_code(ctx: Ctx, typed: str) -> str:
    try:
        box.normalise_secret(typed)
    except box.InvalidCode:
        return ctx.gettext("A verification code has 12 letters and digits, like 7QXM-4T2K-9RVD.")
    return ctx.gettext(
        "This is a replacement key. Keep it to yourself. To check your vote, type the shorter code above it."
    )


async def _answers(session: AsyncSession, ctx: Ctx, typed: str) -> list[CodeAnswer]:
    """One answer for each box and board that holds the code: in practice none or one."""
    is_tracker = TRACKER.fullmatch(typed) is not None
    code = box.code_of_tracker(typed) if is_tracker else typed
    entries = [] if is_tracker else await queries.find_entries(session, code)
    ballots = [one for one in await queries.find_ballots(session, code) if typed in (code, one.tracker)]
    answers = []
    everything: list[FoundEntry | FoundBallot] = [*entries, *ballots]
    for found in everything:
        full = await queries.get_poll(session, found.poll_id)
        on_board = isinstance(found, FoundBallot)
        answers.append(
            CodeAnswer(
                title=title_of(full.poll, ctx),
                href=ctx.url(f"/polls/{found.poll_id}" + ("/board" if on_board else "")),
                cast_on=found.cast_on,
                replaced_on=found.replaced_on,
                state=shown_state(full.facts, ctx.now),
                is_counted=full.facts.state in COUNTED_STATES and found.replaced_on is None,
                number=found.number if isinstance(found, FoundBallot) else None,
                tracker=found.tracker if isinstance(found, FoundBallot) else "",
            )
        )
    return answers


HANDLERS = [
    list_polls,
    show_guarantees,
    show_rules,
    show_poll,
    show_opening,
    show_result,
    download_file,
    list_codes,
    check_vote,
]

"""The department: the file of an idea, and what is done before a verdict."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import get_account
from app.kit.access_log import log_access
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.days_off import list_days_off
from app.kit.errors import FormErrors, Invalid
from app.kit.forms import Form, parse
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.web import WebRequest, field_errors, get, official, page, post, see_other
from proposals import queries, service
from proposals.errors import IdeaNotFound
from proposals.forms import AssignForm, ConflictForm, NoteForm, QuestionForm, ResumeForm
from proposals.models import Idea
from proposals.pages import advice as advice_pages
from proposals.pages import ideas as idea_pages
from proposals.pages import review as pages
from proposals.pages.maps import view_pin
from proposals.pages.words import ClockView, view_clock
from proposals.policy import NOBODY, may_review, may_see_inside
from proposals.queries.maps import find_map
from proposals.rules.similarity import rank
from proposals.states import OPEN_STATES, IdeaState, review_deadline


@get("/review/ideas/{idea_id:uuid}", audience=official, writes=True, include_in_schema=False)
async def show_file(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """The file of an idea; that the author's name and address were seen is written down."""
    return page(request, "proposals/file.html", await _open_file(session, ctx, idea_id))


async def _open_file(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> pages.FilePage:
    """The file, for the department alone; its author will see who read their name and address."""
    require(may_review(ctx.actor))
    about = await queries.read_about(session, idea_id, ctx.actor.id)
    idea = about.idea
    if idea.state == IdeaState.DRAFT:
        raise IdeaNotFound()
    if idea.author_id is not None and idea.author_id != ctx.actor.id:
        what = N_("name and e-mail, in the file of your idea")
        log_access(session, reader_id=ctx.actor.id, subject_id=idea.author_id, what=what, now=ctx.now)
    return await _build_file(session, ctx, about)


async def get_sent(session: AsyncSession, idea_id: UUID) -> Idea:
    """An idea that was sent; somebody's draft is nobody's business. Raises: IdeaNotFound."""
    idea = await queries.get_idea(session, idea_id)
    if idea.state == IdeaState.DRAFT:
        raise IdeaNotFound()
    return idea


async def _build_file(session: AsyncSession, ctx: Ctx, about: queries.About) -> pages.FilePage:
    """What there is of an idea for its department; what there is none of is not asked for."""
    idea, has, costed = about.idea, about.has, about.costed
    events = await queries.list_events(session, idea.id)
    reasons = await queries.list_reasons_of(session, idea_pages.reason_codes(events))
    intake = await queries.find_intake(session, idea.id) if "intake" in has else None
    author = await get_account(session, idea.author_id) if idea.author_id else None
    merged = await queries.list_merged_ideas(session, idea.id) if "merged" in has else []
    has_conflict = await has_interest(session, ctx, idea.id)
    inside = may_see_inside(ctx.actor, idea, has_conflict=has_conflict)
    read = read_advice if inside else read_public_advice
    is_contested = "contested" in has
    return pages.build_file(
        idea,
        ctx.actor,
        area_name=about.area_name,
        sender=pages.view_sender(author, intake),
        pin=view_pin(find_map(ctx.services.settings), idea.latitude, idea.longitude, ctx.locale),
        photos=idea_pages.view_photos(await queries.list_photos(session, idea.id) if "photos" in has else []),
        documents=idea_pages.view_documents(
            await queries.list_attachments(session, idea.id) if "attachments" in has else []
        ),
        events=idea_pages.view_events(events, reasons, ctx.locale, author=idea.author_name),
        inside=inside,
        notes=await queries.list_notes(session, idea.id) if inside and "notes" in has else [],
        clock=await read_clock(session, ctx, idea, has_pauses="pauses" in has),
        similar=await find_similar(session, idea) if idea.state in OPEN_STATES else [],
        merged=[idea_pages.view_linked(one) for one in merged],
        costing=idea_pages.view_costing(
            costed, await queries.list_cost_lines(session, costed.id) if costed else []
        ),
        reviewers=await queries.list_reviewers(session),
        standing=about.verdict,
        prepared=await queries.find_prepared(session, idea.id) if "prepared" in has else None,
        barred=service.whose(about.verdict) if is_contested and about.verdict else NOBODY,
        conflicts=await queries.list_conflicts(session, idea.id) if "conflicts" in has else [],
        has_conflict=has_conflict,
        advice=await read(session, ctx, idea.id) if "advice" in has else [],
        is_contested=is_contested,
        answer_days=about.rules.answer_days,
        at_vote=about.project is not None and await queries.is_frozen(session, idea.cycle_id),
    )


async def has_interest(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> bool:
    """Whether who looks is off the file."""
    return ctx.actor is not None and await queries.has_conflict(session, idea_id, ctx.actor.id)


async def find_barred(session: AsyncSession, idea: Idea) -> frozenset[UUID]:
    """Whose verdict on this idea is contested: they do not decide on it again."""
    if await queries.find_open_contestation(session, idea.id) is None:
        return NOBODY
    standing = await queries.find_verdict(session, idea.id)
    return service.whose(standing) if standing else NOBODY


async def read_clock(session: AsyncSession, ctx: Ctx, idea: Idea, *, has_pauses: bool) -> ClockView | None:
    """The clock of an idea on which a verdict is due; `has_pauses`: whether it ever stood still."""
    if idea.submitted_at is None or idea.state not in OPEN_STATES:
        return None
    pauses = (await queries.list_pauses_of(session, [idea.id]))[idea.id] if has_pauses else []
    today, days_off = local_date(ctx.now), await list_days_off(session)
    deadline = review_deadline(idea.submitted_at, pauses, today=today, days_off=days_off)
    return view_clock(deadline, today=today, days_off=days_off)


async def read_advice(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> list[advice_pages.AdviceView]:
    """All that departments were asked about an idea, for the department."""
    asked = await queries.list_advice(session, idea_id)
    answers = await queries.list_answers(session, [advice.id for advice, _ in asked])
    today, days_off = local_date(ctx.now), await list_days_off(session)
    return [
        advice_pages.view_advice(advice, of, answers[advice.id], ctx.locale, today=today, days_off=days_off)
        for advice, of in asked
    ]


async def read_public_advice(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> list[advice_pages.AdviceView]:
    """The same for everybody: who was asked, and the words once there is a decision on them."""
    views = await read_advice(session, ctx, idea_id)
    decided_at = await queries.find_last_decision(session, idea_id) if views else None
    return [
        advice_pages.publish_view(
            one, asked_before=decided_at is not None and one.asked_at <= decided_at, decided_at=decided_at
        )
        for one in views
    ]


async def find_similar(session: AsyncSession, idea: Idea) -> list[idea_pages.SimilarCard]:
    """Ideas of the cycle that say the same, perhaps."""
    text = f"{idea.location} {idea.landmark} {idea.body}"
    return await find_alike(session, idea, idea.title, text, idea.area_id)


async def find_alike(
    session: AsyncSession, idea: Idea, title: str, text: str, area_id: UUID | None, *, limit: int = 5
) -> list[idea_pages.SimilarCard]:
    """Ideas like this one if it said `title` and `text` of this area; its pin is where it is."""
    candidates = await queries.list_candidates(session, idea.cycle_id, leave_out=idea.id)
    point = queries.point_of(idea.latitude, idea.longitude)
    compare = functools.partial(rank, title, text, area_id, candidates, point=point, limit=limit)
    alike = await asyncio.to_thread(compare)  # a tenth of a second
    keys = [one.key for one in alike if isinstance(one.key, UUID)]
    rows = await queries.list_ideas_by_id(session, keys)
    return [
        idea_pages.SimilarCard(idea_pages.build_card(rows[one.key]), round(one.score * 100), list(one.shared))
        for one in alike
        if isinstance(one.key, UUID) and one.key in rows
    ]


# ── actions ───────────────────────────────────────────────────────────────────
async def _act(
    request: WebRequest,
    session: AsyncSession,
    ctx: Ctx,
    form: Form,
    idea_id: UUID,
    act: Callable[[], Awaitable[object]],
    notice: str,
) -> Response[bytes]:
    """Do it and go back to the file; what was typed wrongly is shown there again."""
    require(may_review(ctx.actor))
    await get_sent(session, idea_id)
    try:
        await act()
    except FormErrors as refused:
        errors = field_errors(ctx.locale, refused)
    except Invalid as refused:
        errors = field_errors(ctx.locale, FormErrors({"reviewer": refused}))
    else:
        return see_other(request, f"/review/ideas/{idea_id}", notice=ctx.gettext(notice))
    values = {name: form.get(name) for name in ("question", "reason", "note", "reviewer", "why")}
    model = msgspec.structs.replace(await _open_file(session, ctx, idea_id), values=values, errors=errors)
    return page(request, "proposals/file.html", model, status=422)


@post("/review/ideas/{idea_id:uuid}/assign", audience=official, include_in_schema=False)
async def assign_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Take the idea, or give it to a colleague."""

    async def act() -> None:
        to = parse(AssignForm, form).reviewer
        await service.assign_idea(session, ctx.actor, idea_id, to=to, now=ctx.now)

    return await _act(request, session, ctx, form, idea_id, act, N_("The idea was assigned."))


@post("/review/ideas/{idea_id:uuid}/ask", audience=official, include_in_schema=False)
async def ask_author(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Return the idea to its author, in public; the clock stops."""

    async def act() -> None:
        question = parse(QuestionForm, form).question
        await service.ask_author(session, ctx.actor, idea_id, question=question, now=ctx.now)

    notice = N_(
        "The question was sent and published. The clock stands still until the author's term has passed."
    )
    return await _act(request, session, ctx, form, idea_id, act, notice)


@post("/review/ideas/{idea_id:uuid}/resume", audience=official, include_in_schema=False)
async def resume_clock(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Let the clock run again without an answer."""

    async def act() -> None:
        reason = parse(ResumeForm, form).reason
        await service.resume_clock(session, ctx.actor, idea_id, reason=reason, now=ctx.now)

    return await _act(request, session, ctx, form, idea_id, act, N_("The clock runs again."))


@post("/review/ideas/{idea_id:uuid}/note", audience=official, include_in_schema=False)
async def add_note(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Write an internal note."""

    async def act() -> None:
        await service.add_note(session, ctx.actor, idea_id, text=parse(NoteForm, form).note, now=ctx.now)

    return await _act(request, session, ctx, form, idea_id, act, N_("The note was added."))


@post("/review/ideas/{idea_id:uuid}/conflict", audience=official, include_in_schema=False)
async def declare_conflict(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Declare a conflict of interest, and be off the file."""

    async def act() -> None:
        why = parse(ConflictForm, form).why
        await service.declare_conflict(session, ctx.actor, idea_id, why=why, now=ctx.now)

    return await _act(request, session, ctx, form, idea_id, act, N_("You are off this file."))


HANDLERS = [show_file, assign_idea, ask_author, resume_clock, add_note, declare_conflict]

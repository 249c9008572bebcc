"""Public pages of ideas: list, one idea, feed, photos; support and withdrawal."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.errors import FormErrors
from app.kit.forms import Form, parse, query_form
from app.kit.policy import require
from app.kit.web import (
    WebRequest,
    anyone,
    download,
    feed,
    field_errors,
    get,
    page,
    post,
    see_other,
    signed_in,
    verified,
)
from cycles.queries import get_cycle, list_area_choices, read_calendar
from cycles.states import StageKind
from discussions.queries import count_on
from proposals import queries, service
from proposals.errors import IdeaNotFound, PhotoNotFound
from proposals.forms import AnswerForm
from proposals.pages import ideas as pages
from proposals.pages.maps import view_pin, view_pins
from proposals.pages.projects import title_of
from proposals.policy import may_review, may_view, may_withdraw
from proposals.queries.discussed import idea_ref
from proposals.queries.maps import find_map
from proposals.queries.origins import find_origin
from proposals.routes.contest import ask_contest
from proposals.routes.review import read_clock, read_public_advice
from proposals.states import IdeaState

PHOTO_CACHE = "public, max-age=31536000, immutable"  # ids are never given to another photo


@get("/ideas", audience=anyone, include_in_schema=False)
async def list_ideas(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """Public ideas, filtered, in an order that gives none an advantage unless asked for another."""
    asked = query_form(request)
    calendar = await read_calendar(session)
    current = calendar.collecting(ctx.now)
    default = current.slug if current and not current.is_imported else ""
    slug = asked.get("cycle", default)
    cycle = next((one for one in calendar.own if one.slug == slug), None)
    areas = await list_area_choices(session, cycle.id) if cycle else []
    order = asked.get("order") if asked.get("order") in pages.ORDERS else "random"
    wanted = queries.IdeaFilter(
        cycle_slug=slug, area_code=asked.get("area"), state=asked.get("state"), text=asked.get("q")[:200]
    )
    rows, place = await queries.list_ideas_page(
        session, wanted, order=order, page=asked.get("page"), today=local_date(ctx.now)
    )
    said = await count_on(session, [idea_ref(row.id) for row in rows])
    kept = {"cycle": slug, "area": wanted.area_code, "state": wanted.state, "q": wanted.text}
    model = pages.IdeasPage(
        ideas=[pages.build_card(row, said.get(idea_ref(row.id), 0)) for row in rows],
        paging=place,
        cycles=[pages.Choice(one.slug, one.title_in(ctx.locale)) for one in calendar.own],
        areas=[pages.Choice(*area) for area in areas],
        cycle=slug,
        area=wanted.area_code,
        state=wanted.state,
        text=wanted.text,
        order=order,
        query=pages.query_of(**kept, order=order),
        sort_links=[(one, pages.query_of(**kept, order=one)) for one in pages.ORDERS],
        cycle_title=cycle.title_in(ctx.locale) if cycle else "",
        may_send=bool(current and current.is_stage_open(StageKind.SUBMISSION, ctx.now)),
        pins=view_pins(
            find_map(ctx.services.settings),
            [(row.latitude, row.longitude) for row in rows],
            first=place.offset + 1,
            locale=ctx.locale,
        ),
    )
    return page(request, "proposals/ideas.html", model)


@get("/i/{number:str}", audience=anyone, include_in_schema=False)
async def go_to_idea(
    request: WebRequest, session: NamedDependency[AsyncSession], number: FromPath[str]
) -> Response[bytes]:
    """The short address of letters: the idea with this file number, however it is typed."""
    idea = await queries.find_idea_by_number(session, number)
    if idea is None:
        raise IdeaNotFound()
    return see_other(request, f"/ideas/{idea.id}")


@get("/ideas/feed.atom", audience=anyone, include_in_schema=False)
async def show_feed(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The newest ideas as an Atom feed, narrowed like the list."""
    asked = query_form(request)
    wanted = queries.IdeaFilter(cycle_slug=asked.get("cycle"), area_code=asked.get("area"))
    rows, _ = await queries.list_ideas_page(session, wanted, order="new", page="1", today=local_date(ctx.now))
    cards = [pages.build_card(row) for row in rows]
    updated: datetime = next((card.submitted_at for card in cards if card.submitted_at), ctx.now)
    query = pages.query_of(cycle=wanted.cycle_slug, area=wanted.area_code)
    model = pages.FeedPage(ctx.gettext("New ideas"), cards, query, updated)
    return feed(request, "proposals/feed.atom.xml", model)


@get("/ideas/{idea_id:uuid}", audience=anyone, include_in_schema=False)
async def show_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """An idea with its public timeline; the author's own draft leads to its form."""
    about = await _read_visible(session, ctx, idea_id)
    if about.idea.state == IdeaState.DRAFT:
        return see_other(request, f"/ideas/{idea_id}/edit/text")
    return page(request, "proposals/idea.html", await _build_page(session, ctx, about))


async def _read_visible(session: AsyncSession, ctx: Ctx, idea_id: UUID) -> queries.About:
    about = await queries.read_about(session, idea_id, ctx.actor.id if ctx.actor else None)
    if not may_view(ctx.actor, about.idea):
        raise IdeaNotFound()  # whether somebody has a draft is nobody's business
    return about


async def _has_carried(
    session: AsyncSession, ctx: Ctx, about: queries.About, targets: Sequence[UUID]
) -> bool:
    """Whether who looks supports the idea with which a chain of mergers ends."""
    if len(targets) < 2 or ctx.actor is None:
        return "carried" in about.has
    return await queries.find_support(session, targets[-1], ctx.actor.id) is not None


async def _build_page(session: AsyncSession, ctx: Ctx, about: queries.About) -> pages.IdeaPage:
    """What there is of an idea; what there is none of is not asked for."""
    idea, has = about.idea, about.has
    events = await queries.list_events(session, idea.id)
    targets = await queries.list_merge_targets(session, idea.id) if idea.merged_into_id else []
    target, most = targets[-1] if targets else None, about.rules.most_supports
    facts = pages.IdeaFacts(
        idea=idea,
        cycle=about.cycle,
        area_name=about.area_name,
        events=events,
        reasons=await queries.list_reasons_of(session, pages.reason_codes(events)),
        photos=await queries.list_photos(session, idea.id) if "photos" in has else [],
        attachments=await queries.list_attachments(session, idea.id) if "attachments" in has else [],
        co_authors=await queries.list_co_authors(session, idea.id) if "co_authors" in has else [],
        merged=await queries.list_merged_ideas(session, idea.id) if "merged" in has else [],
        merged_into=await queries.get_idea(session, target) if target else None,
        project=about.project,
        decision=about.verdict,
        lines=await queries.list_cost_lines(session, about.costed.id) if about.costed else [],
        clock=await read_clock(session, ctx, idea, has_pauses="pauses" in has),
        follows=about.follows,
        advice=await read_public_advice(session, ctx, idea.id) if "advice" in has else [],
        supports="support" in has,
        supports_target="support" in has and await _has_carried(session, ctx, about, targets),
        used_supports=about.used_supports if most else 0,
        most_supports=most,
        voting_began=about.vote_opens_at is not None and about.vote_opens_at <= ctx.now,
        comment_count=about.comment_count,
        may_contest=await ask_contest(session, ctx, about),
        may_review=bool(may_review(ctx.actor)),
        origin=await find_origin(session, idea.id) if "intake" in has else None,
        pin=view_pin(find_map(ctx.services.settings), idea.latitude, idea.longitude, ctx.locale),
    )
    return pages.build_idea_page(facts, ctx.actor, ctx.locale)


@get("/ideas/supported", audience=signed_in, include_in_schema=False)
async def show_supported(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """The ideas that one supports, by cycle, with what is left to give."""
    ideas = await queries.list_supported(session, await list_same_person(session, ctx.actor.id))
    cycles = []
    for cycle_id in dict.fromkeys(idea.cycle_id for idea in ideas):
        cycle = await get_cycle(session, cycle_id)
        own = [pages.view_supported(idea) for idea in ideas if idea.cycle_id == cycle_id]
        most = (await queries.get_rules(session, cycle_id)).most_supports
        cycles.append((title_of(cycle, ctx.locale), sum(one.is_counted for one in own), most, own))
    return page(request, "proposals/supported.html", pages.SupportedPage(cycles))


@get("/ideas/{idea_id:uuid}/feed.atom", audience=anyone, include_in_schema=False)
async def show_timeline_feed(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """What happens to one idea, as an Atom feed."""
    idea = await queries.get_idea(session, idea_id)
    events = await queries.list_events(session, idea.id)
    if not events:
        raise IdeaNotFound()  # a draft
    reasons = await queries.list_reasons_of(session, pages.reason_codes(events))
    views = pages.view_events(events, reasons, ctx.locale, author=idea.author_name)[::-1]
    model = pages.TimelineFeedPage(str(idea.id), idea.number or "", idea.title, idea.lang, views, views[0].at)
    return feed(request, "proposals/timeline.atom.xml", model)


@get("/photos/{photo_id:uuid}/{size:str}", audience=anyone, include_in_schema=False)
async def show_photo(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
    size: FromPath[str],
) -> Response[bytes]:
    """A photo, as long as its idea may be seen."""
    photo, idea = await queries.get_photo(session, photo_id)
    if size not in ("large.jpg", "small.jpg") or not may_view(ctx.actor, idea):
        raise PhotoNotFound()
    content = await ctx.services.storage.get(photo.large_key if size == "large.jpg" else photo.small_key)
    cache = "private, no-store" if idea.state == IdeaState.DRAFT else PHOTO_CACHE
    return download(content, media_type="image/jpeg", headers={"Cache-Control": cache})


# ── support ───────────────────────────────────────────────────────────────────
@post("/ideas/{idea_id:uuid}/support", audience=verified, include_in_schema=False)
async def support_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Support an idea."""
    await service.support_idea(session, ctx.actor, idea_id, now=ctx.now)
    notice = ctx.gettext("You support this idea. You can take your support back at any time.")
    return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="support")


@post("/ideas/{idea_id:uuid}/support/withdraw", audience=signed_in, include_in_schema=False)
async def withdraw_support(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Take one's support back."""
    await service.withdraw_support(session, ctx.actor, idea_id)
    notice = ctx.gettext("Your support was taken back.")
    return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="support")


@post("/ideas/{idea_id:uuid}/support/carry", audience=verified, include_in_schema=False)
async def carry_support(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Carry one's support over to the idea into which this one was merged."""
    target = await service.carry_support(session, ctx.actor, idea_id, now=ctx.now)
    notice = ctx.gettext("You support this idea. You can take your support back at any time.")
    return see_other(request, f"/ideas/{target}", notice=notice, anchor="support")


# ── the author, once it is sent ───────────────────────────────────────────────
@get("/ideas/{idea_id:uuid}/withdraw", audience=signed_in, include_in_schema=False)
async def confirm_withdrawal(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Ask before the idea is withdrawn."""
    idea = (await _read_visible(session, ctx, idea_id)).idea
    require(may_withdraw(ctx.actor, idea))
    model = pages.ConfirmPage(str(idea.id), idea.title, idea.number or "")
    return page(request, "proposals/withdraw.html", model)


@post("/ideas/{idea_id:uuid}/withdraw", audience=signed_in, include_in_schema=False)
async def withdraw_idea(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Withdraw the idea."""
    await service.withdraw_idea(session, ctx.actor, idea_id, now=ctx.now)
    return see_other(request, f"/ideas/{idea_id}", notice=ctx.gettext("The idea was withdrawn."))


@post("/ideas/{idea_id:uuid}/answer", audience=signed_in, include_in_schema=False)
async def answer_question(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    form: NamedDependency[Form],
    idea_id: FromPath[UUID],
) -> Response[bytes]:
    """Answer the department, in public."""
    try:
        typed = parse(AnswerForm, form)
    except FormErrors as refused:
        model = await _build_page(session, ctx, await _read_visible(session, ctx, idea_id))
        errors = field_errors(ctx.locale, refused)
        model = pages.replace_answer(model, form.get("answer"), errors)
        return page(request, "proposals/idea.html", model, status=422)
    await service.answer_question(session, ctx.actor, idea_id, answer=typed.answer, now=ctx.now)
    notice = ctx.gettext("Your answer was sent. The clock of the department runs again.")
    return see_other(request, f"/ideas/{idea_id}", notice=notice, anchor="timeline")


HANDLERS = [
    list_ideas,
    go_to_idea,
    show_feed,
    show_timeline_feed,
    show_supported,
    show_idea,
    show_photo,
    support_idea,
    withdraw_support,
    carry_support,
    confirm_withdrawal,
    withdraw_idea,
    answer_question,
]

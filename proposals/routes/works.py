"""Works in public: all funded projects with how far they are, one of them, its photos, and CSV."""

from collections.abc import Sequence
from uuid import UUID

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import list_same_person
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.forms import query_form
from app.kit.paging import paging
from app.kit.text import write_csv
from app.kit.web import WebRequest, anyone, download, get, page
from cycles.models import Cycle
from discussions.policy import may_see_moderation
from notices.queries import is_following
from proposals import queries
from proposals.errors import PhotoNotFound, ProjectNotFound
from proposals.models import Opinion, Project
from proposals.pages import works as pages
from proposals.pages.ideas import Choice, query_of
from proposals.policy.works import may_hand_over, may_keep_works, may_say_built
from proposals.queries.followed import project_topic
from proposals.states import STEPS, Built, WorksState

PAGE_SIZE = 24
PHOTO_CACHE = "public, max-age=300"  # a photo may be withdrawn


async def list_cards(session: AsyncSession, ctx: Ctx) -> list[pages.WorkCard]:
    """Every funded project with how far it is: four queries however many there are."""
    rows = await queries.list_funded(session)
    ids = [row.id for row in rows]
    facts = await read_facts(session, ids)
    today = local_date(ctx.now)
    return [pages.build_card(row, facts, today=today, locale=ctx.locale) for row in rows]


async def read_facts(session: AsyncSession, ids: Sequence[UUID]) -> pages.WorksFacts:
    """What is known of the works on projects."""
    return pages.WorksFacts(
        await queries.list_steps(session, ids),
        await queries.sum_spendings(session, ids),
        await queries.count_opinions(session, ids),
    )


@get("/works", audience=anyone, include_in_schema=False)
async def list_works(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """All funded projects, the late ones first."""
    asked = query_form(request)
    cards = await list_cards(session, ctx)
    cycle, area, state = asked.get("cycle"), asked.get("area"), asked.get("state")
    placed = pages.narrow(cards, cycle=cycle, area=area, state="")
    chosen = pages.narrow(placed, cycle="", area="", state=state)
    place = paging(asked.get("page"), len(chosen), size=PAGE_SIZE)
    kept = {"cycle": cycle, "area": area}
    model = pages.WorksPage(
        cards=chosen[place.offset : place.offset + place.size],
        paging=place,
        counts=pages.count_states(placed),
        total=len(placed),
        cycles=[Choice(slug, title) for slug, title in {one.cycle: one.cycle_title for one in cards}.items()],
        areas=[
            Choice(code, name)
            for code, name in sorted({one.area_code: one.area for one in cards if one.area}.items())
        ],
        cycle=cycle,
        area=area,
        state=state if state in pages.STATES else "",
        query=query_of(**kept, state=state),
        state_links=[(one, query_of(**kept, state=one)) for one in ("", *pages.STATES)],
    )
    return page(request, "proposals/works.html", model)


@get("/works.csv", audience=anyone, include_in_schema=False)
async def works_csv(session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]) -> Response[bytes]:
    """All funded projects for spreadsheets; amounts in bani."""
    dates = [f"{step.value}_{name}" for step in STEPS for name in ("planned", "actual")]
    head = ["cycle", "project", "title", "area", "state", "days_late", "cost_bani", "spent_bani", *dates]
    rows = []
    for card in await list_cards(session, ctx):
        steps = [card.steps[step.value] for step in STEPS]
        days = [day for step in steps for day in (step.planned_on, step.actual_on)]
        rows.append(
            [card.cycle, card.number, card.title, card.area, card.state]
            + [str(number) for number in (card.days_late, card.cost_bani, card.spent_bani)]
            + [day.isoformat() if day else "" for day in days]
            + [str(card.built.get(choice.value, 0)) for choice in Built]
            + [ctx.absolute(card.path)]
        )
    content = write_csv([*head, *(f"built_{choice.value}" for choice in Built), "url"], rows)
    return download(content, media_type="text/csv", filename="works.csv")


@get("/works/{project_id:uuid}", audience=anyone, include_in_schema=False)
async def show_work(
    request: WebRequest,
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    project_id: FromPath[UUID],
) -> Response[bytes]:
    """The works on one project: plan and days, money, photos, and whether it was built as promised."""
    project, cycle = await queries.get_works(session, project_id)
    model = await _build_page(session, ctx, project, cycle, asked_page=query_form(request).get("page"))
    return page(request, "proposals/work.html", model)


async def find_card(session: AsyncSession, ctx: Ctx, project: Project) -> pages.WorkCard | None:
    """How far a project is; None for one that no vote here has funded."""
    row = await queries.find_funded(session, project.id)
    if row is None:
        return None
    facts = await read_facts(session, [project.id])
    return pages.build_card(row, facts, today=local_date(ctx.now), locale=ctx.locale)


async def _build_page(
    session: AsyncSession, ctx: Ctx, project: Project, cycle: Cycle, *, asked_page: str
) -> pages.WorkPage:
    card = await find_card(session, ctx, project)
    if card is None:
        raise ProjectNotFound()
    entries = await queries.list_milestones(session, project.id)
    opinions, place = await queries.list_opinions_page(session, project.id, page=asked_page)
    accounts = await list_same_person(session, ctx.actor.id) if ctx.actor else []
    own = await queries.find_opinion(session, project.id, accounts)
    idea = await queries.get_idea(session, project.idea_id) if project.idea_id else None
    answers = await queries.answers_for(session, project, ctx.actor.id if ctx.actor else None)
    said = [*opinions, *([own] if own else [])]
    views = {view.id: view for view in await view_opinions(session, ctx, said, answers=answers)}
    return pages.WorkPage(
        card=card,
        id=str(project.id),
        summary=project.summary if project.summary != project.title else "",
        lang=idea.lang if idea else "",
        file_number=(idea.number or "") if idea else "",
        project_path=pages.project_path(project, cycle),
        steps=pages.view_steps(entries, today=local_date(ctx.now)),
        spendings=pages.view_spendings(await queries.list_spendings(session, project.id)),
        photos=pages.view_photos(await queries.list_works_photos(session, project.id)),
        shares=pages.view_shares(card.built),
        opinions=[views[str(one.id)] for one in opinions],
        paging=place,
        own=views[str(own.id)] if own else None,
        may_keep=may_keep_works(
            ctx.actor, outcome=project.outcome, is_imported=cycle.is_imported, answers=answers
        ),
        charge=pages.view_charge(await queries.get_charge(session, project), ctx.locale),
        may_hand_over=bool(may_hand_over(ctx.actor, answers=answers)),
        topic=project_topic(project),
        follows=ctx.actor is not None and await is_following(session, ctx.actor.id, project_topic(project)),
        may_say=may_say_built(ctx.actor, is_received=card.state == WorksState.RECEIVED),
    )


async def view_opinions(
    session: AsyncSession, ctx: Ctx, opinions: Sequence[Opinion], *, answers: bool = False
) -> list[pages.OpinionView]:
    """Opinions with their replies and photos, as this reader may see and act on them. `answers`: whether they
    are of the department that answers for the works.
    """
    ids = [one.id for one in opinions]
    replies = await queries.list_replies(session, ids)
    photos = await queries.list_opinion_photos(session, ids)
    words = await queries.list_words(session, opinions)
    return [
        pages.view_opinion(
            one,
            replies.get(one.id, []),
            photos.get(one.id),
            words.get(one.id),
            actor=ctx.actor,
            answers=answers,
        )
        for one in opinions
    ]


@get("/works/photos/{photo_id:uuid}/{size:str}", audience=anyone, include_in_schema=False)
async def show_works_photo(
    session: NamedDependency[AsyncSession],
    ctx: NamedDependency[Ctx],
    photo_id: FromPath[UUID],
    size: FromPath[str],
) -> Response[bytes]:
    """A photo, until it is withdrawn; hidden ones are for moderators, who decide on appeals."""
    judges = bool(may_see_moderation(ctx.actor))
    hidden = await queries.find_hidden_photo(session, photo_id) if judges else None
    photo = hidden or await queries.get_works_photo(session, photo_id)
    if size not in ("large.jpg", "small.jpg"):
        raise PhotoNotFound()
    content = await ctx.services.storage.get(photo.large_key if size == "large.jpg" else photo.small_key)
    return download(
        content, media_type="image/jpeg", headers={"Cache-Control": "no-store" if hidden else PHOTO_CACHE}
    )


HANDLERS = [list_works, works_csv, show_work, show_works_photo]

"""The first page: within ten seconds a stranger knows what this is and what they can do now."""

from datetime import datetime, timedelta

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import count_verified
from app.kit import register
from app.kit.clock import local_date
from app.kit.context import Ctx
from app.kit.i18n import N_, show_date, show_datetime, show_money
from app.kit.web import WebRequest, anyone, get, page
from app.pages.register import RegisterRow, register_row
from cycles.models import Cycle, Stage
from cycles.queries import find_current_cycle, list_all_stages, list_cycles
from cycles.states import StageKind, StageState, stage_state
from proposals.queries import IdeaFilter, count_ideas_by_state, count_projects, list_ideas_page
from voting.queries import count_voters, find_poll_of_cycle

LATEST_IDEAS = 4
LATEST_FACTS = 4
STAGE_TITLES = {
    StageKind.SUBMISSION: N_("You send ideas"),
    StageKind.REVIEW: N_("The department reviews them"),
    StageKind.VOTE: N_("You vote"),
    StageKind.RESULTS: N_("The winners are built"),
}
STAGE_STATES = {StageState.ENDED: "done", StageState.OPEN: "current", StageState.UPCOMING: "future"}


class Action(msgspec.Struct, frozen=True):
    """Something that can be done now."""

    title: str
    text: str
    href: str
    icon: str
    strong: bool = False


class StageRow(msgspec.Struct, frozen=True):
    """A stage of the cycle on the time line."""

    title: str
    dates: str
    state: str


class IdeaCard(msgspec.Struct, frozen=True):
    """A new idea."""

    title: str
    href: str
    lang: str
    meta: list[str]


class Running(msgspec.Struct, frozen=True):
    """What is open now: the stage that the hero speaks of."""

    kind: StageKind
    cycle: Cycle
    stage: Stage


class HomePage(msgspec.Struct, frozen=True):
    """Everything on the first page."""

    running: Running | None
    closes_in: str
    cycle_title: str
    cycle_href: str
    poll_href: str
    actions: list[Action]
    stages: list[StageRow]
    stats: list[tuple[str, str]]
    ideas: list[IdeaCard]
    facts: list[RegisterRow]


@get("/", audience=anyone, include_in_schema=False)
async def show_home(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What this is, what is open now, what has just happened."""
    cycles = {cycle.id: cycle for cycle in await list_cycles(session) if not cycle.is_imported}
    stages = [stage for stage in await list_all_stages(session) if stage.cycle_id in cycles]
    running = _running(stages, {cycle.id: cycle for cycle in cycles.values()}, ctx.now)
    lead = running.get(StageKind.VOTE) or running.get(StageKind.SUBMISSION)
    cycle = lead.cycle if lead else await find_current_cycle(session, ctx.now)
    poll = await find_poll_of_cycle(session, cycle.id) if cycle else None
    model = HomePage(
        running=lead,
        closes_in=_closes_in(ctx, lead.stage.closes_at) if lead else "",
        cycle_title=_title(ctx, cycle) if cycle else "",
        cycle_href=ctx.url(f"/cycles/{cycle.slug}") if cycle else "",
        poll_href=ctx.url(f"/polls/{poll.id}") if poll else "",
        actions=_actions(ctx, running, poll_path=f"/polls/{poll.id}" if poll else "/polls"),
        stages=[_stage_row(ctx, stage) for stage in stages if cycle and stage.cycle_id == cycle.id],
        stats=await _stats(session, ctx, cycle, poll_id=poll.id if poll else None),
        ideas=await _ideas(session, ctx),
        facts=[register_row(ctx, fact) for fact in await register.list_facts(session, limit=LATEST_FACTS)],
    )
    return page(request, "home.html", model)


def _running(stages: list[Stage], cycles: dict[object, Cycle], now: datetime) -> dict[StageKind, Running]:
    """The open stage of each kind; of two, the one that closes first."""
    found: dict[StageKind, Running] = {}
    for stage in sorted(stages, key=lambda one: one.closes_at):
        if stage.opens_at <= now < stage.closes_at:
            kind = StageKind(stage.kind)
            found.setdefault(kind, Running(kind, cycles[stage.cycle_id], stage))
    return found


def _title(ctx: Ctx, cycle: Cycle) -> str:
    return cycle.title_en if ctx.locale == "en" else cycle.title


def _closes_in(ctx: Ctx, closes_at: datetime) -> str:
    left = closes_at - ctx.now
    if left < timedelta(days=1):
        return ctx.ngettext(
            "less than %(num)s hour left", "less than %(num)s hours left", left.seconds // 3600 + 1
        )
    return ctx.ngettext("%(num)s day left", "%(num)s days left", left.days)


def _stage_row(ctx: Ctx, stage: Stage) -> StageRow:
    state = stage_state(stage.opens_at, stage.closes_at, ctx.now)
    last_day = stage.closes_at - timedelta(seconds=1)  # the window is half-open
    dates = f"{show_date(stage.opens_at, ctx.locale)} – {show_date(last_day, ctx.locale)}"
    return StageRow(ctx.gettext(STAGE_TITLES[StageKind(stage.kind)]), dates, STAGE_STATES[state])


def _actions(ctx: Ctx, running: dict[StageKind, Running], *, poll_path: str) -> list[Action]:
    actions = []
    if vote := running.get(StageKind.VOTE):
        until = ctx.gettext("Until %(moment)s", moment=show_datetime(vote.stage.closes_at, ctx.locale))
        text = ctx.gettext("Choose projects and put them in order. Five minutes, on any device.")
        actions.append(
            Action(ctx.gettext("Vote"), f"{text} {until}.", ctx.url(poll_path), "ballot", strong=True)
        )
    if ideas := running.get(StageKind.SUBMISSION):
        until = ctx.gettext("Until %(moment)s", moment=show_datetime(ideas.stage.closes_at, ctx.locale))
        text = ctx.gettext("Say what your neighbourhood needs. Every idea gets an answer with reasons.")
        actions.append(
            Action(
                ctx.gettext("Send an idea"),
                f"{text} {until}.",
                ctx.url("/ideas/new"),
                "idea",
                strong=not vote,
            )
        )
    actions += [
        Action(
            ctx.gettext("Support an idea"),
            ctx.gettext("Read what your neighbours propose and stand beside the good ones."),
            ctx.url("/ideas"),
            "people",
        ),
        Action(
            ctx.gettext("Check a vote"),
            ctx.gettext("See whether your ballot is in the box, or count all of them again."),
            ctx.url("/check"),
            "shield",
        ),
    ]
    return actions


async def _stats(
    session: AsyncSession, ctx: Ctx, cycle: Cycle | None, *, poll_id: object
) -> list[tuple[str, str]]:
    if cycle is None:
        return []
    ideas = sum((await count_ideas_by_state(session, cycle.id)).values())
    rows = [
        (show_money(cycle.budget_bani, ctx.locale), ctx.gettext("to decide on")),
        (str(ideas), ctx.gettext("ideas sent")),
        (str(await count_projects(session, cycle.id)), ctx.gettext("projects")),
        (str(await count_verified(session)), ctx.gettext("verified residents")),
    ]
    if poll_id is not None:
        rows.append((str(await count_voters(session, poll_id)), ctx.gettext("have voted so far")))  # type: ignore[arg-type]
    return rows


async def _ideas(session: AsyncSession, ctx: Ctx) -> list[IdeaCard]:
    rows, _ = await list_ideas_page(session, IdeaFilter(), order="new", page="1", today=local_date(ctx.now))
    return [
        IdeaCard(
            title=row.title,
            href=ctx.url(f"/ideas/{row.id}"),
            lang=row.lang,
            meta=[
                part
                for part in (
                    row.area_name or "",
                    show_date(row.submitted_at, ctx.locale),
                    ctx.ngettext("%(num)s supporter", "%(num)s supporters", row.support_count),
                )
                if part
            ],
        )
        for row in rows[:LATEST_IDEAS]
    ]


HOME_HANDLERS = (show_home,)

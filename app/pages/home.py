"""The first page: within ten seconds a stranger knows what this is and what they can do now."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import VERIFIED_COUNT
from app.kit import register
from app.kit.context import Ctx
from app.kit.i18n import N_, show_date, show_datetime, show_money
from app.kit.web import WebRequest, anyone, get, page
from app.pages.register import RegisterRow, register_row
from cycles.queries import Calendar, DatedCycle, StageDates, read_calendar
from cycles.states import StageKind, StageState, stage_state
from proposals.queries import PROJECT_COUNT_OF_CYCLE, SENT_COUNT_OF_CYCLE, list_newest_ideas
from voting.queries import POLL_OF_CYCLE, VOTER_COUNT_OF_CYCLE, list_open_polls

LATEST_IDEAS = 4
LATEST_FACTS = 4
# The figures of a cycle (parameter "cycle"), read together: each alone would cost as much as all.
_FIGURES = select(
    SENT_COUNT_OF_CYCLE.label("ideas"),
    PROJECT_COUNT_OF_CYCLE.label("projects"),
    VERIFIED_COUNT.label("residents"),
    POLL_OF_CYCLE.label("poll_id"),
    VOTER_COUNT_OF_CYCLE.label("voters"),
)
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


class OpenVote(msgspec.Struct, frozen=True):
    """A vote beside that of the cycle, open now."""

    title: str
    href: str
    until: str


class Running(msgspec.Struct, frozen=True):
    """What is open now: the stage that the hero speaks of."""

    kind: StageKind
    cycle: DatedCycle
    stage: StageDates


class HomePage(msgspec.Struct, frozen=True):
    """Everything on the first page."""

    running: Running | None
    closes_in: str
    cycle_title: str
    cycle_href: str
    poll_href: str
    actions: list[Action]
    votes: list[OpenVote]
    stages: list[StageRow]
    stats: list[tuple[str, str]]
    ideas: list[IdeaCard]
    facts: list[RegisterRow]


@get("/", audience=anyone, include_in_schema=False)
async def show_home(
    request: WebRequest, session: NamedDependency[AsyncSession], ctx: NamedDependency[Ctx]
) -> Response[bytes]:
    """What this is, what is open now, what has just happened."""
    calendar = await read_calendar(session)
    running = _running(calendar, ctx.now)
    lead = running.get(StageKind.VOTE) or running.get(StageKind.SUBMISSION)
    cycle = lead.cycle if lead else calendar.current(ctx.now)
    figures = (await session.execute(_FIGURES, {"cycle": cycle.id})).one() if cycle else None
    poll_path = f"/polls/{figures.poll_id}" if figures and figures.poll_id else ""
    model = HomePage(
        running=lead,
        closes_in=_closes_in(ctx, lead.stage.closes_at) if lead else "",
        cycle_title=cycle.title_in(ctx.locale) if cycle else "",
        cycle_href=ctx.url(f"/cycles/{cycle.slug}") if cycle else "",
        poll_href=ctx.url(poll_path) if poll_path else "",
        actions=_actions(ctx, running, poll_path=poll_path or "/polls"),
        votes=await _votes(session, ctx, besides=poll_path),
        stages=[_stage_row(ctx, stage) for stage in cycle.stages] if cycle and not cycle.is_imported else [],
        stats=_stats(ctx, cycle, figures) if cycle and figures else [],
        ideas=await _ideas(session, ctx),
        facts=[register_row(ctx, fact) for fact in await register.list_facts(session, limit=LATEST_FACTS)],
    )
    return page(request, "home.html", model)


def _running(calendar: Calendar, now: datetime) -> dict[StageKind, Running]:
    """The open stage of each kind; of two, the one that closes first."""
    found: dict[StageKind, Running] = {}
    dated = [(stage, cycle) for cycle in calendar.own for stage in cycle.stages]
    for stage, cycle in sorted(dated, key=lambda pair: pair[0].closes_at):
        if stage.is_open(now):
            found.setdefault(stage.kind, Running(stage.kind, cycle, stage))
    return found


def _closes_in(ctx: Ctx, closes_at: datetime) -> str:
    left = closes_at - ctx.now
    if left < timedelta(days=1):
        return ctx.ngettext(
            "less than %(num)s hour left", "less than %(num)s hours left", left.seconds // 3600 + 1
        )
    return ctx.ngettext("%(num)s day left", "%(num)s days left", left.days)


def _stage_row(ctx: Ctx, stage: StageDates) -> StageRow:
    state = stage_state(stage.opens_at, stage.closes_at, ctx.now)
    last_day = stage.closes_at - timedelta(seconds=1)  # the window is half-open
    dates = f"{show_date(stage.opens_at, ctx.locale)} – {show_date(last_day, ctx.locale)}"
    return StageRow(ctx.gettext(STAGE_TITLES[stage.kind]), dates, STAGE_STATES[state])


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


async def _votes(session: AsyncSession, ctx: Ctx, *, besides: str) -> list[OpenVote]:
    """What else can be voted on now: elections, and votes of other cycles."""
    return [
        OpenVote(
            title=row.title if ctx.locale == "ro" else row.title_en,
            href=ctx.url(f"/polls/{row.id}"),
            until=ctx.gettext("Until %(moment)s", moment=show_datetime(row.closes_at, ctx.locale)),
        )
        for row in await list_open_polls(session, ctx.now)
        if f"/polls/{row.id}" != besides
    ]


def _stats(ctx: Ctx, cycle: DatedCycle, figures: Row[*tuple[Any, ...]]) -> list[tuple[str, str]]:
    rows = [
        (show_money(cycle.budget_bani, ctx.locale), ctx.gettext("to decide on")),
        (str(figures.ideas), ctx.gettext("ideas sent")),
        (str(figures.projects), ctx.gettext("projects")),
        (str(figures.residents), ctx.gettext("verified residents")),
    ]
    if figures.poll_id is not None:
        rows.append((str(figures.voters), ctx.gettext("have voted so far")))
    return rows


async def _ideas(session: AsyncSession, ctx: Ctx) -> list[IdeaCard]:
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
        for row in await list_newest_ideas(session, limit=LATEST_IDEAS)
    ]


HOME_HANDLERS = (show_home,)

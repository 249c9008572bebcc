"""What the templates of cycles are given."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from accounts.policy import Actor
from app.kit.clock import BUCHAREST
from app.kit.i18n import N_, Locale
from app.kit.policy import Verdict
from app.kit.register import Fact
from cycles.models import Area, Cycle, Stage, StageChange
from cycles.policy import may_change_dates, may_change_vote
from cycles.states import CycleKind, StageKind, StageState, stage_state

STAGE_TITLES = {
    StageKind.SUBMISSION: N_("Residents send ideas"),
    StageKind.REVIEW: N_("The department reviews the ideas"),
    StageKind.VOTE: N_("Residents vote"),
    StageKind.RESULTS: N_("Results are published"),
}
STAGE_TEXTS = {
    StageKind.SUBMISSION: N_("Verified residents send ideas and support those of others."),
    StageKind.REVIEW: N_("Every idea gets a public answer with reasons; accepted ones become projects."),
    StageKind.VOTE: N_("Verified residents rank projects. A vote may be replaced until the end."),
    StageKind.RESULTS: N_("The votes are counted and everyone can count them again."),
}
STAGE_MARKS: dict[StageState, Literal["done", "current", "future"]] = {
    StageState.ENDED: "done",
    StageState.OPEN: "current",
    StageState.UPCOMING: "future",
}
FACT_TITLES = {
    "cycle.created": N_("The cycle was published"),
    "stage.dates-changed": N_("The dates of a stage were changed"),
    "cycle.vote-settings-changed": N_("An official chose how the vote is counted"),
    "cycle.verdicts-released": N_("An official published the decisions of a cycle before their moment"),
    "cycle.review-rules-changed": N_("The rules of a cycle's review were changed"),
    "projects.put-to-vote": N_("The list of projects was frozen and put to the vote"),
}
_GREEDY = N_(
    "Projects are put in order by the points that the ballots give them, and funded in that order as long as "
    "their cost fits into what is left of the budget."
)
_SHARES = N_(
    "Every voter gets an equal share of the budget. A project is funded when its supporters can pay for it "
    "together from their shares, as evenly as possible; who has paid has less for the next project."
)


class Deed(msgspec.Struct, frozen=True):
    """Something one can do now."""

    title: str
    text: str
    path: str
    icon: str


class StageView(msgspec.Struct, frozen=True):
    """A stage as shown: where it stands follows from its dates."""

    id: str
    kind: str
    title: str
    text: str
    opens_at: datetime
    closes_at: datetime
    state: StageState
    mark: Literal["done", "current", "future"]
    may_change: Verdict


class ChangeView(msgspec.Struct, frozen=True):
    """A change of dates: who, why, before and after."""

    at: datetime
    by: str
    reason: str
    stage_title: str
    opens_before: datetime
    closes_before: datetime
    opens_after: datetime
    closes_after: datetime


class CycleCard(msgspec.Struct, frozen=True):
    """A cycle in the list."""

    slug: str
    title: str
    summary: str
    year: int
    budget_bani: int
    currency: str
    is_imported: bool
    now_title: str
    until: datetime | None
    is_over: bool


class CyclesPage(msgspec.Struct, frozen=True):
    """The list of cycles."""

    cycles: list[CycleCard]


class CyclePage(msgspec.Struct, frozen=True):
    """One cycle."""

    slug: str
    title: str
    summary: str
    year: int
    budget_bani: int
    currency: str
    is_imported: bool
    min_ranked: int
    max_ranked: int
    rule: str
    rule_text: str
    is_election: bool
    may_change_vote: Verdict
    tie_seed_commitment: str | None
    areas: list[tuple[str, str]]
    stages: list[StageView]
    changes: list[ChangeView]
    deeds: list[Deed]


class DatesPage(msgspec.Struct, frozen=True):
    """The form with which an official changes the dates of a stage."""

    slug: str
    cycle_title: str
    stage: StageView
    values: dict[str, str]
    errors: dict[str, str]


class FeedEntry(msgspec.Struct, frozen=True):
    """A register fact in the feed of a cycle."""

    position: int
    hash: str
    at: str
    title: str
    facts: list[tuple[str, str]]


class FeedPage(msgspec.Struct, frozen=True):
    """The Atom feed of a cycle."""

    slug: str
    title: str
    updated: datetime
    entries: list[FeedEntry]


def rule_text(rule: str) -> str:
    """The idea of a counting rule for projects in a sentence or two (a msgid); voting has all words."""
    if rule.startswith("greedy"):
        return _GREEDY
    return _SHARES if rule.startswith(("equalshares", "expanding-shares")) else ""


def title_of(cycle: Cycle, locale: Locale) -> str:
    """The cycle's title in a language."""
    return cycle.title if locale == "ro" else cycle.title_en


def summary_of(cycle: Cycle, locale: Locale) -> str:
    """The cycle's summary in a language."""
    return cycle.summary if locale == "ro" else cycle.summary_en


def view_stage(stage: Stage, actor: Actor | None, *, now: datetime) -> StageView:
    """A stage as shown at `now`."""
    kind, state = StageKind(stage.kind), stage_state(stage.opens_at, stage.closes_at, now)
    return StageView(
        id=str(stage.id),
        kind=stage.kind,
        title=STAGE_TITLES[kind],
        text=STAGE_TEXTS[kind],
        opens_at=stage.opens_at,
        closes_at=stage.closes_at,
        state=state,
        mark=STAGE_MARKS[state],
        may_change=may_change_dates(actor, stage, now=now),
    )


def build_card(cycle: Cycle, stages: Sequence[Stage], locale: Locale, *, now: datetime) -> CycleCard:
    """A cycle in the list: the stage it is in, or the next one."""
    running = [stage for stage in stages if stage.opens_at <= now < stage.closes_at]
    coming = sorted((stage for stage in stages if stage.opens_at > now), key=lambda stage: stage.opens_at)
    stage = running[-1] if running else (coming[0] if coming else None)
    return CycleCard(
        slug=cycle.slug,
        title=title_of(cycle, locale),
        summary=summary_of(cycle, locale),
        year=cycle.year,
        budget_bani=cycle.budget_bani,
        currency=cycle.currency,
        is_imported=cycle.is_imported,
        now_title=STAGE_TITLES[StageKind(stage.kind)] if stage else "",
        until=None if stage is None else (stage.closes_at if running else stage.opens_at),
        is_over=not running and not coming,
    )


def build_cycle_page(
    cycle: Cycle,
    stages: Sequence[Stage],
    areas: Sequence[Area],
    changes: Sequence[StageChange],
    actor: Actor | None,
    locale: Locale,
    *,
    now: datetime,
) -> CyclePage:
    """Everything a cycle's page shows."""
    views = [view_stage(stage, actor, now=now) for stage in stages]
    return CyclePage(
        slug=cycle.slug,
        title=title_of(cycle, locale),
        summary=summary_of(cycle, locale),
        year=cycle.year,
        budget_bani=cycle.budget_bani,
        currency=cycle.currency,
        is_imported=cycle.is_imported,
        min_ranked=cycle.min_ranked,
        max_ranked=cycle.max_ranked,
        rule=cycle.rule,
        rule_text=rule_text(cycle.rule),
        is_election=cycle.kind == CycleKind.ELECTION,
        may_change_vote=_may_change_vote(cycle, stages, actor, now=now),
        tie_seed_commitment=cycle.tie_seed_commitment,
        areas=[(area.code, area.name) for area in areas],
        stages=views,
        changes=[_view_change(change, {stage.id: stage.kind for stage in stages}) for change in changes],
        deeds=_deeds(cycle, views),
    )


def _may_change_vote(cycle: Cycle, stages: Sequence[Stage], actor: Actor | None, *, now: datetime) -> Verdict:
    vote = next((stage for stage in stages if stage.kind == StageKind.VOTE), None)
    if vote is None:
        return Verdict(False)
    return may_change_vote(actor, vote, is_imported=cycle.is_imported, now=now)


def _view_change(change: StageChange, kinds: dict[object, str]) -> ChangeView:
    return ChangeView(
        at=change.at,
        by=change.actor_name,
        reason=change.reason,
        stage_title=STAGE_TITLES[StageKind(kinds[change.stage_id])],
        opens_before=change.opens_before,
        closes_before=change.closes_before,
        opens_after=change.opens_after,
        closes_after=change.closes_after,
    )


def _deeds(cycle: Cycle, stages: Sequence[StageView]) -> list[Deed]:
    """What a resident can do now, the most useful first."""
    state = {stage.kind: stage.state for stage in stages}
    deeds: list[Deed] = []
    if cycle.kind == CycleKind.ELECTION:
        text = N_("Who stands, how it is counted, the result.")
        return [Deed(N_("See the vote"), text, "/polls", "ballot")]
    if state.get(StageKind.VOTE) is StageState.OPEN:
        deeds.append(Deed(N_("Vote"), N_("Choose projects and put them in order."), "/polls", "ballot"))
    if state.get(StageKind.SUBMISSION) is StageState.OPEN:
        deeds.append(
            Deed(N_("Write an idea"), N_("It takes ten minutes; a draft is saved."), "/ideas/new", "idea")
        )
    if not cycle.is_imported and state.get(StageKind.SUBMISSION) is not StageState.UPCOMING:
        text = N_("Support those you like, and follow what becomes of them.")
        deeds.append(Deed(N_("Read the ideas"), text, f"/ideas?cycle={cycle.slug}", "people"))
    if cycle.is_imported or state.get(StageKind.REVIEW) in (StageState.OPEN, StageState.ENDED):
        text = N_("What they are, where, and what each costs.")
        deeds.append(Deed(N_("See the projects"), text, f"/projects?cycle={cycle.slug}", "building"))
    if state.get(StageKind.VOTE) is StageState.ENDED:
        deeds.append(
            Deed(N_("See the result"), N_("And count it again yourself, if you like."), "/polls", "check")
        )
    return deeds


def date_values(stage: Stage) -> dict[str, str]:
    """The fields of the form, filled with the dates as they are."""
    opens, closes = stage.opens_at.astimezone(BUCHAREST), stage.closes_at.astimezone(BUCHAREST)
    return {
        "opens_on": f"{opens:%Y-%m-%d}",
        "opens_time": f"{opens:%H:%M}",
        "closes_on": f"{closes:%Y-%m-%d}",
        "closes_time": f"{closes:%H:%M}",
        "seen_opens": stage.opens_at.isoformat(),
        "seen_closes": stage.closes_at.isoformat(),
        "reason": "",
    }


def build_feed(cycle: Cycle, facts: Sequence[Fact], locale: Locale) -> FeedPage:
    """The feed of what the register says about a cycle."""
    entries = [
        FeedEntry(
            position=fact.position,
            hash=fact.hash,
            at=fact.at,
            title=FACT_TITLES.get(fact.kind, fact.kind),
            facts=[(name, str(value)) for name, value in fact.facts.items()],
        )
        for fact in facts
    ]
    updated = datetime.fromisoformat(entries[0].at) if entries else cycle.created_at
    return FeedPage(cycle.slug, title_of(cycle, locale), updated, entries)

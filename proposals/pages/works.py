"""What the templates of the works are given."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from accounts.policy import Actor
from app.kit.i18n import Locale
from app.kit.paging import Paging
from app.kit.policy import Verdict
from cycles.models import Cycle
from discussions.policy import may_see_moderation
from proposals.models import BuiltReply, Department, Milestone, Opinion, Project, Spending, WorksPhoto
from proposals.pages.ideas import Choice, PhotoView
from proposals.pages.words import BUILT_TITLES, WORKS_TITLES, EventView, read_dates
from proposals.policy.works import may_reply_built
from proposals.queries import Charge, Words, last_entries
from proposals.service import describe_change
from proposals.states import (
    EVENT_TITLES,
    STEP_TITLES,
    STEPS,
    Built,
    EventKind,
    MilestoneKind,
    WorksState,
    late_steps,
    works_state,
)

LATE = "late"
STATES = (LATE, *WorksState)  # what the list can be narrowed to


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A milestone as shown. `title` is a msgid; a free one has `typed_title` instead."""

    key: str  # in addresses: contract, other-2
    title: str = ""
    typed_title: str = ""
    planned_on: date | None = None
    actual_on: date | None = None
    days_late: int = 0
    history: list[EventView] = []

    @property
    def was_changed(self) -> bool:
        """Whether a plan or a day of it was replaced by another."""
        return any(one.kind in (EventKind.REPLANNED, EventKind.REDATED) for one in self.history)


class WorkCard(msgspec.Struct, frozen=True, kw_only=True):
    """A funded project in the list of works."""

    path: str
    number: str
    title: str
    area: str
    area_code: str
    cycle: str
    cycle_title: str
    state: str
    state_title: str
    late: list[StepView]
    next_step: StepView | None
    cost_bani: int
    spent_bani: int
    currency: str
    steps: dict[str, StepView]
    built: dict[str, int]

    @property
    def days_late(self) -> int:
        return max((step.days_late for step in self.late), default=0)


class WorksPage(msgspec.Struct, frozen=True, kw_only=True):
    """All funded projects with how far each is."""

    cards: list[WorkCard]
    paging: Paging
    counts: dict[str, int]
    total: int
    cycles: list[Choice]
    areas: list[Choice]
    cycle: str
    area: str
    state: str
    query: str
    state_links: list[tuple[str, str]]


class SpendingView(msgspec.Struct, frozen=True, kw_only=True):
    """A payment, or a correction of the one at `corrects`. `left_bani`: what corrections left of it."""

    position: int
    amount_bani: int
    left_bani: int
    purpose: str
    document: str
    paid_on: date
    corrects: int
    reason: str
    by: str


class WorksPhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo of the works with the day on which it was taken."""

    photo: PhotoView
    taken_on: date


class ReplyView(msgspec.Struct, frozen=True):
    """What the department answered."""

    at: datetime
    by: str
    text: str
    is_before_change: bool


class OpinionView(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident says. Of a hidden one, neither words nor photo."""

    id: str
    author: str
    choice: str
    title: str
    text: str
    changed_at: datetime
    was_changed: bool
    photo: PhotoView | None
    replies: list[ReplyView]
    words_path: str  # where the words are reported and judged; empty without words
    is_hidden: bool
    hidden_why: str
    may_reply: Verdict
    may_report: bool
    may_moderate: bool


class BuiltShare(msgspec.Struct, frozen=True):
    """How many gave one of the answers."""

    choice: str
    title: str
    count: int
    percent: int


class ChargeView(msgspec.Struct, frozen=True):
    """Who answers for the works. `history`: (moment, department, person, by whom, why), the last first."""

    department: str
    officer: str
    history: list[tuple[datetime, str, str, str, str]]


class HandoverPage(msgspec.Struct, frozen=True):
    """The form that gives the works to others. `officers`: of each department."""

    id: str
    number: str
    project_title: str
    charge: ChargeView
    departments: list[tuple[str, str]]
    officers: list[tuple[str, str]]
    values: dict[str, str]
    errors: dict[str, str] = {}


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """The works on one project."""

    card: WorkCard
    id: str
    summary: str
    lang: str
    file_number: str  # of the idea; what it was made of elsewhere has none
    project_path: str
    steps: list[StepView]
    spendings: list[SpendingView]
    photos: list[WorksPhotoView]
    shares: list[BuiltShare]
    opinions: list[OpinionView]
    paging: Paging
    own: OpinionView | None
    charge: ChargeView
    topic: str
    follows: bool
    may_hand_over: bool
    may_keep: Verdict
    may_say: Verdict


class WorksFormPage(msgspec.Struct, frozen=True, kw_only=True):
    """A form about the works on a project: a milestone, a payment, a correction, a photo, an opinion."""

    id: str
    number: str
    project_title: str
    values: dict[str, str]
    errors: dict[str, str] = {}
    step: StepView | None = None
    payment: SpendingView | None = None
    photos: list[WorksPhotoView] = []
    photo: PhotoView | None = None
    opinion: OpinionView | None = None
    hidden_path: str = ""  # of one's own words that a moderator has hidden


def view_charge(charge: Charge, locale: Locale) -> ChargeView:
    """Who answers for the works, and who did before."""

    def named(department: Department) -> str:
        return department.name_en if locale == "en" else department.name

    return ChargeView(
        named(charge.department) if charge.department else "",
        charge.officer_name,
        [(one.at, named(where), one.officer_name, one.by_name, one.reason) for one, where in charge.history],
    )


# ── milestones ────────────────────────────────────────────────────────────────
def view_changes(entries: Sequence[Milestone]) -> list[EventView]:
    """Entries of milestones as a timeline: what each of them changed."""
    held: dict[tuple[str, int], Milestone] = {}
    views = []
    for entry in entries:
        change = describe_change(entry, held.get((entry.kind, entry.ordinal)))
        held[entry.kind, entry.ordinal] = entry
        views.append(
            EventView(
                position=entry.position,
                kind=change.kind,
                title=EVENT_TITLES[change.kind],
                at=entry.at,
                by=entry.by_name,
                text=entry.note,
                facts=read_dates(change.facts),
            )
        )
    return views


class WorksFeed(msgspec.Struct, frozen=True):
    """The Atom feed of the works, on one project or all."""

    title: str
    path: str
    entries: list[tuple[WorkCard, EventView]]
    now: datetime

    @property
    def updated(self) -> datetime:
        """Of the newest entry; a feed without one is as new as its reader."""
        return self.entries[0][1].at if self.entries else self.now


def _view_step(step: Milestone, history: list[EventView], *, late_on: date | None) -> StepView:
    is_late = late_on is not None and step.planned_on is not None
    return StepView(
        key=f"{step.kind}-{step.ordinal}" if step.ordinal else step.kind,
        title=STEP_TITLES.get(MilestoneKind(step.kind), ""),
        typed_title=step.title,
        planned_on=step.planned_on,
        actual_on=step.actual_on,
        days_late=(late_on - step.planned_on).days if is_late and late_on and step.planned_on else 0,
        history=history,
    )


def view_steps(entries: Sequence[Milestone], *, today: date) -> list[StepView]:
    """The four milestones of every project, entered or not, and the free ones among them by their day."""
    steps = last_entries(entries)
    late = {id(step) for step in late_steps(steps, today=today)}
    changes = view_changes(entries)
    views = {}
    for step in steps:
        history = [
            view
            for view, entry in zip(changes, entries, strict=True)
            if (entry.kind, entry.ordinal) == (step.kind, step.ordinal)
        ]
        views[step.kind, step.ordinal] = _view_step(
            step, history, late_on=today if id(step) in late else None
        )
    fixed = [views.get((kind, 0), StepView(key=kind.value, title=STEP_TITLES[kind])) for kind in STEPS]
    free = [view for (kind, _), view in views.items() if kind == MilestoneKind.OTHER]
    return _merge(fixed, free)


def _merge(fixed: list[StepView], free: list[StepView]) -> list[StepView]:
    """Each free milestone before the first of the others that has a later day; else at the end."""
    merged = list(fixed)
    for view in sorted(free, key=lambda one: (_day(one) or date.max, one.key)):
        day = _day(view) or date.max
        place = next((n for n, one in enumerate(merged) if (_day(one) or date.min) > day), len(merged))
        merged.insert(place, view)
    return merged


def _day(step: StepView) -> date | None:
    return step.actual_on or step.planned_on


# ── the list ──────────────────────────────────────────────────────────────────
class WorksFacts(msgspec.Struct, frozen=True):
    """What is known of funded projects, by project."""

    steps: Mapping[Any, Sequence[Milestone]]
    spent: Mapping[Any, int]
    built: Mapping[Any, Mapping[Built, int]]


def build_card(row: Row[*tuple[Any, ...]], facts: WorksFacts, *, today: date, locale: Locale) -> WorkCard:
    """A funded project with how far it is."""
    entries = facts.steps.get(row.id, [])
    steps = view_steps(entries, today=today)
    state = works_state(entries)
    open_steps = [one for one in steps if one.actual_on is None and one.planned_on and not one.days_late]
    is_done = state is WorksState.RECEIVED
    return WorkCard(
        path=f"/works/{row.id}",
        number=row.number,
        title=row.title,
        area=row.area_name or "",
        area_code=row.area_code or "",
        cycle=row.cycle_slug,
        cycle_title=row.cycle_title if locale == "ro" else row.cycle_title_en,
        state=state.value,
        state_title=WORKS_TITLES[state],
        late=[step for step in steps if step.days_late],
        next_step=None if is_done else min(open_steps, key=lambda one: one.planned_on or today, default=None),
        cost_bani=row.cost_bani,
        spent_bani=facts.spent.get(row.id, 0),
        currency=row.currency,
        steps={step.key: step for step in steps if not step.typed_title},
        built={choice.value: count for choice, count in facts.built.get(row.id, {}).items()},
    )


def narrow(cards: Sequence[WorkCard], *, cycle: str, area: str, state: str) -> list[WorkCard]:
    """Those that are asked for: the latest first, then those that are farthest from their end."""
    order = list(WorksState)
    chosen = [
        card
        for card in cards
        if (not cycle or card.cycle == cycle)
        and (not area or card.area_code == area)
        and (not state or card.state == state or (state == LATE and card.late))
    ]
    return sorted(chosen, key=lambda card: (-card.days_late, order.index(WorksState(card.state))))


def count_states(cards: Sequence[WorkCard]) -> dict[str, int]:
    """How many are late, and in each state."""
    counts = {state.value: sum(card.state == state for card in cards) for state in WorksState}
    return {LATE: sum(bool(card.late) for card in cards), **counts}


# ── one project ───────────────────────────────────────────────────────────────
def view_spendings(spendings: Sequence[Spending]) -> list[SpendingView]:
    """Payments and corrections, in their order."""
    places = {one.id: one.position for one in spendings}
    return [
        SpendingView(
            position=one.position,
            amount_bani=one.amount_bani,
            left_bani=one.amount_bani
            + sum(each.amount_bani for each in spendings if each.corrects_id == one.id),
            purpose=one.purpose,
            document=one.document,
            paid_on=one.paid_on,
            corrects=places[one.corrects_id] if one.corrects_id else 0,
            reason=one.reason,
            by=one.by_name,
        )
        for one in spendings
    ]


def view_photo(photo: WorksPhoto) -> PhotoView:
    """A photo with its addresses."""
    base = f"/works/photos/{photo.id}"
    return PhotoView(
        str(photo.id), photo.alt, photo.width, photo.height, f"{base}/large.jpg", f"{base}/small.jpg"
    )


def view_photos(photos: Sequence[WorksPhoto]) -> list[WorksPhotoView]:
    """The department's photos."""
    return [WorksPhotoView(photo=view_photo(one), taken_on=one.taken_on) for one in photos]


def view_opinion(
    opinion: Opinion,
    replies: Sequence[BuiltReply],
    photo: WorksPhoto | None,
    words: Words | None,
    *,
    actor: Actor | None,
    answers: bool,
) -> OpinionView:
    """What a resident says, as everybody may see it."""
    is_hidden = words is not None and words.is_hidden
    is_own = actor is not None and actor.id == opinion.account_id
    return OpinionView(
        id=str(opinion.id),
        author=opinion.author_name,
        choice=opinion.choice,
        title=BUILT_TITLES[Built(opinion.choice)],
        text=words.text if words and not is_hidden else "",
        changed_at=opinion.changed_at,
        was_changed=opinion.changed_at > opinion.at,
        photo=view_photo(photo) if photo and not is_hidden else None,
        replies=[ReplyView(one.at, one.by_name, one.text, one.at < opinion.changed_at) for one in replies],
        words_path=f"/comments/{words.id}" if words else "",
        is_hidden=is_hidden,
        hidden_why=words.why if words else "",
        may_reply=may_reply_built(actor, is_hidden=is_hidden, answers=answers),
        may_report=actor is not None and not is_own and words is not None and not is_hidden,
        may_moderate=words is not None and bool(may_see_moderation(actor)),
    )


def view_shares(built: Mapping[str, int]) -> list[BuiltShare]:
    """How many gave each answer; whole percents that make a hundred."""
    total = sum(built.values())
    exact = {choice: 100 * built.get(choice.value, 0) / total if total else 0.0 for choice in Built}
    percents = {choice: int(share) for choice, share in exact.items()}
    for choice in sorted(Built, key=lambda one: percents[one] - exact[one])[: 100 - sum(percents.values())]:
        percents[choice] += 1 if total else 0
    return [
        BuiltShare(choice.value, BUILT_TITLES[choice], built.get(choice.value, 0), percents[choice])
        for choice in Built
    ]


def form_page(project: Project, values: dict[str, str], **more: Any) -> WorksFormPage:
    """A form about the works on a project."""
    return WorksFormPage(
        id=str(project.id), number=project.number, project_title=project.title, values=values, **more
    )


def project_path(project: Project, cycle: Cycle) -> str:
    """The address of a project's own page."""
    return f"/cycles/{cycle.slug}/projects/{project.number}"


def with_typed(model: WorksFormPage, values: dict[str, str], errors: dict[str, str]) -> WorksFormPage:
    """The form with what was typed and what is wrong with it."""
    return msgspec.structs.replace(model, values=values, errors=errors)

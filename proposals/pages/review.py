"""What the templates of the department are given."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from accounts.models import Account
from accounts.policy import Actor
from app.kit.paging import Paging
from app.kit.policy import Verdict
from proposals.forms import TypedLine
from proposals.models import Idea, IdeaNote, Intake, OfficerConflict, PreparedVerdict
from proposals.models import Verdict as Decision
from proposals.pages.advice import AdviceCard, AdviceView
from proposals.pages.ideas import Choice, CostView, DocumentView, LinkedIdea, PhotoView, SimilarCard
from proposals.pages.maps import MapView
from proposals.pages.words import (
    CHANNEL_TITLES,
    STATE_TITLES,
    ClockView,
    EventView,
    ReasonView,
    state_title,
    view_clock,
)
from proposals.policy import (
    may_ask,
    may_ask_advice,
    may_assign,
    may_correct,
    may_declare,
    may_judge,
    may_resume,
    may_touch,
)
from proposals.rules.costing import Costing
from proposals.states import Channel, IdeaState, review_deadline

VIEWS = ("all", "mine", "unassigned", "overdue", "waiting")


class SenderView(msgspec.Struct, frozen=True):
    """Who sent an idea, for the department alone."""

    name: str
    email: str
    phone: str
    address: str
    entered_by: str
    received_on: date | None
    channel_title: str
    is_unclaimed: bool


class QueueRow(msgspec.Struct, frozen=True):
    """An idea of the queue."""

    id: str
    number: str
    title: str
    state: str
    state_title: str
    area: str
    department: str
    reviewer: str
    is_mine: bool
    is_own: bool
    support_count: int
    clock: ClockView


class QueuePage(msgspec.Struct, frozen=True):
    """The queue of the department."""

    rows: list[QueueRow]
    paging: Paging
    counts: dict[str, int]
    advice: list[AdviceCard]  # asked of one's own departments, the first few
    prepared_count: int
    contested_count: int
    show: str
    area: str
    areas: list[Choice]
    department: str
    departments: list[Choice]
    officer: str
    officers: list[Choice]
    query: str
    errors: dict[str, str] = {}


class FilePage(msgspec.Struct, frozen=True):
    """The department's file of an idea: all that is public, and what is not."""

    id: str
    number: str
    title: str
    lang: str
    body: str
    area: str
    location: str
    landmark: str
    pin: MapView | None
    estimate_bani: int | None
    state: str
    state_title: str
    sender: SenderView
    support_count: int
    reviewer: str
    photos: list[PhotoView]
    documents: list[DocumentView]
    events: list[EventView]
    notes: list[IdeaNote]
    clock: ClockView | None
    similar: list[SimilarCard]
    merged: list[LinkedIdea]
    costing: CostView | None
    reviewers: list[Choice]
    my_id: str
    standing: str
    may_assign: Verdict
    may_ask: Verdict
    may_resume: Verdict
    may_judge: Verdict
    may_correct: Verdict
    answer_days: int
    prepared_id: str
    is_contested: bool
    conflicts: list[str]
    may_declare: Verdict
    inside: Verdict
    advice: list[AdviceView]
    may_ask_advice: Verdict
    values: dict[str, str] = {}
    errors: dict[str, str] = {}


class VerdictPage(msgspec.Struct, frozen=True):
    """One of the verdicts: its form, or the question before it is given."""

    id: str
    number: str
    title: str
    lang: str
    support_count: int
    kind: str
    correcting: str
    values: dict[str, str]
    errors: dict[str, str]
    confirming: bool = False
    reasons: list[ReasonView] = []
    reason: ReasonView | None = None
    target: LinkedIdea | None = None
    suggestions: list[SimilarCard] = []
    lines: list[TypedLine] = []
    vat_rates: list[str] = []
    costing: Costing | None = None
    hidden: list[tuple[str, str]] = []
    conflict: EventView | None = None
    forward_by: date | None = None
    takes_two: bool = False
    held_until: datetime | None = None
    awaited: list[str] = []  # departments whose opinion is awaited


class ReasonRow(msgspec.Struct, frozen=True):
    """A reason with how often it was used."""

    reason: ReasonView
    count: int


class ReasonsPage(msgspec.Struct, frozen=True):
    """The published catalogue."""

    rows: list[ReasonRow]
    total: int
    may_edit: bool


class ReasonVersion(msgspec.Struct, frozen=True):
    """A version of a reason."""

    reason: ReasonView
    at: datetime
    by: str


class ReasonPage(msgspec.Struct, frozen=True):
    """One reason and all its versions."""

    code: str
    versions: list[ReasonVersion]
    count: int
    may_edit: bool


class ReasonFormPage(msgspec.Struct, frozen=True):
    """The form of a reason."""

    code: str
    version: int
    values: dict[str, str]
    errors: dict[str, str]


def view_sender(author: Account | None, intake: Intake | None) -> SenderView:
    """Who sent an idea, for the department: with an account, or as staff wrote down."""
    return SenderView(
        name=author.name if author else (intake.name if intake else ""),
        email=author.email if author else (intake.email if intake else ""),
        phone=intake.phone if intake else "",
        address=intake.address if intake else "",
        entered_by=intake.entered_by_name if intake else "",
        received_on=intake.received_on if intake else None,
        channel_title=CHANNEL_TITLES[Channel(intake.channel)] if intake else "",
        is_unclaimed=author is None,
    )


def build_row(
    row: Row[*tuple[Any, ...]],
    pauses: Sequence[tuple[datetime, datetime | None]],
    actor: Actor,
    *,
    today: date,
    days_off: frozenset[date],
) -> QueueRow:
    """An idea of the queue with its clock explained."""
    deadline = review_deadline(row.submitted_at, pauses, today=today, days_off=days_off)
    return QueueRow(
        id=str(row.id),
        number=row.number or "",
        title=row.title,
        state=row.state,
        state_title=STATE_TITLES[IdeaState(row.state)],
        area=row.area_name or "",
        department=row.department_name or "",
        reviewer=row.reviewer_name,
        is_mine=row.reviewer_id == actor.id,
        is_own=row.author_id == actor.id,
        support_count=row.support_count,
        clock=view_clock(deadline, today=today, days_off=days_off),
    )


def build_file(
    idea: Idea,
    actor: Actor,
    *,
    area_name: str,
    sender: SenderView,
    pin: MapView | None,
    photos: list[PhotoView],
    documents: list[DocumentView],
    events: list[EventView],
    notes: list[IdeaNote],
    clock: ClockView | None,
    similar: list[SimilarCard],
    merged: list[LinkedIdea],
    costing: CostView | None,
    reviewers: Sequence[tuple[UUID, str]],
    standing: Decision | None,
    at_vote: bool,
    answer_days: int,
    prepared: PreparedVerdict | None,
    barred: frozenset[UUID],
    is_contested: bool,
    conflicts: Sequence[OfficerConflict],
    has_conflict: bool,
    inside: Verdict,
    advice: list[AdviceView],
) -> FilePage:
    """The file with what may be done now. `barred`: whose verdict is contested; `inside`: whether who looks
    may read what is not public of it.
    """
    off = may_touch(has_conflict=has_conflict)
    return FilePage(
        id=str(idea.id),
        number=idea.number or "",
        title=idea.title,
        lang=idea.lang,
        body=idea.body,
        area=area_name,
        location=idea.location,
        landmark=idea.landmark,
        pin=pin,
        estimate_bani=idea.estimate_bani,
        state=idea.state,
        state_title=state_title(idea),
        sender=sender,
        support_count=idea.support_count,
        reviewer=idea.reviewer_name,
        photos=photos,
        documents=documents,
        events=events,
        notes=notes,
        clock=clock,
        similar=similar,
        merged=merged,
        costing=costing,
        reviewers=[Choice(str(one), name) for one, name in reviewers if one not in idea.author_ids],
        my_id=str(actor.id),
        standing=str(standing.id) if standing else "",
        may_assign=off and may_assign(actor, idea),
        may_ask=off and may_ask(actor, idea, is_prepared=prepared is not None),
        may_resume=off and may_resume(actor, idea),
        may_judge=off and may_judge(actor, idea, is_prepared=prepared is not None),
        may_correct=off
        and may_correct(actor, idea, at_vote=at_vote, is_prepared=prepared is not None, barred=barred),
        is_contested=is_contested,
        conflicts=[one.name for one in conflicts],
        may_declare=may_declare(actor, idea, has_conflict=has_conflict),
        inside=inside,
        advice=advice,
        may_ask_advice=off
        and may_ask_advice(actor, idea, is_contested=is_contested, is_prepared=prepared is not None),
        answer_days=answer_days,
        prepared_id=str(prepared.id) if prepared and inside else "",
    )

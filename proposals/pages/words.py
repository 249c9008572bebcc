"""Words that several pages share: states, entries of the timeline, the clock."""

import json
from datetime import date, datetime
from typing import Any

import msgspec

from app.kit.deadlines import ONE_DAY, Deadline
from app.kit.i18n import N_, Locale
from proposals.models import Department, Idea, IdeaEvent, Reason
from proposals.states import (
    EVENT_TITLES,
    Built,
    Channel,
    EventKind,
    IdeaState,
    Outcome,
    PaperKind,
    TellingEnd,
    VerdictKind,
    WorksState,
    days_left,
)

STATE_TITLES = {
    IdeaState.DRAFT: N_("Draft"),
    IdeaState.SUBMITTED: N_("Sent"),
    IdeaState.IN_REVIEW: N_("In review"),
    IdeaState.WAITING: N_("Waiting for the author"),
    IdeaState.REJECTED: N_("Rejected"),
    IdeaState.MERGED: N_("Merged"),
    IdeaState.ACCEPTED: N_("Accepted"),
    IdeaState.FORWARDED: N_("Sent on to another authority"),
    IdeaState.WITHDRAWN: N_("Withdrawn"),
}
VERDICT_TITLES = {
    VerdictKind.REJECTED: N_("The idea is rejected"),
    VerdictKind.MERGED: N_("The idea is merged"),
    VerdictKind.ACCEPTED: N_("The idea is accepted and becomes a project"),
    VerdictKind.CHANGED: N_("The idea is accepted with changes and becomes a project"),
    VerdictKind.FORWARDED: N_("The idea is not in our competence and is sent on"),
}
OUTCOME_TITLES = {Outcome.FUNDED: N_("Project funded"), Outcome.NOT_FUNDED: N_("Project not funded")}
CHANNEL_TITLES = {
    Channel.PAPER: N_("on paper"),
    Channel.EMAIL: N_("by e-mail"),
    Channel.PHONE: N_("by telephone"),
    Channel.DESK: N_("at the desk"),
}
PAPER_TITLES = {
    PaperKind.IDEA: N_("The idea itself"),
    PaperKind.ANSWER: N_("An answer to the department"),
    PaperKind.CONTESTATION: N_("A contestation of the decision"),
    PaperKind.WITHDRAWAL: N_("The idea is withdrawn"),
}
TELLING_TITLES = {
    "question": N_("A question of the department, with a term for the answer"),
    "unanswered": N_("The term for the answer has passed"),
    "accepted": N_("The idea was accepted and became a project"),
    "changed": N_("The idea was accepted with changes and became a project"),
    "rejected": N_("The idea was rejected"),
    "merged": N_("The idea was merged into another one"),
    "forwarded": N_("The idea is not in our competence and was sent on"),
    "contested": N_("The contestation was registered"),
    "upheld": N_("The contested decision was upheld by another reviewer"),
    "paper_entered": N_("What the author sent was entered"),
    "outcome": N_("The vote on the project is counted"),
}
"""By the message that is told; of a telling, and on the timeline."""
TOLD_TITLES = {
    TellingEnd.POST: N_("by letter"),
    TellingEnd.PHONE: N_("by telephone"),
    TellingEnd.DESK: N_("at the desk"),
}
WORKS_TITLES = {
    WorksState.NOT_BEGUN: N_("Not begun"),
    WorksState.CONTRACT: N_("Under contract"),
    WorksState.WORKS: N_("Works under way"),
    WorksState.RECEIVED: N_("Received"),
}
BUILT_TITLES = {
    Built.YES: N_("Yes, as promised"),
    Built.PARTLY: N_("Partly"),
    Built.NO: N_("No, not as promised"),
}


# Of timeline entries; JSON has no dates.
DATED_FACTS = (
    "before",
    "after",
    "answer_due_on",
    "due_on",
    "planned_on",
    "planned_before",
    "actual_on",
    "actual_before",
    "received_on",
    "told_on",
)


class EventView(msgspec.Struct, frozen=True):
    """An entry of the timeline as shown."""

    position: int
    kind: str
    title: str
    at: datetime
    by: str
    text: str
    facts: dict[str, object]
    reason: "ReasonView | None" = None


class ReasonView(msgspec.Struct, frozen=True):
    """A reason of the catalogue in the reader's language."""

    code: str
    version: int
    title: str
    text: str
    legal_ground: str
    is_retired: bool


class ClockView(msgspec.Struct, frozen=True):
    """The legal clock with what is needed to explain it in a sentence."""

    due_on: date
    starts_on: date
    term_days: int
    source: str
    holidays_skipped: int
    paused_days: int
    is_paused: bool
    pauses: list[tuple[date, date | None]]  # first and last day; without a last one it stands still
    left: int

    @property
    def is_overdue(self) -> bool:
        return self.left < 0 and not self.is_paused


def view_clock(deadline: Deadline, *, today: date, days_off: frozenset[date]) -> ClockView:
    """The clock as shown on a day."""
    return ClockView(
        due_on=deadline.due_on,
        starts_on=deadline.starts_on,
        term_days=deadline.term.days,
        source=deadline.term.source,
        holidays_skipped=deadline.holidays_skipped,
        paused_days=deadline.paused_days,
        is_paused=deadline.is_paused,
        pauses=[
            (pause.since, pause.until and pause.until - ONE_DAY)
            for pause in deadline.pauses
            if pause.until is None or pause.since < pause.until
        ],
        left=days_left(deadline.due_on, today=today, days_off=days_off),
    )


def view_reason(reason: Reason, locale: Locale) -> ReasonView:
    """A reason in a language."""
    romanian = locale == "ro"
    return ReasonView(
        code=reason.code,
        version=reason.version,
        title=reason.title if romanian else reason.title_en,
        text=reason.text if romanian else reason.text_en,
        legal_ground=reason.legal_ground,
        is_retired=reason.is_retired,
    )


def view_event(event: IdeaEvent, reasons: dict[tuple[str, int], ReasonView]) -> EventView:
    """An entry of the timeline; `reasons` by code and version."""
    facts = read_dates(json.loads(event.facts))
    if event.kind == EventKind.TOLD:
        facts["what"] = TELLING_TITLES[str(facts["what"])]
    return EventView(
        position=event.position,
        kind=event.kind,
        title=EVENT_TITLES[EventKind(event.kind)],
        at=event.at,
        by=event.by_name,
        text=event.text,
        facts=facts,
        reason=reasons.get((str(facts.get("reason")), int(facts.get("version", 0)))),
    )


def read_dates(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of an entry with its dates as dates."""
    facts |= {name: date.fromisoformat(facts[name]) for name in DATED_FACTS if name in facts}
    return facts


def state_title(idea: Idea) -> str:
    """The state of an idea in words (a msgid)."""
    return STATE_TITLES[IdeaState(idea.state)]


def name_of(department: Department, locale: Locale) -> str:
    """The name in a language."""
    return department.name if locale == "ro" else department.name_en

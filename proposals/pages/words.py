"""Words that several pages share: states, entries of the timeline, the clock."""

import json
from datetime import date, datetime
from typing import Any

import msgspec

from app.kit.deadlines import Deadline
from app.kit.i18n import N_, Locale
from proposals.models import Idea, IdeaEvent, Reason
from proposals.states import (
    Built,
    Channel,
    EventKind,
    IdeaState,
    MilestoneKind,
    Outcome,
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
EVENT_TITLES = {
    EventKind.SUBMITTED: N_("The idea was sent and registered"),
    EventKind.CLAIMED: N_("The author has claimed the idea"),
    EventKind.TAKEN: N_("The department began the review"),
    EventKind.QUESTION: N_("The department asked the author; the clock stopped"),
    EventKind.ANSWER: N_("The author answered; the clock runs again"),
    EventKind.RESUMED: N_("The department let the clock run again"),
    EventKind.UNANSWERED: N_("The author's term for the answer passed; the clock runs again"),
    EventKind.DEADLINE_MOVED: N_("A day off moved a deadline"),
    EventKind.REJECTED: N_("The idea was rejected"),
    EventKind.MERGED: N_("The idea was merged into another one"),
    EventKind.RECEIVED: N_("Another idea was merged into this one"),
    EventKind.ACCEPTED: N_("The idea was accepted and became a project"),
    EventKind.CHANGED: N_("The idea was accepted with changes and became a project"),
    EventKind.FORWARDED: N_("The idea is not in our competence and was sent on"),
    EventKind.CONFLICT: N_("An official declared a conflict of interest and is off the file"),
    EventKind.CONTESTED: N_("The author contested the decision"),
    EventKind.UPHELD: N_("The contested decision was upheld by another reviewer"),
    EventKind.CORRECTED: N_("The earlier decision no longer holds; it was corrected"),
    EventKind.WITHDRAWN: N_("The author withdrew the idea"),
    EventKind.PUT_TO_VOTE: N_("The project was put to the vote"),
    EventKind.FUNDED: N_("The vote is counted: the project is funded"),
    EventKind.NOT_FUNDED: N_("The vote is counted: the project is not funded"),
    EventKind.PLANNED: N_("A milestone of the works was planned"),
    EventKind.REPLANNED: N_("The plan of the works was changed"),
    EventKind.REACHED: N_("The works reached a milestone"),
    EventKind.REDATED: N_("The date of a milestone was corrected"),
}
CHANNEL_TITLES = {
    Channel.PAPER: N_("on paper"),
    Channel.EMAIL: N_("by e-mail"),
    Channel.PHONE: N_("by telephone"),
    Channel.DESK: N_("at the desk"),
}
WORKS_TITLES = {
    WorksState.NOT_BEGUN: N_("Not begun"),
    WorksState.CONTRACT: N_("Under contract"),
    WorksState.WORKS: N_("Works under way"),
    WorksState.RECEIVED: N_("Received"),
}
STEP_TITLES = {
    MilestoneKind.CONTRACT: N_("Signing of the contract"),
    MilestoneKind.WORKS_BEGIN: N_("Beginning of the works"),
    MilestoneKind.WORKS_END: N_("End of the works"),
    MilestoneKind.RECEPTION: N_("Reception of the works"),
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

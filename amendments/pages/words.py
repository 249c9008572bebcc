"""Words for states, outcomes, kinds of authors, steps of the procedure; and the legal clock as a sentence."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from amendments.rules.procedure import Clock, Event, Sense, Standing
from amendments.states import ActState, AmendmentState, AuthorKind, Outcome, VersionKind
from app.kit.deadlines import Unit
from app.kit.i18n import N_

ACT_STATES: dict[ActState, str] = {
    ActState.DRAFT: N_("Being prepared"),
    ActState.DEBATE: N_("In public debate"),
    ActState.CLOSED: N_("Proposals are being answered"),
    ActState.COUNCIL: N_("Before the council"),
    ActState.VOTING: N_("The council is voting"),
    ActState.ADOPTED: N_("Adopted"),
    ActState.REJECTED: N_("Not adopted"),
    ActState.WITHDRAWN: N_("Withdrawn"),
}
VERSION_KINDS: dict[VersionKind, str] = {
    VersionKind.INITIAL: N_("as announced"),
    VersionKind.CONSOLIDATED: N_("with what was accepted"),
    VersionKind.ADOPTED: N_("as adopted"),
}
AMENDMENT_STATES: dict[AmendmentState, str] = {
    AmendmentState.DRAFT: N_("Draft"),
    AmendmentState.SUBMITTED: N_("Waiting for an answer"),
    AmendmentState.RETURNED: N_("Returned to its author"),
    AmendmentState.INADMISSIBLE: N_("Inadmissible"),
    AmendmentState.WITHDRAWN: N_("Withdrawn"),
    AmendmentState.ANSWERED: N_("Answered"),
    AmendmentState.TABLED: N_("Before the council"),
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.ACCEPTED: N_("Accepted as it is"),
    Outcome.CHANGED: N_("Accepted with changes"),
    Outcome.PARTLY: N_("Accepted in part"),
    Outcome.REJECTED: N_("Not accepted"),
    Outcome.ALREADY_IN: N_("Already in the text"),
    Outcome.OUT_OF_SCOPE: N_("Outside the subject"),
    Outcome.DEFERRED: N_("Open in the next round"),
}
OUTCOME_TONES: dict[Outcome, str] = {
    Outcome.ACCEPTED: "success",
    Outcome.CHANGED: "success",
    Outcome.PARTLY: "success",
    Outcome.REJECTED: "danger",
    Outcome.ALREADY_IN: "neutral",
    Outcome.OUT_OF_SCOPE: "neutral",
    Outcome.DEFERRED: "warning",
}
AUTHOR_KINDS: dict[AuthorKind, str] = {
    AuthorKind.RESIDENT: N_("A resident"),
    AuthorKind.ASSOCIATION: N_("An association"),
    AuthorKind.BUSINESS: N_("A business"),
    AuthorKind.COUNCILLOR: N_("A councillor"),
    AuthorKind.INITIATOR: N_("The initiator"),
}
STEPS: dict[Event, str] = {
    Event.ANNOUNCED: N_("Announced, with its papers"),
    Event.REOPENED: N_("A new round of the debate began, on the improved text"),
    Event.PROPOSALS_ENDED: N_("Time for proposals ended"),
    Event.DEBATE_REQUESTED: N_("A public debate was asked for"),
    Event.DEBATE_REFUSED: N_("No public debate is held, though one was asked for"),
    Event.DEBATE_CALLED: N_("The public debate was called"),
    Event.DEBATE_ENDED: N_("The public debate was held"),
    Event.DEBATE_PAPERS: N_("The minutes of the debate were published"),
    Event.SENT_TO_ENDORSEMENT: N_("Sent to be endorsed"),
    Event.SITTING_CALLED: N_("The council’s sitting was called"),
    Event.SITTING: N_("The council voted"),
    Event.TERMS_MOVED: N_("A day off moved the terms"),
    Event.PROPOSALS_EXTENDED: N_("There is more time for proposals"),
}
EVENT_KINDS: dict[str, str] = {
    "submitted": N_("Registered"),
    "recorded": N_("Said at the public debate, and registered for who said it"),
    "returned": N_("Returned to its author, to be completed"),
    "stands_as_sent": N_("Not completed in its term: it stands as it was sent"),
    "inadmissible": N_("Found inadmissible"),
    "readmitted": N_("Admitted after all: that it was found inadmissible was a mistake"),
    "rewritten": N_("Rewritten by its author: who stood behind it may do so again"),
    "rewritten_as": N_("Written anew by its author for the new text, as another amendment"),
    "let_stand": N_("Its author wants it answered as it was written"),
    "withdrawn": N_("Withdrawn by its author"),
    "answered": N_("Answered"),
    "answer_superseded": N_("Answered anew"),
    "tabled": N_("Proposed to the council, on the final text"),
    "taken_back": N_("The councillor no longer stands for it"),
    "taken_over": N_("Taken over by a councillor: the council votes on it"),
    "voted_adopted": N_("Adopted by the council"),
    "voted_rejected": N_("Rejected by the council"),
    "voted_fallen": N_("Fell: the council adopted what contradicts it"),
    "carried_same": N_("Open again in the next round, word for word"),
    "carried_shifted": N_("Open again in the next round, at another place of the text"),
    "carried_absorbed": N_("What it asks for is in the new text"),
    "carried_conflict": N_("Open again in the next round; it contradicts the new text"),
    "carried_orphaned": N_("Open again in the next round; what it changes is gone"),
}
TERMS: dict[tuple[Event, Sense], str] = {
    (Event.PROPOSALS_ENDED, Sense.AT_LEAST_UNTIL): N_("Proposals are received at least until"),
    (Event.SENT_TO_ENDORSEMENT, Sense.NOT_BEFORE): N_("It may be sent to be endorsed from"),
    (Event.DEBATE_ENDED, Sense.AT_THE_LATEST): N_("The public debate is held by"),
    (Event.DEBATE_PAPERS, Sense.AT_THE_LATEST): N_("The minutes of the debate are published by"),
    (Event.SITTING, Sense.NOT_BEFORE): N_("The council may vote from"),
}


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """A term of the law as a page tells it: what, by or from when, and why that day. `fell_on`: the day on
    which it would have ended, were it a working day.
    """

    title: str
    on: date
    days: int
    is_working_days: bool
    since: date
    holidays: int
    fell_on: date | None
    source: str
    is_confirmed: bool
    standing: str


def view_clock(clock: Clock) -> ClockView | None:
    """A term that has begun; nothing for one that waits."""
    deadline, provision = clock.deadline, clock.provision
    title = TERMS.get((provision.step, provision.sense))
    if deadline is None or title is None or clock.standing is Standing.WAITING:
        return None
    return ClockView(
        title=title,
        on=clock.from_on or deadline.due_on,
        days=provision.term.days,
        is_working_days=provision.term.unit is Unit.WORKING_DAYS,
        since=deadline.starts_on,
        holidays=deadline.holidays_skipped,
        fell_on=deadline.fell_on if deadline.fell_on != deadline.due_on else None,
        source=provision.term.source,
        is_confirmed=provision.is_confirmed,
        standing=clock.standing.value,
    )


# What is still to come, in the order of the procedure; a public debate comes when it is called.
AHEAD: dict[Event, str] = {
    Event.PROPOSALS_ENDED: N_("The time for proposals ends"),
    Event.DEBATE_ENDED: N_("The public debate is held"),
    Event.DEBATE_PAPERS: N_("The minutes of the debate are published"),
    Event.SENT_TO_ENDORSEMENT: N_("It is sent to be endorsed"),
    Event.SITTING_CALLED: N_("The council’s sitting is called"),
    Event.SITTING: N_("The council votes"),
}


OF_DEBATE = frozenset({Event.DEBATE_ENDED, Event.DEBATE_PAPERS})


class AheadView(msgspec.Struct, frozen=True, kw_only=True):
    """A step that is still to come. `on`: the day that is known of it; `sense`: what that day is."""

    title: str
    on: date | None
    sense: str


def view_ahead(
    happened: Mapping[Event, date], clocks: Iterable[Clock], *, proposals_until: date | None
) -> list[AheadView]:
    """What has not happened yet. Steps of a debate only where one was called."""
    running = {one.provision.step: one for one in clocks if one.deadline is not None}
    found = []
    for step, title in AHEAD.items():
        clock = running.get(step)
        if step in happened or (step in OF_DEBATE and clock is None):
            continue
        on, sense = (clock.from_on, "from") if clock and clock.from_on else (None, "")
        if clock and clock.deadline and not on:
            on, sense = clock.deadline.due_on, "by"
        if step is Event.PROPOSALS_ENDED and proposals_until:
            on, sense = proposals_until, "on"
        found.append(AheadView(title=title, on=on, sense=sense))
    return found

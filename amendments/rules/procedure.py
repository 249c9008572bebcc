"""The legal clock of a draft decision: what must happen by when, or not before when, and why.

Every figure is a row of LAW, with the provision it comes from; a town whose regulation gives residents more
time passes rows of its own. What happened is given as dates, and the clock answers for each step whether it
waits, runs, may be taken, was kept or was missed. Nothing here reads the time: `today` is an argument.

Source: Law 52/2003 on decisional transparency in public administration, republished (MO 749/3.12.2013),
art. 7, 8 and 12; Government Decision 831/2022 (its application); days as in app/kit/deadlines.py.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from app.kit.deadlines import Deadline, Term, Unit, compute

ONE_DAY = timedelta(days=1)


class Event(StrEnum):
    """What happens in the procedure, each on a day."""

    ANNOUNCED = "announced"  # the draft and its papers are public, and were sent to those who asked
    REOPENED = "reopened"  # the text that was improved is public, and a new round of the debate begins on it
    PROPOSALS_ENDED = "proposals_ended"  # the last day on which written proposals were received
    DEBATE_REQUESTED = "debate_requested"  # in writing, by an association or another authority
    DEBATE_REFUSED = "debate_refused"  # none is held although it was asked for; with the reason
    DEBATE_CALLED = "debate_called"  # its date and place were published
    DEBATE_ENDED = "debate_ended"  # everybody who had registered has spoken
    DEBATE_PAPERS = "debate_papers"  # minutes, recommendations and the improved draft are public
    SENT_TO_ENDORSEMENT = "sent_to_endorsement"  # avizare
    SITTING_CALLED = "sitting_called"
    SITTING = "sitting"  # of the council, with the vote
    TERMS_MOVED = "terms_moved"  # a day off was declared or taken back
    PROPOSALS_EXTENDED = "proposals_extended"  # more time than was announced


RECORDED = (
    Event.DEBATE_REQUESTED,
    Event.DEBATE_CALLED,
    Event.DEBATE_ENDED,
    Event.DEBATE_PAPERS,
    Event.SITTING_CALLED,
)
"""The steps that happen elsewhere and are written down; what the platform does writes the others itself."""


class Sense(StrEnum):
    """What a term means for the step that it governs."""

    NOT_BEFORE = "not_before"  # the whole term has to have passed
    AT_LEAST_UNTIL = "at_least_until"  # it goes on to the term's last day at the earliest
    AT_THE_LATEST = "at_the_latest"  # it is done on the term's last day at the latest


class Provision(msgspec.Struct, frozen=True, kw_only=True):
    """A term of the law: begun by one event, governing another.

    `is_confirmed`: the figure stands in a text that was at hand; the others are to be confirmed by a jurist
    and are shown as such.
    """

    step: Event
    after: Event
    sense: Sense
    term: Term
    is_confirmed: bool = True


LAW: tuple[Provision, ...] = (
    Provision(
        step=Event.PROPOSALS_ENDED,
        after=Event.ANNOUNCED,
        sense=Sense.AT_LEAST_UNTIL,
        term=Term(10, Unit.CALENDAR_DAYS, "Legea 52/2003, art. 7 alin. (4)"),
    ),
    Provision(
        step=Event.PROPOSALS_ENDED,
        after=Event.REOPENED,
        sense=Sense.AT_LEAST_UNTIL,
        term=Term(10, Unit.CALENDAR_DAYS, "Legea 52/2003, art. 7 alin. (4)"),
        is_confirmed=False,  # the law knows one round; another gives the same time
    ),
    Provision(
        step=Event.SENT_TO_ENDORSEMENT,
        after=Event.ANNOUNCED,
        sense=Sense.NOT_BEFORE,
        term=Term(30, Unit.WORKING_DAYS, "Legea 52/2003, art. 7 alin. (2)"),
    ),
    Provision(
        step=Event.DEBATE_ENDED,
        after=Event.DEBATE_CALLED,
        sense=Sense.AT_THE_LATEST,
        term=Term(10, Unit.CALENDAR_DAYS, "Legea 52/2003, art. 7 alin. (9)"),
        is_confirmed=False,
    ),
    Provision(
        step=Event.DEBATE_PAPERS,
        after=Event.DEBATE_ENDED,
        sense=Sense.AT_THE_LATEST,
        term=Term(10, Unit.CALENDAR_DAYS, "Legea 52/2003, art. 7 alin. (10) lit. d)"),
        is_confirmed=False,
    ),
    Provision(
        step=Event.SITTING,
        after=Event.SITTING_CALLED,
        sense=Sense.NOT_BEFORE,
        term=Term(3, Unit.CALENDAR_DAYS, "Legea 52/2003, art. 8"),
        is_confirmed=False,
    ),
)
"""The terms of the law, in the order of the procedure."""


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """What has to have happened before a step, once something else has: a term without days.

    `is_confirmed`: as of a provision.
    """

    step: Event
    after: Event
    met_by: frozenset[Event]
    source: str
    is_confirmed: bool = True


DUTIES: tuple[Duty, ...] = (
    Duty(
        step=Event.SENT_TO_ENDORSEMENT,
        after=Event.DEBATE_REQUESTED,
        met_by=frozenset({Event.DEBATE_ENDED, Event.DEBATE_REFUSED}),
        source="Legea 52/2003, art. 7 alin. (9)",
    ),
    Duty(
        step=Event.SENT_TO_ENDORSEMENT,
        after=Event.DEBATE_ENDED,
        met_by=frozenset({Event.DEBATE_PAPERS}),
        source="Legea 52/2003, art. 7 alin. (8) și (10) lit. d)",
        is_confirmed=False,  # that the minutes come first is a reading of both paragraphs together
    ),
)
"""What a step owes to what was asked for or begun before it."""


def list_owed(
    step: Event, steps: Iterable[tuple[Event, date]], *, duties: Iterable[Duty] = DUTIES
) -> tuple[Duty, ...]:
    """What still has to happen before a step. `steps`: the timeline as it was written; what was done meets
    what was asked for on that day or before, and nothing that came after it.

    >>> asked, held = (Event.DEBATE_REQUESTED, date(2027, 3, 2)), (Event.DEBATE_ENDED, date(2027, 3, 10))
    >>> [one.after.value for one in list_owed(Event.SENT_TO_ENDORSEMENT, [held, asked])]
    ['debate_ended']
    >>> again = (Event.DEBATE_REQUESTED, date(2027, 3, 11))
    >>> [one.after.value for one in list_owed(Event.SENT_TO_ENDORSEMENT, [asked, held, again])]
    ['debate_requested', 'debate_ended']
    """
    last: dict[Event, tuple[date, int]] = {}
    for position, (event, on) in enumerate(steps):
        last[event] = max(last.get(event, (on, position)), (on, position))
    return tuple(
        one
        for one in duties
        if one.step is step
        and one.after in last
        and not any(last[event] > last[one.after] for event in one.met_by if event in last)
    )


COMPLETION = Term(5, Unit.WORKING_DAYS, "")
"""How long an amendment that was returned waits for its author; then it stands as it was sent. The law names
no such term: it is this platform's, so that nobody's silence stops a procedure.
"""


def completion_until(returned_on: date, days_off: frozenset[date] = frozenset()) -> date:
    """The last day on which an amendment that was returned may be completed."""
    return compute(returned_on, COMPLETION, today=returned_on, days_off=days_off).due_on


class Standing(StrEnum):
    """How a step stands to its term."""

    WAITING = "waiting"  # the event that begins the term has not happened
    RUNNING = "running"  # the term runs; nothing is late, and what has to wait for its end still has to
    DUE = "due"  # the term has passed: what had to wait for it may be done
    LATE = "late"  # the term has passed, and what had to be done by its end is not done
    KEPT = "kept"  # done, as the law asks
    BROKEN = "broken"  # done too early or too late


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A provision on a procedure. `deadline` explains the term's last day; `from_on` is the first day on
    which a step that waits for it may be taken.
    """

    provision: Provision
    standing: Standing
    deadline: Deadline | None = None
    from_on: date | None = None
    done_on: date | None = None


def clocks(
    happened: Mapping[Event, date],
    *,
    today: date,
    days_off: frozenset[date] = frozenset(),
    provisions: Iterable[Provision] = LAW,
) -> tuple[Clock, ...]:
    """Every provision on what has happened so far, in their order.

    >>> [clock] = clocks({Event.ANNOUNCED: date(2026, 11, 20)}, today=date(2026, 12, 2), provisions=LAW[2:3])
    >>> clock.standing.value, clock.deadline.due_on.isoformat(), clock.deadline.holidays_skipped
    ('running', '2027-01-11', 6)
    """
    return tuple(_clock(one, happened, today, days_off) for one in provisions)


def _clock(
    provision: Provision, happened: Mapping[Event, date], today: date, days_off: frozenset[date]
) -> Clock:
    begun, done = happened.get(provision.after), happened.get(provision.step)
    if begun is None:
        return Clock(provision=provision, standing=Standing.WAITING, done_on=done)
    deadline = compute(begun, provision.term, today=today, days_off=days_off)
    first = first_day(provision.sense, deadline.due_on)
    return Clock(
        provision=provision,
        standing=_standing(deadline.due_on, first, done, today),
        deadline=deadline,
        from_on=first,
        done_on=done,
    )


def first_day(sense: Sense, due_on: date) -> date | None:
    """The first day on which a step may be taken; none for one that only has a last day."""
    match sense:
        case Sense.NOT_BEFORE:
            return due_on + ONE_DAY
        case Sense.AT_LEAST_UNTIL:
            return due_on
        case Sense.AT_THE_LATEST:
            return None


def earliest_day(step: Event, *, after: Event, on: date, days_off: frozenset[date]) -> date:
    """The first day on which the law lets a step be taken, when what begins its term happens `on` a day."""
    terms = [one for one in LAW if one.step is step and one.after is after]
    found = clocks({after: on}, today=on, days_off=days_off, provisions=terms)
    return max(one.from_on or on for one in found)


def _standing(due_on: date, first: date | None, done: date | None, today: date) -> Standing:
    """`first`: the first day on which the step may be taken; none: `due_on` is the last."""
    if done is not None:
        is_kept = done <= due_on if first is None else done >= first
        return Standing.KEPT if is_kept else Standing.BROKEN
    if first is None:
        return Standing.LATE if today > due_on else Standing.RUNNING
    return Standing.DUE if today >= first else Standing.RUNNING


def may_happen(
    step: Event,
    on: date,
    happened: Mapping[Event, date],
    *,
    days_off: frozenset[date] = frozenset(),
    provisions: Iterable[Provision] = LAW,
) -> tuple[Clock, ...]:
    """The provisions that taking a step on a day would break; none when it may be taken then."""
    supposed = {**happened, step: on}
    found = clocks(supposed, today=on, days_off=days_off, provisions=provisions)
    return tuple(one for one in found if one.provision.step is step and one.standing is Standing.BROKEN)


def moved_by(
    before: frozenset[date],
    after: frozenset[date],
    happened: Mapping[Event, date],
    *,
    today: date,
    provisions: Iterable[Provision] = LAW,
) -> tuple[tuple[Clock, Clock], ...]:
    """The open terms that other days off move: each as it was and as it is then. A step that was taken stays
    as it was judged, by the days off that were known then.
    """
    given = tuple(provisions)
    old = clocks(happened, today=today, days_off=before, provisions=given)
    new = clocks(happened, today=today, days_off=after, provisions=given)
    return tuple(
        (was, is_then)
        for was, is_then in zip(old, new, strict=True)
        if was.done_on is None
        and was.deadline
        and is_then.deadline
        and was.deadline.due_on != is_then.deadline.due_on
    )

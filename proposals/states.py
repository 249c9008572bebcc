"""What an idea can be, how it moves, and the legal clock of its review.

DRAFT → SUBMITTED → IN_REVIEW ⇄ WAITING; IN_REVIEW → REJECTED | MERGED | ACCEPTED | FORWARDED. A verdict can
only be superseded by another verdict; the author may withdraw until there is one. WAITING is what regulations
call "returned for completion": the author is asked in public for what is missing, has a term of their own to
complete it, and meanwhile the department's clock stands still.
"""

import itertools
from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from app.kit.clock import local_date
from app.kit.deadlines import Deadline, Pause, Term, Unit, compute, working_days_left
from app.kit.errors import Conflict
from app.kit.i18n import N_

# Source: the town hall's regulation of participatory budgeting sets the term of the review; an installation
# changes it here. It is counted in working days, as calendars of Romanian town halls do. An idea is no
# petition in the sense of OG 27/2002, whose art. 8 gives 30 calendar days; a petition can be sent besides.
REGULATION = N_("the regulation of participatory budgeting")
TERM = Term(30, Unit.WORKING_DAYS, source=REGULATION)
# Source: OG 27/2002, art. 6^1 (brought in by Law 233/2002): what was sent to the wrong authority is sent on
# within 5 days of its registration, and the sender is told. Whether it binds for ideas, which are no
# petitions, is for a jurist of the town hall to confirm; an author loses nothing when it is kept anyway.
FORWARD_TERM = Term(5, Unit.CALENDAR_DAYS, source=N_("art. 6¹ of OG 27/2002"))


TELL_DAYS = 2  # working days in which an author without e-mail is told by letter, by telephone or at the desk
ENTER_DAYS = 15  # calendar days after its receipt in which staff may enter an idea that came without the web

# What a cycle's rules of the review say unless the town hall changes them for that cycle, in public.
SECOND_EYES_BANI = 500_000_00  # 500,000 lei
REMIND_DAYS = 5  # working days before a deadline
ANSWER_DAYS, CONTEST_DAYS, DECIDE_DAYS = 10, 5, 5  # working days
ADVICE_DAYS, MAX_ADVICE_DAYS = (
    7,
    60,
)  # working days that another department gets unless told otherwise; at most
KEEP_DAYS = 365  # for which the name and address of who sent an idea on paper are kept after its last step
DEBATE_BANI = 0  # above which a project is debated in public before the vote; 0: none has to be
MOST_SUPPORTS = 10  # ideas of a cycle that one resident supports: who prioritises has to choose


class IdeaState(StrEnum):
    """The life of an idea until it is a project."""

    DRAFT = "draft"  # seen by its author only
    SUBMITTED = "submitted"  # registered; the clock runs; nobody has taken it yet
    IN_REVIEW = "in_review"  # an official of the department is on it
    WAITING = "waiting"  # the author was asked; the clock stands still
    REJECTED = "rejected"
    MERGED = "merged"  # into another idea
    ACCEPTED = "accepted"  # as it is or with changes, with a costing; it has become a project
    FORWARDED = "forwarded"  # to the authority in whose competence it is
    WITHDRAWN = "withdrawn"  # by its author


class Outcome(StrEnum):
    """What the vote made of a project."""

    FUNDED = "funded"
    NOT_FUNDED = "not_funded"


class MilestoneKind(StrEnum):
    """The milestones of the works on a funded project, in their order, and free ones."""

    CONTRACT = "contract"
    WORKS_BEGIN = "works_begin"
    WORKS_END = "works_end"
    RECEPTION = "reception"
    OTHER = "other"


class WorksState(StrEnum):
    """How far a funded project is; computed from its milestones."""

    NOT_BEGUN = "not_begun"
    CONTRACT = "contract"
    WORKS = "works"
    RECEIVED = "received"


class Built(StrEnum):
    """Whether a project was built as promised."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class VerdictKind(StrEnum):
    """What the department may decide."""

    REJECTED = "rejected"
    MERGED = "merged"
    ACCEPTED = "accepted"
    CHANGED = "changed"  # accepted with changes: the project's text is the changed one
    FORWARDED = "forwarded"  # not in our competence, sent on


ACCEPTING = frozenset({VerdictKind.ACCEPTED, VerdictKind.CHANGED})
"""Verdicts that make a project, with a costing."""


class Channel(StrEnum):
    """How an idea reached the town hall that staff enter for somebody."""

    PAPER = "paper"
    EMAIL = "email"
    PHONE = "phone"
    DESK = "desk"  # said at the desk


class PaperKind(StrEnum):
    """What the author of an idea that nobody has claimed sends without the web."""

    IDEA = "idea"  # the paper on which the idea itself came
    ANSWER = "answer"
    CONTESTATION = "contestation"
    WITHDRAWAL = "withdrawal"


class TellingEnd(StrEnum):
    """How an author without e-mail was told of something, or why they need not be any more."""

    POST = "post"
    PHONE = "phone"
    DESK = "desk"  # said at the desk
    CLAIMED = "claimed"  # they have an account now, and read it there
    FORGOTTEN = "forgotten"  # nothing is known of them any more


TOLD_WAYS = frozenset({TellingEnd.POST, TellingEnd.PHONE, TellingEnd.DESK})
"""Those by which somebody was told."""


class EventKind(StrEnum):
    """What the public timeline of an idea tells."""

    SUBMITTED = "submitted"
    TOLD = "told"  # an author without e-mail was told of a step by letter, by telephone or at the desk
    JOINED = "joined"  # a co-author said yes
    LEFT = "left"  # a co-author no longer is one
    CLAIMED = "claimed"  # who had sent it without an account has one now
    TAKEN = "taken"
    QUESTION = "question"
    ANSWER = "answer"
    RESUMED = "resumed"
    UNANSWERED = "unanswered"  # the author's term passed; the clock runs again by itself
    DEADLINE_MOVED = "deadline_moved"  # a day off was declared or taken back
    REJECTED = "rejected"
    MERGED = "merged"
    RECEIVED = "received"  # another idea was merged into this one
    ACCEPTED = "accepted"
    CHANGED = "changed"
    FORWARDED = "forwarded"
    ADVICE_ASKED = "advice_asked"  # another department was asked
    ADVICE_GIVEN = "advice_given"  # it answered; the words are public once there is a decision
    ADVICE_WITHDRAWN = "advice_withdrawn"  # by who asked
    ADVICE_LAPSED = "advice_lapsed"  # decided without it
    CONFLICT = "conflict"  # an official declared an interest and is off the file
    CONTESTED = "contested"  # by the author
    UPHELD = "upheld"  # the contested verdict stands
    CORRECTED = "corrected"  # the verdict before no longer holds; the next entry says what does
    WITHDRAWN = "withdrawn"
    PUT_TO_VOTE = "put_to_vote"
    FUNDED = "funded"
    NOT_FUNDED = "not_funded"
    PLANNED = "planned"  # a milestone of the works got its day
    REPLANNED = "replanned"  # and another one, for a reason
    REACHED = "reached"
    REDATED = "redated"  # the day on which a milestone was said to be reached was wrong


BY_AUTHOR = frozenset(
    {EventKind.SUBMITTED, EventKind.CLAIMED, EventKind.ANSWER, EventKind.CONTESTED, EventKind.WITHDRAWN}
)
"""Entries of a timeline that are the author's own."""

EVENT_TITLES = {
    EventKind.SUBMITTED: N_("The idea was sent and registered"),
    EventKind.TOLD: N_("The author was told without e-mail"),
    EventKind.JOINED: N_("A co-author joined"),
    EventKind.LEFT: N_("A co-author left"),
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
    EventKind.ADVICE_ASKED: N_("Another department was asked for its opinion"),
    EventKind.ADVICE_GIVEN: N_("The department that was asked gave its opinion"),
    EventKind.ADVICE_WITHDRAWN: N_("The question to another department was taken back"),
    EventKind.ADVICE_LAPSED: N_("The opinion of another department is no longer awaited"),
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
STEP_TITLES = {
    MilestoneKind.CONTRACT: N_("Signing of the contract"),
    MilestoneKind.WORKS_BEGIN: N_("Beginning of the works"),
    MilestoneKind.WORKS_END: N_("End of the works"),
    MilestoneKind.RECEPTION: N_("Reception of the works"),
}

_VERDICTS = frozenset({IdeaState.REJECTED, IdeaState.MERGED, IdeaState.ACCEPTED, IdeaState.FORWARDED})

MOVES: dict[IdeaState, frozenset[IdeaState]] = {
    IdeaState.DRAFT: frozenset({IdeaState.SUBMITTED}),
    IdeaState.SUBMITTED: frozenset({IdeaState.IN_REVIEW, IdeaState.WITHDRAWN}),
    IdeaState.IN_REVIEW: _VERDICTS | {IdeaState.WAITING, IdeaState.WITHDRAWN},
    IdeaState.WAITING: frozenset({IdeaState.IN_REVIEW, IdeaState.WITHDRAWN}),
    IdeaState.REJECTED: _VERDICTS,
    IdeaState.MERGED: _VERDICTS,
    IdeaState.ACCEPTED: _VERDICTS,
    IdeaState.FORWARDED: _VERDICTS,
    IdeaState.WITHDRAWN: frozenset(),
}

OPEN_STATES = frozenset({IdeaState.SUBMITTED, IdeaState.IN_REVIEW, IdeaState.WAITING})
"""Ideas on which a verdict is still due."""

VERDICT_STATES = _VERDICTS
PUBLIC_STATES = frozenset(IdeaState) - {IdeaState.DRAFT}
SUPPORTABLE_STATES = OPEN_STATES | {IdeaState.ACCEPTED}


class IllegalMove(Conflict):
    """The idea is no longer in a state from which this can be done."""

    default = N_("This idea is no longer in the state that you saw. Look at its page again.")


def check_move(current: IdeaState, to: IdeaState) -> None:
    """Raises: IllegalMove unless the table allows the move."""
    if to not in MOVES[current]:
        raise IllegalMove()


def review_deadline(
    submitted_at: datetime,
    pauses: Iterable[tuple[datetime, datetime | None]],
    *,
    today: date,
    days_off: frozenset[date],
) -> Deadline:
    """When a verdict is due. `pauses`: from the question to the answer, or None while it is awaited."""
    days = [
        Pause(local_date(paused_at), None if resumed_at is None else local_date(resumed_at))
        for paused_at, resumed_at in pauses
    ]
    return compute(local_date(submitted_at), TERM, pauses=days, today=today, days_off=days_off)


def working_deadline(since: datetime, term_days: int, *, days_off: frozenset[date]) -> Deadline:
    """The end of a term of the regulation in working days that nothing interrupts: for an author's answer,
    for contesting a verdict, for deciding on a contestation.
    """
    since_on = local_date(since)
    return compute(
        since_on, Term(term_days, Unit.WORKING_DAYS, source=REGULATION), today=since_on, days_off=days_off
    )


def moved_deadline(since: datetime, due_on: date, before: frozenset[date], after: frozenset[date]) -> date:
    """What other days off make of a term in working days that was stored as its end: as many days are counted
    as before.
    """
    days = working_days_left(local_date(since), due_on, days_off=before)
    return working_deadline(since, days, days_off=after).due_on


def forward_deadline(submitted_at: datetime, *, days_off: frozenset[date]) -> Deadline:
    """Until when what is not in our competence has to be sent on."""
    sent_on = local_date(submitted_at)
    return compute(sent_on, FORWARD_TERM, today=sent_on, days_off=days_off)


def days_left(due_on: date, *, today: date, days_off: frozenset[date]) -> int:
    """Working days until a verdict is due; negative when it is overdue."""
    return working_days_left(today, due_on, days_off=days_off)


# ── works ─────────────────────────────────────────────────────────────────────
STEPS = (MilestoneKind.CONTRACT, MilestoneKind.WORKS_BEGIN, MilestoneKind.WORKS_END, MilestoneKind.RECEPTION)
"""The milestones that every project has, in their order."""


class Step(Protocol):
    """A milestone as its last entry has it."""

    @property
    def kind(self) -> str: ...
    @property
    def planned_on(self) -> date | None: ...
    @property
    def actual_on(self) -> date | None: ...


AnyStep = TypeVar("AnyStep", bound=Step)


def works_state(steps: Iterable[Step]) -> WorksState:
    """How far the works are, by the milestones that were reached."""
    reached = {step.kind for step in steps if step.actual_on is not None}
    if MilestoneKind.RECEPTION in reached:
        return WorksState.RECEIVED
    if reached & {MilestoneKind.WORKS_BEGIN, MilestoneKind.WORKS_END}:
        return WorksState.WORKS
    return WorksState.CONTRACT if MilestoneKind.CONTRACT in reached else WorksState.NOT_BEGUN


def late_steps(steps: Iterable[AnyStep], *, today: date) -> list[AnyStep]:
    """Milestones whose planned day has passed without them. After the reception nothing is late, and neither
    is what a later milestone has overtaken: that is a day that nobody wrote down.
    """
    known = list(steps)
    reached = [STEPS.index(MilestoneKind(s.kind)) for s in known if s.actual_on and s.kind in STEPS]
    if works_state(known) is WorksState.RECEIVED:
        return []
    return [
        step
        for step in known
        if step.actual_on is None
        and step.planned_on is not None
        and step.planned_on < today
        and not (step.kind in STEPS and STEPS.index(MilestoneKind(step.kind)) < max(reached, default=0))
    ]


def find_disorder(steps: Iterable[AnyStep]) -> tuple[AnyStep, AnyStep] | None:
    """Two milestones that were reached in the wrong order (the earlier one of the list first), or None."""
    reached = sorted(
        (step for step in steps if step.actual_on is not None and step.kind in STEPS),
        key=lambda step: STEPS.index(MilestoneKind(step.kind)),
    )
    for before, after in itertools.pairwise(reached):
        if (
            before.actual_on is not None
            and after.actual_on is not None
            and before.actual_on > after.actual_on
        ):
            return before, after
    return None

"""The council's sitting: the order of voting, the votes by name, and what became of every amendment."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from accounts.policy import Actor
from amendments.models import (
    Act,
    ActVersion,
    AmendmentRow,
    Answer,
    CouncilVote,
    Sitting,
    TakeOver,
)
from amendments.pages.amendments import AmendmentView, CouncilView
from amendments.pages.words import AMENDMENT_STATES, OUTCOME_TONES, OUTCOMES
from amendments.policy import (
    may_begin_vote,
    may_call_sitting,
    may_cancel_sitting,
    may_end_vote,
    may_record_vote,
)
from amendments.queries.sitting import CouncilStanding, Member, holding, read_choices, read_present, read_roll
from amendments.rules.majority import QUORUM, REQUIREMENTS, Choice, Majority, Tally, quorum, tally
from amendments.rules.voting_order import Fate, Order, OrderPolicy, Placed, Why, felled_by, next_vote
from amendments.states import ActState, AmendmentState, Outcome, SittingState
from app.kit.i18n import N_
from app.kit.policy import Verdict

CHOICES: dict[Choice, str] = {
    Choice.FOR: N_("For"),
    Choice.AGAINST: N_("Against"),
    Choice.ABSTAINED: N_("Abstained"),
    Choice.BARRED: N_("Takes no part: conflict of interest"),
    Choice.ABSENT: N_("Absent"),
}
MAJORITIES: dict[Majority, str] = {
    Majority.SIMPLE: N_("more than half of those who take part in the vote"),
    Majority.ABSOLUTE: N_("more than half of the councillors in office"),
    Majority.TWO_THIRDS: N_("two thirds of the councillors in office"),
}
POLICIES: dict[OrderPolicy, str] = {
    OrderPolicy.FAR_REACHING: N_("The furthest-reaching first"),
    OrderPolicy.SUBMISSION: N_("In the order of submission"),
}
POLICY_WORDS: dict[OrderPolicy, str] = {
    OrderPolicy.FAR_REACHING: N_(
        "Part by part as they come in the text. Where amendments contradict each other, the one that changes "
        "most is voted first."
    ),
    OrderPolicy.SUBMISSION: N_("As they were registered."),
}
WHY: dict[Why, str] = {
    Why.REJECTS_ACT: N_("It proposes that there is no decision at all, so it is voted before all others."),
    Why.ALONE: N_("Nothing contradicts it. It stands where its place in the text is."),
    Why.TAKES_OUT: N_("It takes the whole part out: of those that contradict each other it goes furthest."),
    Why.REWRITES: N_("It writes the whole part anew, and goes further than those after it."),
    Why.REACHES: N_("It changes %(percent)s%% of the words, more than those after it."),
    Why.FIGURE: N_("Its figure is further from the one of the draft than those after it."),
    Why.PLACE: N_("It goes as far as the next one, and stands earlier in the text."),
    Why.NUMBER: N_("It goes as far as the next one, and was registered before it."),
    Why.LEAST: N_("Of those that contradict each other it is closest to the draft."),
    Why.SUBMITTED: N_("By the order of submission."),
    Why.WHOLE_ACT: N_("Last, the draft decision as it then reads."),
}
FATES: dict[Fate, str] = {
    Fate.WAITING: N_("Waits for its vote"),
    Fate.ADOPTED: N_("Adopted"),
    Fate.REJECTED: N_("Voted down"),
    Fate.FALLEN: N_("Fell"),
}
FATE_TONES: dict[Fate, str] = {
    Fate.WAITING: "info",
    Fate.ADOPTED: "success",
    Fate.REJECTED: "danger",
    Fate.FALLEN: "neutral",
}
SITTING_STATES: dict[SittingState, str] = {
    SittingState.CALLED: N_("The sitting is called"),
    SittingState.VOTING: N_("The council is voting"),
    SittingState.CLOSED: N_("The sitting was held"),
    SittingState.CANCELLED: N_("The sitting was not held"),
}


class VoteView(msgspec.Struct, frozen=True, kw_only=True):
    """A record of a vote by name. `groups`: (title, names) of each choice that somebody made."""

    counts: list[tuple[str, int]]
    groups: list[tuple[str, list[str]]]
    for_count: int
    needed: int
    passed: bool
    reason: str
    by: str
    at: datetime


class MotionView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is put to the vote. `together`: (number, address) of those that propose the same;
    `earlier`: records that were corrected.
    """

    id: str
    amendment: AmendmentView | None
    why: str
    percent: int
    councillor: str
    together: list[tuple[str, str]]
    fate: str
    fate_title: str
    tone: str
    felled_by: str
    vote: VoteView | None
    earlier: list[VoteView]
    is_next: bool


class SittingHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every page of a sitting begins with."""

    act_id: str
    act_number: str
    act_title: str
    state: str
    state_title: str
    held_on: date
    begins_at: str
    place: str
    link: str
    policy: str
    policy_words: str
    majority: str
    source: str
    is_confirmed: bool
    decision: str


def view_head(act: Act, sitting: Sitting) -> SittingHead:
    """A sitting as every page names it."""
    requirement = REQUIREMENTS[Majority(act.majority)]
    policy = OrderPolicy(sitting.policy)
    return SittingHead(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        state=sitting.state,
        state_title=SITTING_STATES[SittingState(sitting.state)],
        held_on=sitting.held_on,
        begins_at=sitting.begins_at,
        place=sitting.place,
        link=sitting.link,
        policy=POLICIES[policy],
        policy_words=POLICY_WORDS[policy],
        majority=MAJORITIES[Majority(act.majority)],
        source=requirement.source,
        is_confirmed=requirement.is_confirmed,
        decision=decision_of(sitting),
    )


def decision_of(sitting: Sitting | None) -> str:
    """The number of the adopted decision, as it is cited; empty when there is none."""
    if sitting is None or sitting.decision_number is None:
        return ""
    return f"HCL {sitting.decision_number}/{sitting.decision_year}"


class SittingPage(msgspec.Struct, frozen=True, kw_only=True):
    """The public page of a sitting. `is_provisional`: its vote has not begun, and the order may still change;
    `cancelled`: earlier sittings, (day, reason).
    """

    act_id: str
    act_number: str
    act_title: str
    act_state: str
    head: SittingHead | None
    motions: list[MotionView]
    is_provisional: bool
    present: list[str]
    absent: list[str]
    quorum: int
    quorum_source: str
    cancelled: list[tuple[date, str]]
    version: int
    adopted_version: int
    may_call: bool
    may_begin: Verdict
    is_secretariat: bool
    may_record: bool
    may_end: bool
    may_cancel: bool
    may_take_over: bool
    typed: str = ""
    errors: dict[str, str] = {}


def build_sitting(
    act: Act,
    sitting: Sitting | None,
    actor: Actor | None,
    *,
    order: Order,
    views: Mapping[str, AmendmentView],
    taken: Mapping[str, TakeOver],
    votes: Sequence[CouncilVote],
    fates: Mapping[str, Fate],
    cancelled: Sequence[Sitting],
    versions: Sequence[ActVersion],
    is_councillor: bool,
    today: date,
    typed: str = "",
    errors: dict[str, str] | None = None,
) -> SittingPage:
    """The page of a sitting; without one, what would be put to the vote."""
    roll = read_roll(sitting) if sitting else ()
    there = read_present(sitting) if sitting else frozenset()
    waiting = next_vote(order, fates) if fates else None
    may_record = bool(may_record_vote(actor, act))
    return SittingPage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        act_state=act.state,
        head=view_head(act, sitting) if sitting else None,
        motions=view_motions(order, views, taken, votes, fates, roll),
        is_provisional=not roll,
        present=[one.name for one in roll if one.id in there],
        absent=[one.name for one in roll if one.id not in there],
        quorum=quorum(len(roll)) if roll else 0,
        quorum_source=QUORUM.source,
        cancelled=[(one.held_on, one.end_reason) for one in cancelled],
        version=next((one.sequence for one in versions if sitting and one.id == sitting.version_id), 0),
        adopted_version=next((one.sequence for one in versions if one.kind == "adopted"), 0),
        may_call=sitting is None and bool(may_call_sitting(actor, act)),
        may_begin=may_begin_vote(actor, act, sitting, today=today),
        is_secretariat=bool(may_call_sitting(actor, act)),
        may_record=may_record,
        may_end=bool(fates) and waiting is None and bool(may_end_vote(actor, act)),
        may_cancel=sitting is not None and bool(may_cancel_sitting(actor, act, sitting)),
        may_take_over=is_councillor and act.state == ActState.COUNCIL,
        typed=typed,
        errors=errors or {},
    )


def view_motions(
    order: Order,
    views: Mapping[str, AmendmentView],
    taken: Mapping[str, TakeOver],
    votes: Sequence[CouncilVote],
    fates: Mapping[str, Fate],
    roll: Sequence[Member],
) -> list[MotionView]:
    """Everything that is put to the vote, in its order."""
    waiting = next_vote(order, fates) if fates else None
    return [
        _view_motion(one, order, views, taken, votes, fates, roll, is_next=one.id == waiting)
        for one in order.votes
    ]


def _view_motion(
    one: Placed,
    order: Order,
    views: Mapping[str, AmendmentView],
    taken: Mapping[str, TakeOver],
    votes: Sequence[CouncilVote],
    fates: Mapping[str, Fate],
    roll: Sequence[Member],
    *,
    is_next: bool,
) -> MotionView:
    fate = fates.get(one.id, Fate.WAITING)
    held = holding(votes).get(one.id)
    by = felled_by(order, fates, one.id) if fates else None
    own = [view_vote(vote, roll) for vote in votes if vote.motion == one.id]
    return MotionView(
        id=one.id,
        amendment=views.get(one.id),
        why=WHY[one.why],
        percent=one.percent,
        councillor=taken[one.id].by_name if one.id in taken else "",
        together=[(views[id].number, views[id].href) for id in one.together if id in views],
        fate=fate.value,
        fate_title=FATES[fate],
        tone=FATE_TONES[fate],
        felled_by=views[by].number if by and by in views else "",
        vote=own[-1] if held else None,
        earlier=own[:-1],
        is_next=is_next,
    )


def view_vote(vote: CouncilVote, roll: Sequence[Member]) -> VoteView:
    """A record with the names."""
    choices = read_choices(vote)
    counted = tally(choices.values())
    return VoteView(
        counts=list_counts(counted),
        groups=[
            (CHOICES[choice], [one.name for one in roll if choices.get(one.id) is choice])
            for choice in Choice
            if choice in choices.values()
        ],
        for_count=vote.for_count,
        needed=vote.needed_count,
        passed=vote.passed,
        reason=vote.reason,
        by=vote.by_name,
        at=vote.at,
    )


def list_counts(counted: Tally) -> list[tuple[str, int]]:
    """How many did what, each with its word."""
    return [(CHOICES[choice], getattr(counted, f"{choice.value}_count")) for choice in Choice]


# ── what became of every amendment ────────────────────────────────────────────
class OutcomeRow(msgspec.Struct, frozen=True, kw_only=True):
    """The way of one amendment, from its registration to the version that it is in."""

    number: str
    href: str
    author: str
    answer: str
    answer_tone: str
    councillor: str
    fate: str
    fate_tone: str
    version: int


class OutcomePage(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every amendment to an act."""

    act_id: str
    act_number: str
    act_title: str
    decision: str
    is_over: bool
    rows: list[OutcomeRow]
    in_text: int
    total: int


def build_outcome(
    act: Act,
    sitting: Sitting | None,
    *,
    rows: Sequence[AmendmentRow],
    answers: Mapping[uuid.UUID, Answer],
    taken: Mapping[str, TakeOver],
    fates: Mapping[str, Fate],
    contained: Mapping[str, int],
) -> OutcomePage:
    """`contained`: the version into which each amendment went."""
    built = [_outcome_row(row, answers.get(row.id), taken, fates, contained) for row in rows]
    return OutcomePage(
        act_id=str(act.id),
        act_number=act.number or "",
        act_title=act.title,
        decision=decision_of(sitting),
        is_over=act.state in (ActState.ADOPTED, ActState.REJECTED),
        rows=built,
        in_text=sum(bool(one.version) for one in built),
        total=len(built),
    )


def _outcome_row(
    row: AmendmentRow,
    answer: Answer | None,
    taken: Mapping[str, TakeOver],
    fates: Mapping[str, Fate],
    contained: Mapping[str, int],
) -> OutcomeRow:
    fate = fates.get(str(row.id))
    outcome = Outcome(answer.outcome) if answer and row.state == AmendmentState.ANSWERED else None
    return OutcomeRow(
        number=row.number or "",
        href=f"/acts/{row.act_id}/amendments/{row.id}",
        author=row.author_name,
        answer=OUTCOMES[outcome] if outcome else AMENDMENT_STATES[AmendmentState(row.state)],
        answer_tone=OUTCOME_TONES[outcome] if outcome else "neutral",
        councillor=taken[str(row.id)].by_name if str(row.id) in taken else "",
        fate=FATES[fate] if fate else "",
        fate_tone=FATE_TONES[fate] if fate else "",
        version=contained.get(str(row.id), 0),
    )


# ── an amendment's own page ────────────────────────────────────────────────────
def view_council(standing: CouncilStanding | None) -> CouncilView | None:
    """What an amendment's own page says of the council."""
    if standing is None:
        return None
    return CouncilView(
        councillor=standing.councillor,
        reason=standing.reason,
        fate_title=FATES[standing.fate],
        tone=FATE_TONES[standing.fate],
        felled_by=standing.felled_by,
    )

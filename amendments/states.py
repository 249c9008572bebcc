"""The life of an act in debate, of a round of that debate, and of an amendment, as tables.

An act is a draft decision of the council. DRAFT → DEBATE → CLOSED → (DEBATE again, on a new version) →
COUNCIL → VOTING → ADOPTED or REJECTED; WITHDRAWN by its initiator before the vote is over.
"""

from enum import StrEnum

from app.kit.errors import Conflict
from app.kit.i18n import N_


class ActState(StrEnum):
    """The life of an act."""

    DRAFT = "draft"  # the secretariat prepares it; nobody else sees it
    DEBATE = "debate"  # announced: everybody reads it and proposes amendments
    CLOSED = "closed"  # the time for proposals has ended; the answers are being written
    COUNCIL = "council"  # the final version is before the council
    VOTING = "voting"  # the council's vote has begun: the order of voting stands
    ADOPTED = "adopted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


DECIDED_ACTS = frozenset({ActState.ADOPTED, ActState.REJECTED, ActState.WITHDRAWN})
"""Nothing more happens to these."""

ACT_MOVES: dict[ActState, frozenset[ActState]] = {
    ActState.DRAFT: frozenset({ActState.DEBATE}),
    ActState.DEBATE: frozenset({ActState.CLOSED, ActState.WITHDRAWN}),
    ActState.CLOSED: frozenset({ActState.DEBATE, ActState.COUNCIL, ActState.WITHDRAWN}),
    ActState.COUNCIL: frozenset({ActState.VOTING, ActState.WITHDRAWN}),
    # back where the sitting was broken off: the vote is held again
    ActState.VOTING: frozenset({ActState.ADOPTED, ActState.REJECTED, ActState.COUNCIL, ActState.WITHDRAWN}),
    ActState.ADOPTED: frozenset(),
    ActState.REJECTED: frozenset(),
    ActState.WITHDRAWN: frozenset(),
}

PUBLIC_ACTS = frozenset(ActState) - {ActState.DRAFT}


class VersionKind(StrEnum):
    """What a version of an act is."""

    INITIAL = "initial"  # as it was announced
    CONSOLIDATED = "consolidated"  # with what was accepted in a round of the debate
    ADOPTED = "adopted"  # as the council voted it


class AmendmentState(StrEnum):
    """The life of an amendment."""

    DRAFT = "draft"  # seen by its author alone
    SUBMITTED = "submitted"  # registered, public, waiting for an answer
    RETURNED = "returned"  # to its author, to be completed; public, with the reason
    INADMISSIBLE = "inadmissible"  # not about this act, or no amendment at all; with the reason
    WITHDRAWN = "withdrawn"
    ANSWERED = "answered"
    TABLED = "tabled"  # a councillor's, on the final text: it is not answered, the council votes on it


AMENDMENT_MOVES: dict[AmendmentState, frozenset[AmendmentState]] = {
    AmendmentState.DRAFT: frozenset({AmendmentState.SUBMITTED, AmendmentState.TABLED}),
    AmendmentState.SUBMITTED: frozenset(
        {
            AmendmentState.RETURNED,
            AmendmentState.INADMISSIBLE,
            AmendmentState.WITHDRAWN,
            AmendmentState.ANSWERED,
        }
    ),
    # completed, or, after its term, standing as it was sent
    AmendmentState.RETURNED: frozenset({AmendmentState.SUBMITTED, AmendmentState.WITHDRAWN}),
    AmendmentState.INADMISSIBLE: frozenset({AmendmentState.SUBMITTED}),  # the decision was a mistake
    AmendmentState.WITHDRAWN: frozenset(),
    # superseded; or deferred, and open again in the next round
    AmendmentState.ANSWERED: frozenset({AmendmentState.ANSWERED, AmendmentState.SUBMITTED}),
    AmendmentState.TABLED: frozenset({AmendmentState.WITHDRAWN}),
}

REGISTERED = frozenset(AmendmentState) - {AmendmentState.DRAFT}
UNANSWERED = frozenset({AmendmentState.SUBMITTED, AmendmentState.RETURNED})
"""Nothing goes forward while one of these is left."""


class Outcome(StrEnum):
    """What an answer says of an amendment. Source: Law 52/2003, art. 12 (3): refusals are reasoned in
    writing.
    """

    ACCEPTED = "accepted"
    CHANGED = "changed"  # accepted with changes: a counter-text stands for it
    PARTLY = "partly"  # some of its operations, where its author said that they may be parted
    REJECTED = "rejected"
    ALREADY_IN = "already_in"  # the act says it, or another accepted amendment does
    OUT_OF_SCOPE = "out_of_scope"
    DEFERRED = "deferred"  # stays open in the next round, on the new text


INTO_TEXT = frozenset({Outcome.ACCEPTED, Outcome.CHANGED, Outcome.PARTLY})
"""Outcomes that change the text; the others need a reason."""


class AuthorKind(StrEnum):
    """For whom an amendment is proposed."""

    RESIDENT = "resident"
    ASSOCIATION = "association"
    BUSINESS = "business"
    COUNCILLOR = "councillor"
    INITIATOR = "initiator"


class SittingState(StrEnum):
    """The life of a sitting of the council, as far as one act is concerned."""

    CALLED = "called"  # its day and place are public
    VOTING = "voting"  # who is there is written down, the order of voting stands
    CLOSED = "closed"  # everything was voted
    CANCELLED = "cancelled"  # not held, or broken off; with the reason


SITTING_MOVES: dict[SittingState, frozenset[SittingState]] = {
    SittingState.CALLED: frozenset({SittingState.VOTING, SittingState.CANCELLED}),
    SittingState.VOTING: frozenset({SittingState.CLOSED, SittingState.CANCELLED}),
    SittingState.CLOSED: frozenset(),
    SittingState.CANCELLED: frozenset(),
}


class DebateState(StrEnum):
    """The life of a public debate meeting."""

    CALLED = "called"  # its day and place are public, speakers register
    ENDED = "ended"  # everybody has had the word; the minutes are being written
    PUBLISHED = "published"  # so are the minutes
    CANCELLED = "cancelled"  # called off before its end; with the reason


DEBATE_MOVES: dict[DebateState, frozenset[DebateState]] = {
    DebateState.CALLED: frozenset({DebateState.ENDED, DebateState.CANCELLED}),
    DebateState.ENDED: frozenset({DebateState.PUBLISHED}),
    DebateState.PUBLISHED: frozenset(),
    DebateState.CANCELLED: frozenset(),
}


class IllegalMove(Conflict):
    default = N_("Somebody has changed this in the meantime. Look at it again.")


def check_act(current: ActState, to: ActState) -> None:
    """Raises: IllegalMove unless an act may go from `current` to `to`."""
    if to not in ACT_MOVES[current]:
        raise IllegalMove()


def check_amendment(current: AmendmentState, to: AmendmentState) -> None:
    """Raises: IllegalMove unless an amendment may go from `current` to `to`."""
    if to not in AMENDMENT_MOVES[current]:
        raise IllegalMove()


def check_sitting(current: SittingState, to: SittingState) -> None:
    """Raises: IllegalMove unless a sitting may go from `current` to `to`."""
    if to not in SITTING_MOVES[current]:
        raise IllegalMove()


def check_debate(current: DebateState, to: DebateState) -> None:
    """Raises: IllegalMove unless a public debate may go from `current` to `to`."""
    if to not in DEBATE_MOVES[current]:
        raise IllegalMove()

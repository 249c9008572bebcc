"""What a poll can be, and how it moves from one to the next.

DRAFT → ANNOUNCED → OPEN → CLOSED → TALLIED → CERTIFIED; CANCELLED before OPEN ends. Two officials confirm
the opening in advance and the closing protocol afterwards; in between only the clock acts. Cancelling takes
two as well: one proposes it in public, another confirms that very reason.
"""

from datetime import timedelta
from enum import StrEnum

from app.kit.errors import Conflict


class PollState(StrEnum):
    """The life of a poll."""

    DRAFT = "draft"  # frozen, seen by election officers only
    ANNOUNCED = "announced"  # public; waits for two confirmations and its date
    OPEN = "open"
    CLOSED = "closed"  # the box is frozen; waits for the protocol, then for the count
    TALLIED = "tallied"  # counted and published
    CERTIFIED = "certified"  # two officials have certified the published result
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What two different officials confirm."""

    OPEN = "open"
    CLOSE = "close"
    CERTIFY = "certify"
    CANCEL = "cancel"  # the first confirmation is the proposal, with its reason


NEEDED_CONFIRMATIONS = 2  # four eyes

MOVES: dict[PollState, frozenset[PollState]] = {
    PollState.DRAFT: frozenset({PollState.ANNOUNCED, PollState.CANCELLED}),
    PollState.ANNOUNCED: frozenset({PollState.OPEN, PollState.CANCELLED}),
    PollState.OPEN: frozenset({PollState.CLOSED, PollState.CANCELLED}),
    PollState.CLOSED: frozenset({PollState.TALLIED}),
    PollState.TALLIED: frozenset({PollState.CERTIFIED}),
    PollState.CERTIFIED: frozenset(),
    PollState.CANCELLED: frozenset(),
}

STATES_OF_ACT: dict[Act, frozenset[PollState]] = {
    Act.OPEN: frozenset({PollState.ANNOUNCED}),
    Act.CLOSE: frozenset({PollState.CLOSED}),
    Act.CERTIFY: frozenset({PollState.TALLIED}),
    Act.CANCEL: frozenset(state for state, moves in MOVES.items() if PollState.CANCELLED in moves),
}
"""The states in which each act can be confirmed."""

PUBLIC_STATES = frozenset(PollState) - {PollState.DRAFT}
COUNTED_STATES = frozenset({PollState.TALLIED, PollState.CERTIFIED})


class IllegalMove(Conflict):
    """The poll is no longer, or not yet, in a state from which this can be done."""

    default = "This vote is no longer in the state that you saw. Look at its page again."


def check_move(current: PollState, to: PollState) -> None:
    """Raises: IllegalMove unless the table allows the move."""
    if to not in MOVES[current]:
        raise IllegalMove()


class SealingPhase(StrEnum):
    """How far the ceremony of a sealed vote has come."""

    CHOSEN = "chosen"  # its ballots will be sealed; the trustees are to be named
    KEYS = "keys"  # every trustee's key, or certificate where a threshold is enough
    POLYNOMIALS = "polynomials"  # with a threshold: what trustees write to one another
    SHARES = "shares"  # with a threshold: everybody's share, checked by its holder
    ROLL = "roll"  # the keys are there; the roll is to be frozen and its credentials delivered
    READY = "ready"  # the election is on the board; ballots come when the poll is open
    ENDED = "ended"  # no more ballots; those that count are to be put together
    MIXING = "mixing"
    OPENING = "opening"
    OPENED = "opened"  # the rankings are on the board: the count may run


PHASES: dict[SealingPhase, frozenset[SealingPhase]] = {
    SealingPhase.CHOSEN: frozenset({SealingPhase.KEYS}),
    SealingPhase.KEYS: frozenset({SealingPhase.POLYNOMIALS, SealingPhase.ROLL}),
    SealingPhase.POLYNOMIALS: frozenset({SealingPhase.SHARES}),
    SealingPhase.SHARES: frozenset({SealingPhase.ROLL}),
    SealingPhase.ROLL: frozenset({SealingPhase.READY}),
    SealingPhase.READY: frozenset({SealingPhase.ENDED}),
    SealingPhase.ENDED: frozenset(
        {SealingPhase.MIXING, SealingPhase.OPENED}
    ),  # without ballots: nothing to do
    SealingPhase.MIXING: frozenset({SealingPhase.OPENING}),
    SealingPhase.OPENING: frozenset({SealingPhase.OPENED}),
    SealingPhase.OPENED: frozenset(),
}


class Step(StrEnum):
    """What is delivered in the ceremony; the registrar delivers the credentials, trustees the rest."""

    KEY = "key"
    CERTIFICATE = "certificate"
    POLYNOMIAL = "polynomial"
    SHARE = "share"
    CREDENTIALS = "credentials"
    SHUFFLE = "shuffle"
    DECRYPTION = "decryption"


class Delivery(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"  # to be checked by a worker
    ACCEPTED = "accepted"
    REFUSED = "refused"


class PaperPhase(StrEnum):
    """How far the papers of a vote with polling places have come."""

    PLANNED = "planned"  # there are polling places; their papers are not all entered and signed
    SETTLED = "settled"  # every place's protocol is signed: the papers are fixed


class SheetKind(StrEnum):
    """What a clerk finds on one paper out of the box."""

    BALLOT = "ballot"
    BLANK = "blank"
    SPOILED = "spoiled"  # it cannot be counted; the reason says why


READINGS = (1, 2)  # every paper is entered twice, by two clerks blind to each other
SAW_OWN, SAW_BOTH = "own", "both"  # what a clerk who is not blind any more knows of a place
DECIDING = 3  # what the third clerk enters where the two differ
UNDO_PAPER = timedelta(minutes=10)  # a slip of the hand at the table; later the paper may be in the box


def check_phase(current: str | None, to: SealingPhase) -> None:
    """Raises: IllegalMove unless the table allows the turn."""
    if current is None or to not in PHASES[SealingPhase(current)]:
        raise IllegalMove()

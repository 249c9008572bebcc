"""Roles, ways of verifying a residence, and the life of a letter, as tables."""

from datetime import timedelta
from enum import StrEnum

from app.kit.errors import Conflict


class Role(StrEnum):
    """What an official may do. Giving and taking a role is a public fact."""

    REVIEWER = "reviewer"  # the idea-review department
    DESK = "desk"  # verifies residence
    ELECTION = "election"  # opens, closes and counts votes
    CLERK = "clerk"  # polling place: gives out paper ballots, enters and signs them
    SECRETARIAT = "secretariat"  # prepares, announces and consolidates draft decisions of the council
    COUNCILLOR = "councillor"  # answers amendments, as initiator or for the initiator
    INITIATOR = "initiator"  # the mayor, or who else proposes decisions to the council: answers amendments
    DEPARTMENT = "department"  # prepares answers to amendments, and gives none
    ORGANIZER = "organizer"  # plans field consultations, and writes down what came of them
    DOOR = "door"  # checks people in at a consultation
    MODERATOR = "moderator"  # decides on comments that were reported
    ADMIN = "admin"  # gives and takes roles


class Method(StrEnum):
    """How a residence was verified. The desk sees an identity document, so it wins over a letter."""

    DESK = "desk"
    LETTER = "letter"


class LetterState(StrEnum):
    """The life of a letter with a code."""

    REQUESTED = "requested"
    PRINTED = "printed"
    USED = "used"
    CANCELLED = "cancelled"  # by the resident, by the desk, or because a desk verification made it pointless
    EXPIRED = "expired"


# PRINTED to PRINTED: a lost sheet is printed again, with a new code.
MOVES: dict[LetterState, frozenset[LetterState]] = {
    LetterState.REQUESTED: frozenset({LetterState.PRINTED, LetterState.CANCELLED}),
    LetterState.PRINTED: frozenset(
        {LetterState.PRINTED, LetterState.USED, LetterState.CANCELLED, LetterState.EXPIRED}
    ),
    LetterState.USED: frozenset(),
    LetterState.CANCELLED: frozenset(),
    LetterState.EXPIRED: frozenset(),
}
OPEN_LETTERS = (LetterState.REQUESTED, LetterState.PRINTED)


class IllegalMove(Conflict):
    default = "Somebody has changed this in the meantime."


def check_move(current: LetterState, to: LetterState) -> None:
    """Raises: IllegalMove unless a letter may go from `current` to `to`."""
    if to not in MOVES[current]:
        raise IllegalMove()


# How long things last. Idle: since the last request; absolute: since the sign-in, however busy.
RESIDENT_IDLE = timedelta(days=14)
RESIDENT_ABSOLUTE = timedelta(days=90)
OFFICIAL_IDLE = timedelta(
    hours=2
)  # a desk that somebody left; OWASP asks 2-5 min to 30 min for banks, hours here
OFFICIAL_ABSOLUTE = timedelta(hours=12)  # one working day
PENDING_LIFE = timedelta(minutes=10)  # between the password and the second factor
PENDING_TRIES = 5  # wrong second factors before the password is asked again: 3 of 10^6 codes are right
SIGN_UP_LIFE = timedelta(hours=48)
RESET_LIFE = timedelta(hours=1)
EMAIL_CHANGE_LIFE = timedelta(hours=48)
LETTER_LIFE = timedelta(days=60)  # counted from printing; the post takes days, people travel
LETTER_TRIES = 5  # of 32^12 codes
RECOVERY_CODES = 10
# A closed account's identity hash stays this long, so that nobody takes part twice in one cycle (a year at
# most) by closing an account and opening another.
KEEP_IDENTITY = timedelta(days=400)

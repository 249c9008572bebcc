"""The life of a consultation and of a registration, as tables; what is in force of the programme's terms."""

from datetime import timedelta
from enum import StrEnum

from app.kit.errors import Conflict
from app.kit.i18n import N_


class State(StrEnum):
    """The life of a consultation."""

    PROPOSED = "proposed"  # in the plan, seen by organizers alone
    PUBLISHED = "published"
    HELD = "held"
    NOT_HELD = "not_held"  # published, and nobody held it
    CANCELLED = "cancelled"  # called off before it began


# A report is corrected in public; who called one off by mistake takes that back until it would have begun.
MOVES: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.PUBLISHED}),
    State.PUBLISHED: frozenset({State.HELD, State.NOT_HELD, State.CANCELLED}),
    State.HELD: frozenset({State.NOT_HELD}),
    State.NOT_HELD: frozenset({State.HELD}),
    State.CANCELLED: frozenset({State.PUBLISHED}),
}
PUBLIC_STATES = frozenset(State) - {State.PROPOSED}
STATE_TITLES: dict[State, str] = {
    State.PROPOSED: N_("Proposed"),
    State.PUBLISHED: N_("Planned"),
    State.HELD: N_("Held"),
    State.NOT_HELD: N_("Not held"),
    State.CANCELLED: N_("Called off"),
}


class IllegalMove(Conflict):
    default = N_("Somebody has changed this consultation in the meantime.")


def check_move(current: State, to: State) -> None:
    """Raises: IllegalMove unless a consultation may go from `current` to `to`."""
    if to not in MOVES[current]:
        raise IllegalMove()


class ChangeKind(StrEnum):
    """What happened to a consultation that was published."""

    PUBLISHED = "published"
    MOVED = "moved"  # another day, hour or venue
    EDITED = "edited"  # its words, host or places
    CANCELLED = "cancelled"
    REINSTATED = "reinstated"
    HELD = "held"
    NOT_HELD = "not_held"
    CORRECTED = "corrected"  # what was reported of it


CHANGE_TITLES: dict[ChangeKind, str] = {
    ChangeKind.PUBLISHED: N_("Published"),
    ChangeKind.MOVED: N_("Moved"),
    ChangeKind.EDITED: N_("Changed"),
    ChangeKind.CANCELLED: N_("Called off"),
    ChangeKind.REINSTATED: N_("Takes place after all"),
    ChangeKind.HELD: N_("Held"),
    ChangeKind.NOT_HELD: N_("Not held"),
    ChangeKind.CORRECTED: N_("The report was corrected"),
}


class Coming(StrEnum):
    """The life of a registration."""

    CONFIRMED = "confirmed"  # has its places
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"


class Via(StrEnum):
    """How somebody registered."""

    WEB = "web"
    PHONE = "phone"  # an operator wrote it down
    DOOR = "door"  # walked in


class Theme(StrEnum):
    """What a consultation is about."""

    GENERAL = "general"
    STREETS = "streets"
    GREEN = "green"
    SCHOOLS = "schools"
    BUILDINGS = "buildings"
    WASTE = "waste"
    SAFETY = "safety"
    SOCIAL = "social"
    CULTURE = "culture"


THEME_TITLES: dict[Theme, str] = {
    Theme.GENERAL: N_("Anything"),
    Theme.STREETS: N_("Streets, pavements, parking"),
    Theme.GREEN: N_("Parks and trees"),
    Theme.SCHOOLS: N_("Schools and nurseries"),
    Theme.BUILDINGS: N_("Housing and heating"),
    Theme.WASTE: N_("Waste and cleanliness"),
    Theme.SAFETY: N_("Public order and safety"),
    Theme.SOCIAL: N_("Social care and health"),
    Theme.CULTURE: N_("Culture and sport"),
}

MOST_GUESTS = 4  # whom one person brings along: a family
MOST_PLACES = 5_000  # of one consultation: a square, not a stadium
LONGEST = timedelta(hours=12)
SHORTEST = timedelta(minutes=15)

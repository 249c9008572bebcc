"""The life of a comment, what may be wrong with one, and what moderators decide, as tables."""

from datetime import timedelta
from enum import StrEnum

from app.kit.errors import Conflict
from app.kit.i18n import N_


class CommentState(StrEnum):
    """The life of a comment."""

    VISIBLE = "visible"
    WITHDRAWN = "withdrawn"  # by its author; its words are gone
    HIDDEN = "hidden"  # by a moderator, with a public reason; its words are kept for an appeal


MOVES: dict[CommentState, frozenset[CommentState]] = {
    CommentState.VISIBLE: frozenset({CommentState.WITHDRAWN, CommentState.HIDDEN}),
    CommentState.HIDDEN: frozenset({CommentState.VISIBLE}),
    CommentState.WITHDRAWN: frozenset(),
}


class Ground(StrEnum):
    """What is wrong with a comment, to who reports it and to who decides."""

    INSULT = "insult"
    HATE = "hate"
    PERSONAL_DATA = "personal_data"
    ILLEGAL = "illegal"
    ADVERTISING = "advertising"
    FLOODING = "flooding"
    OFF_TOPIC = "off_topic"


class Decision(StrEnum):
    """What a moderator decides. The first two after reports or by themselves, the others on an appeal."""

    HIDDEN = "hidden"
    KEPT = "kept"
    RESTORED = "restored"
    UPHELD = "upheld"


class Sort(StrEnum):
    """In which order comments stand; replies always stand as they came."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SUPPORTED = "supported"


EDIT_TIME = timedelta(minutes=15)
MAX_HOURLY, MAX_DAILY = 12, 40  # comments of one person; more is a machine, or a quarrel


class IllegalMove(Conflict):
    default = N_("Somebody has changed this comment in the meantime. Look at it again.")


def check_move(current: CommentState, to: CommentState) -> None:
    """Raises: IllegalMove unless a comment may go from `current` to `to`."""
    if to not in MOVES[current]:
        raise IllegalMove()

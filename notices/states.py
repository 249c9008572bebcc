"""Why somebody is told, how soon, and when the week ends."""

from datetime import datetime, time, timedelta
from enum import StrEnum

from app.kit.clock import BUCHAREST

MAX_FOLLOWS = 500  # topics that one person follows: more is no following
BATCH = 200  # people who are told in one transaction
DIGEST_AT = time(8, 0)  # on Mondays, Bucharest time: what happened is read before the week's errands


class Kind(StrEnum):
    """Why somebody is told; each has a rhythm that the person chooses."""

    OWN = "own"  # their idea
    SUPPORTED = "supported"  # an idea that they support or follow
    WORKS = "works"  # the works on a project that began as such an idea, or that they follow
    REPLIES = "replies"  # to a comment of theirs
    ACTS = "acts"  # a draft decision that they follow
    AREA = "area"  # something in their neighbourhood


class Rhythm(StrEnum):
    """How soon, and by which channel: a message at once, one a week, or no message at all but an entry on the
    page of one's account (and in one's private feed, which has all entries).
    """

    NOW = "now"
    WEEKLY = "weekly"
    PAGE = "page"
    NEVER = "never"


UNMAILED = frozenset({Rhythm.PAGE, Rhythm.NEVER})
"""Rhythms in which nothing is mailed."""


DEFAULTS: dict[Kind, Rhythm] = {
    Kind.OWN: Rhythm.NOW,
    Kind.SUPPORTED: Rhythm.WEEKLY,
    Kind.WORKS: Rhythm.WEEKLY,
    Kind.REPLIES: Rhythm.NOW,
    Kind.ACTS: Rhythm.NOW,  # terms run, and meetings are called
    Kind.AREA: Rhythm.NEVER,  # neighbours are told when they have asked for it
}
"""What holds for somebody who has not chosen."""


class Link(StrEnum):
    """How people are linked to an event, in the order in which they are looked for: the first one counts."""

    NAMED = "named"  # by the event itself
    OWN = "own"
    SUPPORTED = "supported"
    FOLLOWED = "followed"
    AREA = "area"


KINDS: dict[Link, Kind] = {
    Link.NAMED: Kind.OWN,
    Link.OWN: Kind.OWN,
    Link.SUPPORTED: Kind.SUPPORTED,
    Link.FOLLOWED: Kind.SUPPORTED,
    Link.AREA: Kind.AREA,
}
"""As what people are told who are linked in this way, unless the event has a kind of its own."""

ALL, DIGEST = "all", "digest"
"""What one can say stop to, besides a kind and a topic: everything, and what comes once a week."""


def digest_due(now: datetime) -> datetime:
    """The last Monday morning: what happened before it and has not been told goes into a digest."""
    local = now.astimezone(BUCHAREST)
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, DIGEST_AT, BUCHAREST)
    return due if due <= local else datetime.combine(monday - timedelta(days=7), DIGEST_AT, BUCHAREST)

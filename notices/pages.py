"""What the templates of notices are given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from app.kit.i18n import N_, Locale
from notices.models import Follow, Notice, NoticeEvent
from notices.queries import Topic
from notices.service.announcing import say
from notices.states import ALL, DIGEST, Kind, Rhythm

KIND_TITLES = {
    Kind.OWN: N_("My ideas"),
    Kind.SUPPORTED: N_("Ideas that I support or follow"),
    Kind.WORKS: N_("Works on the projects that came of them"),
    Kind.REPLIES: N_("Replies to my comments"),
    Kind.ACTS: N_("Draft decisions that I follow"),
    Kind.AREA: N_("My neighbourhood"),
}
KIND_HINTS = {
    Kind.OWN: N_("Each step from the registration to the reception of the works."),
    Kind.SUPPORTED: N_("Each step: questions, decisions, the vote."),
    Kind.WORKS: N_(
        "Milestones that were planned, reached or missed; the reception; what the department answers."
    ),
    Kind.REPLIES: N_("Where you asked to be told, once a comment."),
    Kind.ACTS: N_("Each step: a new text, a meeting, the answers, the vote."),
    Kind.AREA: N_("New ideas, decisions, results and works where you live."),
}
STOP_TITLES: dict[str, str] = {
    **{kind.value: title for kind, title in KIND_TITLES.items()},
    DIGEST: N_("Everything that you are told once a week"),
    ALL: N_("All notices that are not required by law"),
}


class Choice(msgspec.Struct, frozen=True):
    """A kind with what is chosen; title and hint are msgids."""

    kind: str
    title: str
    hint: str
    rhythm: str


class Followed(msgspec.Struct, frozen=True):
    """Something that is followed; without a title it can no longer be seen."""

    topic: str
    title: str
    path: str
    since: datetime


class Told(msgspec.Struct, frozen=True):
    """A notice, in the reader's language."""

    at: datetime
    title: str
    path: str
    sentence: str
    settled_as: str
    id: str


class NoticesPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to whom looks at it, and what was."""

    choices: list[Choice]
    follows: list[Followed]
    told: list[Told]
    area: str
    feed: str  # its whole address; empty: it is closed
    errors: dict[str, str] = {}


class FeedPage(msgspec.Struct, frozen=True):
    """What somebody is told, for their feed reader."""

    id: str
    own: str
    updated: datetime
    entries: list[Told]


class StopPage(msgspec.Struct, frozen=True):
    """Saying stop: `what` is a msgid or the title of what is followed; empty when the address is not ours."""

    token: str
    all_token: str
    what: str
    is_done: bool = False


def view_choices(rhythms: Mapping[Kind, Rhythm]) -> list[Choice]:
    """Every kind in its order."""
    return [Choice(kind.value, KIND_TITLES[kind], KIND_HINTS[kind], rhythms[kind].value) for kind in Kind]


def view_follows(follows: Sequence[Follow], topics: Mapping[str, Topic]) -> list[Followed]:
    """What is followed, with its title where it can be seen."""
    found = [(one, topics.get(one.topic)) for one in follows]
    return [
        Followed(one.topic, topic.title if topic else "", topic.path if topic else "", one.since)
        for one, topic in found
    ]


def view_told(told: Sequence[tuple[Notice, NoticeEvent]], locale: Locale) -> list[Told]:
    """Notices with their sentences."""
    return [
        Told(event.at, event.title, event.path, say(event, locale), notice.settled_as, str(event.id))
        for notice, event in told
    ]

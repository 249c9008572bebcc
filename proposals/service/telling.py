"""Who is told of each step of an idea and of the works: what is on the timeline is announced here.

Authors are mailed at once of what has a legal term or ends the review (timeline.mail_author), so they are
spared there, and where they did it themselves. Neighbours hear of what changes their street.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.i18n import N_
from notices.service import Announcement, announce
from notices.states import Kind
from proposals.models import Idea
from proposals.states import EVENT_TITLES, STEP_TITLES, EventKind, MilestoneKind

KNOWN_TO_AUTHOR = frozenset(
    {
        EventKind.SUBMITTED,
        EventKind.QUESTION,
        EventKind.ANSWER,
        EventKind.REJECTED,
        EventKind.MERGED,
        EventKind.ACCEPTED,
        EventKind.CHANGED,
        EventKind.FORWARDED,
        EventKind.CONTESTED,
        EventKind.UPHELD,
        EventKind.WITHDRAWN,
        EventKind.FUNDED,
        EventKind.NOT_FUNDED,
    }
)
NEAR = frozenset(
    {
        EventKind.SUBMITTED,
        EventKind.ACCEPTED,
        EventKind.CHANGED,
        EventKind.PUT_TO_VOTE,
        EventKind.FUNDED,
        EventKind.NOT_FUNDED,
        EventKind.REACHED,
    }
)
QUIET = frozenset(
    {
        EventKind.ADVICE_ASKED,
        EventKind.ADVICE_GIVEN,
        EventKind.ADVICE_WITHDRAWN,
        EventKind.ADVICE_LAPSED,
        EventKind.CLAIMED,
        EventKind.CONFLICT,
        EventKind.DEADLINE_MOVED,
        EventKind.UNANSWERED,
        EventKind.CORRECTED,
    }
)
"""Steps of the file that nobody waits for; of a correction, what follows it is told."""

WORKS: dict[EventKind, str] = {
    EventKind.PLANNED: N_("%(step_word)s: planned for %(planned_on)s"),
    EventKind.REPLANNED: N_("%(step_word)s: the plan was changed, with the reason"),
    EventKind.REACHED: N_("%(step_word)s: done on %(actual_on)s"),
    EventKind.REDATED: N_("%(step_word)s: the date was corrected"),
}
MERGED = N_(
    "It was merged into %(into_number)s, %(into_title)s. If you supported it: nobody moves your support for "
    "you, one button on its page carries it over."
)


def announce_step(
    session: AsyncSession, idea: Idea, kind: EventKind, facts: Mapping[str, object], *, now: datetime
) -> None:
    """Announce an entry of an idea's timeline. Queues: notices.jobs.spread."""
    if kind in QUIET:
        return
    is_merger = kind is EventKind.MERGED
    words = MERGED if is_merger else WORKS.get(kind, EVENT_TITLES[kind])
    announce(
        session,
        Announcement(
            topic=f"idea:{idea.id}",
            title=f"{idea.number}, {idea.title}",
            path=f"/ideas/{idea.id}",
            words=words,
            facts=step_facts(facts) if kind in WORKS else facts if is_merger else {},
            kind=Kind.WORKS if kind in WORKS else None,
            is_near=kind in NEAR,
            spared=spared_by(kind, idea.author_id),
            is_pressing=is_merger,
        ),
        now=now,
    )


def spared_by(kind: EventKind, author_id: uuid.UUID | None) -> tuple[uuid.UUID, ...]:
    """The author, where they know already; of an idea that nobody has claimed, there is none."""
    return (author_id,) if author_id is not None and kind in KNOWN_TO_AUTHOR else ()


def step_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """A milestone as a sentence names it: one of the four by its msgid, a free one by its own title."""
    kind = MilestoneKind(str(facts["step"]))
    title = STEP_TITLES.get(kind) or str(facts["step_title"])
    days = {name: facts[name] for name in ("planned_on", "actual_on") if name in facts}
    return {"step_word": title, **days}

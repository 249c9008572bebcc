"""Who is told of each step of an idea and of the works: what is on the timeline is announced here.

Authors are mailed at once of what has a legal term or ends the review (timeline.mail_author), so they are
spared there, and where they did it themselves. Neighbours hear of what changes their street.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.i18n import N_
from notices.service import Announcement, announce, announce_once
from notices.states import Kind
from proposals import queries
from proposals.models import Idea, Project
from proposals.queries.followed import project_topic
from proposals.states import EVENT_TITLES, STEP_TITLES, EventKind, MilestoneKind, late_steps

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
        EventKind.TOLD,
        EventKind.JOINED,
        EventKind.LEFT,
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
LATE = N_("%(step_word)s: was planned for %(planned_on)s and is late")
REPLIED = N_("The department answered what a resident says of the finished works")
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
            spared=spared_by(kind, idea.author_ids),
            is_pressing=is_merger,
        ),
        now=now,
    )


def about_works(project: Project, words: str, facts: Mapping[str, object], *, is_near: bool) -> Announcement:
    """Something of the works on a project, for who is linked to it or to the idea as which it began."""
    return Announcement(
        topic=project_topic(project),
        title=f"{project.number}, {project.title}",
        path=f"/works/{project.id}",
        words=words,
        facts=facts,
        kind=Kind.WORKS,
        is_near=is_near,
    )


def announce_milestone(
    session: AsyncSession, project: Project, kind: EventKind, facts: Mapping[str, object], *, now: datetime
) -> None:
    """Announce a milestone of a project that has no idea's timeline. Queues: notices.jobs.spread."""
    what = about_works(project, WORKS[kind], step_facts(facts), is_near=kind in NEAR)
    announce(session, what, now=now)


def announce_reply(session: AsyncSession, project: Project, account_id: uuid.UUID, *, now: datetime) -> None:
    """Announce an answer of the department, also to whom it answers. Queues: notices.jobs.spread."""
    what = about_works(project, REPLIED, {}, is_near=False)
    announce(session, msgspec.structs.replace(what, named=[account_id]), now=now)


async def tell_of_late(session: AsyncSession, project_id: uuid.UUID, *, today: date, now: datetime) -> None:
    """Announce each milestone of a project that is late, once for each plan. Queues: notices.jobs.spread."""
    project, _ = await queries.get_works(session, project_id)
    steps = queries.last_entries(await queries.list_milestones(session, project.id))
    for step in late_steps(steps, today=today):
        facts = step_facts({"step": step.kind, "step_title": step.title, "planned_on": str(step.planned_on)})
        what = about_works(project, LATE, facts, is_near=True)
        await announce_once(session, f"late:{step.id}", what, now=now)


def spared_by(kind: EventKind, author_ids: frozenset[uuid.UUID]) -> tuple[uuid.UUID, ...]:
    """The author and the co-authors, where they know already."""
    return tuple(sorted(author_ids)) if kind in KNOWN_TO_AUTHOR else ()


def step_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """A milestone as a sentence names it: one of the four by its msgid, a free one by its own title."""
    kind = MilestoneKind(str(facts["step"]))
    title = STEP_TITLES.get(kind) or str(facts["step_title"])
    days = {name: facts[name] for name in ("planned_on", "actual_on") if name in facts}
    return {"step_word": title, **days}

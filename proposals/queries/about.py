"""What the pages of one idea are made of, asked for at once.

A page of an idea shows a score of tables, most of which hold nothing of most ideas. One statement brings what
there is once (the idea, its cycle, the verdict that holds, its project, the rules) and which of the others
hold anything: what holds nothing is not asked for. A question and its way cost more than its answer.
"""

import uuid
from datetime import datetime

import msgspec
from sqlalchemy import Exists, Uuid, bindparam, distinct, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from accounts.queries import SAME_PERSON
from cycles.models import Area, Cycle, Stage
from cycles.states import StageKind
from discussions.queries import COMMENT_COUNT
from notices.queries import IS_FOLLOWING
from proposals.errors import IdeaNotFound
from proposals.models import (
    Advice,
    Attachment,
    ClockPause,
    CoAuthor,
    Contestation,
    Idea,
    IdeaNote,
    Intake,
    OfficerConflict,
    Photo,
    PreparedVerdict,
    Project,
    ReviewRules,
    Support,
    Verdict,
)
from proposals.queries.discussed import idea_ref
from proposals.queries.review import usual_rules
from proposals.states import SUPPORTABLE_STATES


class About(msgspec.Struct, frozen=True):
    """An idea with what there is once of it, and `has`: of what else there is anything."""

    idea: Idea
    cycle: Cycle
    area_name: str
    verdict: Verdict | None  # the one that holds
    project: Project | None
    rules: ReviewRules
    comment_count: int
    used_supports: int  # of the person who looks, in this cycle
    vote_opens_at: datetime | None  # of its cycle
    follows: bool  # who looks
    has: frozenset[str]

    @property
    def costed(self) -> Verdict | None:
        """The verdict that holds, if it has a costing."""
        return self.verdict if self.verdict is not None and self.verdict.total_bani is not None else None


_MERGED, _VERDICT, _SUPPORT, _SUPPORTED = aliased(Idea), aliased(Verdict), aliased(Support), aliased(Idea)
_ACCOUNT = bindparam("account", type_=Uuid())
_PARTS: dict[str, Exists] = {
    "photos": exists().where(Photo.idea_id == Idea.id),
    "attachments": exists().where(Attachment.idea_id == Idea.id),
    "co_authors": exists().where(CoAuthor.idea_id == Idea.id),
    "merged": exists().where(_MERGED.merged_into_id == Idea.id),
    "pauses": exists().where(ClockPause.idea_id == Idea.id),
    "advice": exists().where(Advice.idea_id == Idea.id),
    "notes": exists().where(IdeaNote.idea_id == Idea.id),
    "conflicts": exists().where(OfficerConflict.idea_id == Idea.id),
    "intake": exists().where(Intake.idea_id == Idea.id),
    "prepared": exists().where(PreparedVerdict.idea_id == Idea.id, PreparedVerdict.ended_at.is_(None)),
    "contested": exists().where(Contestation.idea_id == Idea.id, Contestation.outcome.is_(None)),
    "support": exists().where(Support.idea_id == Idea.id, Support.account_id == _ACCOUNT),
    "carried": exists().where(Support.idea_id == Idea.merged_into_id, Support.account_id == _ACCOUNT),
}
"""`support` and `carried`: by the account `account` (a parameter), of this idea and of its target."""
_LAST = (
    select(func.max(_VERDICT.position)).where(_VERDICT.idea_id == Idea.id).correlate(Idea).scalar_subquery()
)
_USED = (
    select(func.count(distinct(_SUPPORT.idea_id)))
    .join(_SUPPORTED, _SUPPORTED.id == _SUPPORT.idea_id)
    .where(
        _SUPPORT.account_id.in_(select(SAME_PERSON.subquery().c.account_id)),
        _SUPPORTED.cycle_id == Idea.cycle_id,
        _SUPPORTED.state.in_([state.value for state in SUPPORTABLE_STATES]),
    )
    .correlate(Idea)
    .scalar_subquery()
)
"""As `count_supports` counts, for every account of the person."""
_VOTE_OPENS = (
    select(Stage.opens_at)
    .where(Stage.cycle_id == Idea.cycle_id, Stage.kind == StageKind.VOTE.value)
    .correlate(Idea)
    .scalar_subquery()
)
_ABOUT = (
    select(Idea, Cycle, Area.name.label("area_name"), Verdict, Project, ReviewRules)
    .add_columns(
        COMMENT_COUNT.label("comment_count"),
        _USED.label("used_supports"),
        _VOTE_OPENS.label("vote_opens_at"),
        IS_FOLLOWING.label("follows"),
    )
    .add_columns(*(part.label(name) for name, part in _PARTS.items()))
    .select_from(Idea)
    .join(Cycle, Cycle.id == Idea.cycle_id)
    .outerjoin(Area, Area.id == Idea.area_id)
    .outerjoin(Verdict, (Verdict.idea_id == Idea.id) & (Verdict.position == _LAST))
    .outerjoin(Project, Project.idea_id == Idea.id)
    .outerjoin(ReviewRules, ReviewRules.cycle_id == Idea.cycle_id)
    .where(Idea.id == bindparam("idea", type_=Uuid()))
)


async def read_about(session: AsyncSession, idea_id: uuid.UUID, account_id: uuid.UUID | None) -> About:
    """An idea as its pages show it to an account, or to nobody. Raises: IdeaNotFound."""
    given = {"idea": idea_id, "account": account_id, "topic": idea_ref(idea_id)}
    row = (await session.execute(_ABOUT, given)).one_or_none()
    if row is None:
        raise IdeaNotFound()
    return About(
        row.Idea,
        row.Cycle,
        row.area_name or "",
        row.Verdict,
        row.Project,
        row.ReviewRules or usual_rules(row.Cycle.id),
        row.comment_count,
        row.used_supports,
        row.vote_opens_at,
        row.follows,
        frozenset(name for name in _PARTS if row._mapping[name]),
    )

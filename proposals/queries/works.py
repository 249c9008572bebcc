"""Reading the works on funded projects: milestones, spending, photos, opinions and their replies."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit.paging import Paging, paging
from cycles.models import Area, Cycle
from discussions.models import Comment
from discussions.queries import last_hidings, list_comments
from discussions.states import CommentState
from proposals.errors import OpinionNotFound, PhotoNotFound, ProjectNotFound
from proposals.models import (
    BuiltReply,
    Department,
    DepartmentMember,
    Idea,
    Milestone,
    Opinion,
    Project,
    Spending,
    WorksCharge,
    WorksPhoto,
)
from proposals.states import Built, Outcome

OPINION_PAGE = 20
_FUNDED: Select[*tuple[Any, ...]] = (
    select(
        Project.id,
        Project.number,
        Project.title,
        Project.cost_bani,
        Area.name.label("area_name"),
        Area.code.label("area_code"),
        Cycle.slug.label("cycle_slug"),
        Cycle.title.label("cycle_title"),
        Cycle.title_en.label("cycle_title_en"),
        Cycle.currency,
    )
    .join(Cycle, Cycle.id == Project.cycle_id)
    .outerjoin(Area, Area.id == Project.area_id)
    .where(Project.outcome == Outcome.FUNDED.value, Cycle.is_imported.is_(False))
    .order_by(Cycle.year.desc(), Cycle.slug, Project.position)
)


async def list_funded(session: AsyncSession) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every project that a vote here has funded, of the newest cycle first."""
    return (await session.execute(_FUNDED)).all()


async def find_funded(session: AsyncSession, project_id: uuid.UUID) -> Row[*tuple[Any, ...]] | None:
    """One of them, or None for a project that no vote here has funded."""
    return (await session.execute(_FUNDED.where(Project.id == project_id))).one_or_none()


async def get_works(
    session: AsyncSession, project_id: uuid.UUID, *, lock: bool = False
) -> tuple[Project, Cycle]:
    """A project with its cycle. Raises: ProjectNotFound unless a vote here has funded it."""
    query = select(Project, Cycle).join(Cycle, Cycle.id == Project.cycle_id).where(Project.id == project_id)
    if lock:
        query = query.with_for_update(of=Project).execution_options(populate_existing=True)
    row = (await session.execute(query)).one_or_none()
    if row is None or row[0].outcome != Outcome.FUNDED or row[1].is_imported:
        raise ProjectNotFound()
    return row[0], row[1]


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers for the works: a department, in it perhaps one person; with everybody who did before, the
    last first. `department` is None where nobody has given the idea to a department.
    """

    department: Department | None
    officer_name: str
    history: list[tuple[WorksCharge, Department]]


async def get_charge(session: AsyncSession, project: Project) -> Charge:
    """Who answers for the works on a project: who got them last, else the department of its idea."""
    query = (
        select(WorksCharge, Department)
        .join(Department, Department.id == WorksCharge.department_id)
        .where(WorksCharge.project_id == project.id)
        .order_by(WorksCharge.position.desc())
    )
    history = [(row[0], row[1]) for row in (await session.execute(query)).all()]
    if history:
        return Charge(department=history[0][1], officer_name=history[0][0].officer_name, history=history)
    own = select(Department).join(Idea, Idea.department_id == Department.id).where(Idea.id == project.idea_id)
    department = (await session.execute(own)).scalar_one_or_none()
    return Charge(department=department, officer_name="", history=[])


async def answers_for(session: AsyncSession, project: Project, account_id: uuid.UUID | None) -> bool:
    """Whether somebody is of the department that answers for the works on a project; anybody of the review is
    where no department does.
    """
    department = (await get_charge(session, project)).department
    if department is None or account_id is None:
        return department is None
    return await session.get(DepartmentMember, (department.id, account_id)) is not None


async def list_milestones(session: AsyncSession, project_id: uuid.UUID) -> list[Milestone]:
    """Every entry of every milestone of a project, in their order."""
    query = select(Milestone).where(Milestone.project_id == project_id).order_by(Milestone.position)
    return list((await session.execute(query)).scalars())


async def list_newest_milestones(session: AsyncSession, *, limit: int) -> list[Milestone]:
    """What was entered last, on any project."""
    query = select(Milestone).order_by(Milestone.at.desc(), Milestone.id).limit(limit)
    return list((await session.execute(query)).scalars())


async def list_steps(
    session: AsyncSession, project_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[Milestone]]:
    """The milestones of projects, each as its last entry has it."""
    query = select(Milestone).where(Milestone.project_id.in_(project_ids)).order_by(Milestone.position)
    found: dict[uuid.UUID, list[Milestone]] = defaultdict(list)
    for entry in (await session.execute(query)).scalars():
        found[entry.project_id].append(entry)
    return {project_id: last_entries(entries) for project_id, entries in found.items()}


def last_entries(entries: Sequence[Milestone]) -> list[Milestone]:
    """Of entries in their order, the last of each milestone."""
    return list({(entry.kind, entry.ordinal): entry for entry in entries}.values())


async def list_spendings(session: AsyncSession, project_id: uuid.UUID) -> list[Spending]:
    """Payments and their corrections, as entered."""
    query = select(Spending).where(Spending.project_id == project_id).order_by(Spending.position)
    return list((await session.execute(query)).scalars())


async def sum_spendings(session: AsyncSession, project_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What was spent on projects, in bani."""
    query = (
        select(Spending.project_id, func.sum(Spending.amount_bani).label("bani"))
        .where(Spending.project_id.in_(project_ids))
        .group_by(Spending.project_id)
    )
    return {row.project_id: int(row.bani) for row in (await session.execute(query)).all()}


# ── opinions ──────────────────────────────────────────────────────────────────
async def count_opinions(
    session: AsyncSession, project_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, dict[Built, int]]:
    """How many residents said what of projects; those whose words are hidden count too."""
    query = (
        select(Opinion.project_id, Opinion.choice, func.count().label("people"))
        .where(Opinion.project_id.in_(project_ids))
        .group_by(Opinion.project_id, Opinion.choice)
    )
    found: dict[uuid.UUID, dict[Built, int]] = defaultdict(dict)
    for row in (await session.execute(query)).all():
        found[row.project_id][Built(row.choice)] = row.people
    return found


async def list_opinions_page(
    session: AsyncSession, project_id: uuid.UUID, *, page: str = ""
) -> tuple[list[Opinion], Paging]:
    """One page of what residents said of a project, the newest first."""
    count = select(func.count()).select_from(Opinion).where(Opinion.project_id == project_id)
    place = paging(page, (await session.execute(count)).scalar_one(), size=OPINION_PAGE)
    query = (
        select(Opinion)
        .where(Opinion.project_id == project_id)
        .order_by(Opinion.changed_at.desc(), Opinion.id)
        .limit(place.size)
        .offset(place.offset)
    )
    return list((await session.execute(query)).scalars()), place


async def find_opinion(
    session: AsyncSession, project_id: uuid.UUID, accounts: Sequence[uuid.UUID]
) -> Opinion | None:
    """What somebody said of a project, from whichever of their accounts; the last word of it."""
    query = select(Opinion).where(Opinion.project_id == project_id, Opinion.account_id.in_(accounts))
    return (await session.execute(query.order_by(Opinion.changed_at.desc()).limit(1))).scalar_one_or_none()


async def get_opinion(session: AsyncSession, opinion_id: uuid.UUID, *, lock: bool = False) -> Opinion:
    """Raises: OpinionNotFound."""
    query = select(Opinion).where(Opinion.id == opinion_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise OpinionNotFound()
    return found


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words of an opinion as moderators left them. `why`: of hidden ones, the public reason."""

    id: uuid.UUID
    text: str
    is_hidden: bool
    why: str


async def list_words(session: AsyncSession, opinions: Sequence[Opinion]) -> dict[uuid.UUID, Words]:
    """The words of each opinion that has some, by the opinion's id; hidden ones too."""
    comments = await list_comments(session, [one.words_id for one in opinions if one.words_id])
    hidden = [one.id for one in comments.values() if one.state == CommentState.HIDDEN]
    hidings = await last_hidings(session, hidden) if hidden else {}
    found = {}
    for one in opinions:
        if one.words_id is not None:
            words, hiding = comments[one.words_id], hidings.get(one.words_id)
            found[one.id] = Words(
                id=words.id,
                text=words.body,
                is_hidden=words.state == CommentState.HIDDEN,
                why=hiding.reason if hiding else "",
            )
    return found


async def list_replies(
    session: AsyncSession, opinion_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[BuiltReply]]:
    """What the department answered to opinions, oldest first."""
    query = select(BuiltReply).where(BuiltReply.opinion_id.in_(opinion_ids)).order_by(BuiltReply.at)
    found: dict[uuid.UUID, list[BuiltReply]] = defaultdict(list)
    for reply in (await session.execute(query)).scalars():
        found[reply.opinion_id].append(reply)
    return found


# ── photos ────────────────────────────────────────────────────────────────────
async def list_works_photos(session: AsyncSession, project_id: uuid.UUID) -> list[WorksPhoto]:
    """The department's photos of the works that are shown, the newest first."""
    query = select(WorksPhoto).where(
        WorksPhoto.project_id == project_id,
        WorksPhoto.opinion_id.is_(None),
        WorksPhoto.withdrawn_at.is_(None),
    )
    order = WorksPhoto.taken_on.desc(), WorksPhoto.created_at.desc()
    return list((await session.execute(query.order_by(*order))).scalars())


async def list_opinion_photos(
    session: AsyncSession, opinion_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, WorksPhoto]:
    """The photo of each opinion that has one."""
    query = (
        select(WorksPhoto)
        .join(Opinion, Opinion.words_id == WorksPhoto.words_id)
        .where(Opinion.id.in_(opinion_ids))
    )
    photos = (await session.execute(query)).scalars()
    return {photo.opinion_id: photo for photo in photos if photo.opinion_id is not None}


async def list_words_photos(session: AsyncSession, opinion_ids: Collection[uuid.UUID]) -> list[WorksPhoto]:
    """The photos of all words that opinions ever had."""
    query = select(WorksPhoto).where(WorksPhoto.opinion_id.in_(opinion_ids))
    return list((await session.execute(query)).scalars())


async def get_works_photo(session: AsyncSession, photo_id: uuid.UUID) -> WorksPhoto:
    """A photo that is shown. Raises: PhotoNotFound, also when it was withdrawn or hidden with its words."""
    query = (
        select(WorksPhoto)
        .outerjoin(Comment, Comment.id == WorksPhoto.words_id)
        .where(WorksPhoto.id == photo_id, WorksPhoto.withdrawn_at.is_(None))
        .where(Comment.state.is_distinct_from(CommentState.HIDDEN.value))
    )
    photo = (await session.execute(query)).scalar_one_or_none()
    if photo is None:
        raise PhotoNotFound()
    return photo


async def find_hidden_photo(session: AsyncSession, photo_id: uuid.UUID) -> WorksPhoto | None:
    """A photo that was hidden with its words: for who decides on an appeal."""
    query = (
        select(WorksPhoto)
        .join(Comment, Comment.id == WorksPhoto.words_id)
        .where(WorksPhoto.id == photo_id, Comment.state == CommentState.HIDDEN.value)
    )
    return (await session.execute(query)).scalar_one_or_none()

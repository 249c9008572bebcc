"""Reading commitments: lists of them with who owns them, their history and evidence, whose they are."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit.text import uuids
from consultations.errors import CommitmentNotFound
from consultations.models import (
    Answer,
    AnsweredQuestion,
    Commitment,
    CommitmentEntry,
    CommitmentPhoto,
    Consultation,
    Host,
    Question,
    Season,
    TermReminder,
    Venue,
)
from consultations.queries.questions_followed import list_concerned
from consultations.rules.commitments import CommitmentState
from consultations.rules.questions import AnswerKind, QuestionState
from notices.queries import Topic
from notices.states import Link
from proposals.models import Department, DepartmentMember
from search.queries import Found


class Promised(msgspec.Struct, frozen=True):
    """A commitment with where it was made and who owns it."""

    row: Commitment
    consultation: Consultation
    venue: Venue
    season: Season
    host: Host | None
    department: Department | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which commitments. Empty: all of them."""

    host: str = ""
    department: str = ""
    area: str = ""
    season: str = ""


async def list_promised(
    session: AsyncSession,
    wanted: Wanted | None = None,
    *,
    ids: Collection[uuid.UUID] | None = None,
    consultation_id: uuid.UUID | None = None,
) -> list[Promised]:
    """Commitments, those due first before others; in one query."""
    query = (
        select(Commitment, Consultation, Venue, Season, Host, Department)
        .join(Consultation, Consultation.id == Commitment.consultation_id)
        .join(Venue, Venue.id == Consultation.venue_id)
        .join(Season, Season.id == Consultation.season_id)
        .outerjoin(Host, Host.id == Commitment.host_id)
        .outerjoin(Department, Department.id == Commitment.department_id)
        .order_by(Commitment.first_due_on, Commitment.number)
    )
    wanted = wanted or Wanted()
    if ids is not None:
        query = query.where(Commitment.id.in_(ids))
    if consultation_id is not None:
        query = query.where(Commitment.consultation_id == consultation_id)
    if wanted.host:
        query = query.where(Host.slug == wanted.host)
    if wanted.department:
        query = query.where(Commitment.department_id.in_(uuids([wanted.department])))
    if wanted.area:
        query = query.where(Venue.area_code == wanted.area)
    if wanted.season:
        query = query.where(Season.slug == wanted.season)
    return [Promised(*row) for row in (await session.execute(query)).all()]


async def get_promised(session: AsyncSession, commitment_id: uuid.UUID) -> Promised:
    """One of them. Raises: CommitmentNotFound."""
    found = await list_promised(session, ids=[commitment_id])
    if not found:
        raise CommitmentNotFound()
    return found[0]


async def get_commitment(
    session: AsyncSession, commitment_id: uuid.UUID, *, lock: bool = False
) -> Commitment:
    """Raises: CommitmentNotFound."""
    query = select(Commitment).where(Commitment.id == commitment_id)
    query = query.execution_options(populate_existing=True)
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise CommitmentNotFound()
    return found


async def find_of_form(session: AsyncSession, form_id: uuid.UUID) -> Commitment | None:
    """The commitment that a form made: a second click finds it."""
    return (
        await session.execute(select(Commitment).where(Commitment.form_id == form_id))
    ).scalar_one_or_none()


async def list_by_answers(
    session: AsyncSession, answer_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, Commitment]:
    """The commitments that were made by some answers, by the answer."""
    query = select(Commitment).where(Commitment.answer_id.in_(answer_ids))
    rows = (await session.execute(query)).scalars()
    return {row.answer_id: row for row in rows if row.answer_id is not None}


async def list_question_ids(session: AsyncSession, row: Commitment) -> list[uuid.UUID]:
    """The questions that it answers."""
    query = select(AnsweredQuestion.question_id).where(AnsweredQuestion.answer_id == row.answer_id)
    return list((await session.execute(query.order_by(AnsweredQuestion.question_id))).scalars())


# ── the history ───────────────────────────────────────────────────────────────
async def count_entries(session: AsyncSession, commitment_id: uuid.UUID) -> int:
    """How much has happened to it."""
    query = select(func.count(CommitmentEntry.id)).where(CommitmentEntry.commitment_id == commitment_id)
    return int((await session.execute(query)).scalar_one())


async def list_entries(
    session: AsyncSession, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[CommitmentEntry]]:
    """The histories of some commitments, each in its order."""
    query = select(CommitmentEntry).where(CommitmentEntry.commitment_id.in_(ids))
    found: dict[uuid.UUID, list[CommitmentEntry]] = defaultdict(list)
    order = (CommitmentEntry.commitment_id, CommitmentEntry.position)
    for row in (await session.execute(query.order_by(*order))).scalars():
        found[row.commitment_id].append(row)
    return dict(found)


async def list_newest_entries(
    session: AsyncSession, *, limit: int
) -> list[tuple[CommitmentEntry, Commitment]]:
    """What happened last to any of them."""
    query = (
        select(CommitmentEntry, Commitment)
        .join(Commitment, Commitment.id == CommitmentEntry.commitment_id)
        .order_by(CommitmentEntry.at.desc(), CommitmentEntry.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await session.execute(query)).all()]


async def list_photos(
    session: AsyncSession, entry_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[CommitmentPhoto]]:
    """The photos of some entries, withdrawn ones too."""
    query = select(CommitmentPhoto).where(CommitmentPhoto.entry_id.in_(entry_ids))
    found: dict[uuid.UUID, list[CommitmentPhoto]] = defaultdict(list)
    for row in (await session.execute(query.order_by(CommitmentPhoto.id))).scalars():
        found[row.entry_id].append(row)
    return dict(found)


async def get_photo(session: AsyncSession, photo_id: uuid.UUID, *, lock: bool = False) -> CommitmentPhoto:
    """Raises: CommitmentNotFound."""
    query = select(CommitmentPhoto).where(CommitmentPhoto.id == photo_id)
    found = (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()
    if found is None:
        raise CommitmentNotFound()
    return found


async def get_commitment_of(session: AsyncSession, photo: CommitmentPhoto) -> Commitment:
    """The commitment that a photo shows."""
    query = select(Commitment).join(CommitmentEntry, CommitmentEntry.commitment_id == Commitment.id)
    return (await session.execute(query.where(CommitmentEntry.id == photo.entry_id))).scalar_one()


# ── whose they are ────────────────────────────────────────────────────────────
async def list_owners(session: AsyncSession, row: Commitment) -> list[uuid.UUID]:
    """The accounts of who owns it: the official, and who works in the department."""
    found = []
    if row.host_id is not None:
        host = (await session.execute(select(Host.account_id).where(Host.id == row.host_id))).scalar_one()
        found += [host] if host else []
    if row.department_id is not None:
        query = select(DepartmentMember.account_id).where(DepartmentMember.department_id == row.department_id)
        found += list((await session.execute(query)).scalars())
    return sorted(set(found))


async def owns(session: AsyncSession, row: Commitment, account_id: uuid.UUID) -> bool:
    """Whether somebody owns it."""
    return account_id in await list_owners(session, row)


async def list_due(session: AsyncSession, *, until: date) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """(commitments, questions) that are due by a day and of which there may be something to tell yet."""
    told = select(TermReminder.subject_id).where(TermReminder.kind == "after")
    commitments = select(Commitment.id).where(
        Commitment.state == CommitmentState.OPEN.value,
        Commitment.due_on <= until,
        ~told.where(
            TermReminder.subject_id == Commitment.id, TermReminder.due_on == Commitment.due_on
        ).exists(),
    )
    questions = select(Question.id).where(
        Question.state == QuestionState.DEFERRED.value,
        Question.due_on <= until,
        ~told.where(TermReminder.subject_id == Question.id, TermReminder.due_on == Question.due_on).exists(),
    )
    return (
        list((await session.execute(commitments.order_by(Commitment.id))).scalars()),
        list((await session.execute(questions.order_by(Question.id))).scalars()),
    )


async def find_host_of(session: AsyncSession, account_id: uuid.UUID) -> Host | None:
    """The official to whom an account belongs."""
    return (await session.execute(select(Host).where(Host.account_id == account_id))).scalar_one_or_none()


# ── ports ─────────────────────────────────────────────────────────────────────
class CommitmentTopics:
    """Commitments as what may be followed: who asked, who supports, who follows the consultation or its
    official is linked to them.
    """

    async def find(self, session: AsyncSession, actor: Actor | None, keys: Sequence[str]) -> dict[str, Topic]:
        """All of them are public."""
        query = select(Commitment.id, Commitment.number, Commitment.what).where(
            Commitment.id.in_(uuids(keys))
        )
        return {
            str(row.id): Topic(
                f"commitment:{row.id}", f"{row.number}, {row.what}", f"/consultations/commitments/{row.id}"
            )
            for row in (await session.execute(query)).all()
        }

    async def list_linked(
        self, session: AsyncSession, key: str, link: Link, *, after: uuid.UUID, limit: int
    ) -> list[uuid.UUID]:
        """Those concerned, in the order of their ids."""
        row = (await session.execute(select(Commitment).where(Commitment.id == uuid.UUID(key)))).scalar_one()
        return await list_concerned(
            session, row.consultation_id, row.answer_id, link, after=after, limit=limit
        )

    async def find_area(self, session: AsyncSession, key: str) -> str:
        """None: neighbours are told of consultations."""
        return ""


class CommitmentSource:
    """Commitments as pages that are found, with what was said of them."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = (
            select(Commitment.id, func.count(CommitmentEntry.id).label("entries"))
            .join(CommitmentEntry, CommitmentEntry.commitment_id == Commitment.id)
            .group_by(Commitment.id)
        )
        return {str(row.id): str(row.entries) for row in (await session.execute(query)).all()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        rows = await list_promised(session, ids=uuids(keys))
        entries = await list_entries(session, [one.row.id for one in rows])
        return [
            Found(
                key=str(one.row.id),
                title=one.row.what,
                place=" · ".join(part for part in (one.row.number, _owner(one), one.venue.area) if part),
                body=" ".join(entry.text for entry in entries.get(one.row.id, [])),
                path=f"/consultations/commitments/{one.row.id}",
                at=one.row.made_at,
            )
            for one in rows
        ]


def _owner(one: Promised) -> str:
    names = [one.host.name if one.host else "", one.department.name if one.department else ""]
    return ", ".join(name for name in names if name)


class AnswerSource:
    """Answers as pages that are found; the questions themselves are found as what residents say."""

    async def list_stamps(self, session: AsyncSession) -> Mapping[str, str]:
        query = select(Answer.id).where(Answer.kind != AnswerKind.COMMITTED.value)  # those are commitments
        return {str(one): "" for one in (await session.execute(query)).scalars()}

    async def read(self, session: AsyncSession, keys: Collection[str]) -> Sequence[Found]:
        query = (
            select(Answer, Consultation, AnsweredQuestion.question_id)
            .join(Consultation, Consultation.id == Answer.consultation_id)
            .join(AnsweredQuestion, AnsweredQuestion.answer_id == Answer.id)
            .where(Answer.id.in_(uuids(keys)))
            .order_by(AnsweredQuestion.question_id.desc())
        )
        first = {row[0].id: row for row in (await session.execute(query)).all()}
        return [
            Found(
                key=str(answer.id),
                title=f"{answer.by_name}: {row.title}",
                place=row.number or "",
                body=answer.text,
                path=f"/consultations/questions/{question_id}",
                at=answer.at,
            )
            for answer, row, question_id in first.values()
        ]

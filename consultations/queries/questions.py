"""Reading questions: which there are and in which order, some of them with their words and answers."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Residence
from accounts.policy import Actor
from app.kit.i18n import N_
from app.kit.policy import deny
from app.kit.text import fold, uuids
from consultations.errors import QuestionNotFound
from consultations.models import (
    Answer,
    AnsweredQuestion,
    Consultation,
    Host,
    Question,
    QuestionGroup,
    QuestionSupport,
    RaisedIdea,
)
from consultations.rules.questions import Item, QuestionState
from discussions.models import Comment, CommentDecision
from discussions.queries import Subject, last_hidings
from discussions.states import CommentState
from proposals.models import Idea
from proposals.rules.similarity import Candidate, rank

WITHDRAWN = QuestionState.WITHDRAWN.value
MOST_ALIKE = 3  # shown before a question is sent


class Asked(msgspec.Struct, frozen=True):
    """A question with its words, and the decision by which they are hidden."""

    row: Question
    words: Comment
    hiding: CommentDecision | None

    @property
    def is_hidden(self) -> bool:
        return self.words.state == CommentState.HIDDEN


# ── one ───────────────────────────────────────────────────────────────────────
async def get_question(session: AsyncSession, question_id: uuid.UUID, *, lock: bool = False) -> Question:
    """Raises: QuestionNotFound."""
    found = (await list_questions(session, [question_id], lock=lock)).get(question_id)
    if found is None:
        raise QuestionNotFound()
    return found


async def list_questions(
    session: AsyncSession, ids: Collection[uuid.UUID], *, lock: bool = False
) -> dict[uuid.UUID, Question]:
    """Some questions; under lock in the order of their ids."""
    query = select(Question).where(Question.id.in_(ids)).order_by(Question.id)
    query = query.execution_options(populate_existing=True)
    rows = await session.execute(query.with_for_update() if lock else query)
    return {row.id: row for row in rows.scalars()}


async def find_question_of_form(session: AsyncSession, form_id: uuid.UUID) -> Question | None:
    """The question that a form made: a second click finds it."""
    query = select(Question).where(Question.form_id == form_id)
    return (await session.execute(query)).scalar_one_or_none()


async def count_asked(
    session: AsyncSession, consultation_id: uuid.UUID, accounts: Collection[uuid.UUID]
) -> int:
    """How many questions a person has asked for a consultation; what was withdrawn or hidden counts."""
    query = select(func.count(Question.id)).where(
        Question.consultation_id == consultation_id, Question.account_id.in_(accounts)
    )
    return int((await session.execute(query)).scalar_one())


async def supported_by(
    session: AsyncSession, accounts: Collection[uuid.UUID], ids: Collection[uuid.UUID]
) -> set[uuid.UUID]:
    """Which of some questions a person supports, from whichever account."""
    query = select(QuestionSupport.question_id).where(
        QuestionSupport.account_id.in_(accounts), QuestionSupport.question_id.in_(ids)
    )
    return set((await session.execute(query)).scalars())


# ── many ──────────────────────────────────────────────────────────────────────
async def count_questions(session: AsyncSession, consultation_id: uuid.UUID) -> int:
    """How many can be read, or are hidden for a reason."""
    query = select(func.count(Question.id)).where(
        Question.consultation_id == consultation_id, Question.state != WITHDRAWN
    )
    return int((await session.execute(query)).scalar_one())


async def list_items(session: AsyncSession, consultation_id: uuid.UUID) -> list[Item]:
    """What a consultation is asked, as questions and groups, without their words."""
    query = (
        select(
            Question.id,
            Question.group_id,
            Question.rank,
            Question.support_count,
            Question.asked_at,
            QuestionGroup.rank.label("group_rank"),
        )
        .outerjoin(QuestionGroup, QuestionGroup.id == Question.group_id)
        .where(Question.consultation_id == consultation_id, Question.state != WITHDRAWN)
        .order_by(Question.asked_at, Question.id)
    )
    items, groups = [], defaultdict(list)
    for row in (await session.execute(query)).all():
        if row.group_id is not None:
            groups[row.group_id].append(row)
            continue
        item = Item(
            key=row.id,
            keys=(row.id,),
            is_group=False,
            rank=row.rank,
            support_count=row.support_count,
            asked_at=row.asked_at,
        )
        items.append(item)
    people = await _count_people(session, groups)
    for key, rows in groups.items():
        item = Item(
            key=key,
            keys=tuple(row.id for row in rows),
            is_group=True,
            rank=rows[0].group_rank,
            support_count=people.get(key, 0),
            asked_at=max(row.asked_at for row in rows),
        )
        items.append(item)
    return items


async def _count_people(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many people support something of each group: each once, whatever they support, from whichever
    account.
    """
    if not ids:
        return {}
    person = func.min(Residence.identity_hash).label("person")
    query = (
        select(Question.group_id, QuestionSupport.account_id, person)
        .join(QuestionSupport, QuestionSupport.question_id == Question.id)
        .outerjoin(Residence, Residence.account_id == QuestionSupport.account_id)
        .where(Question.group_id.in_(ids), Question.state != WITHDRAWN)
        .group_by(Question.group_id, QuestionSupport.account_id)
    )
    found: dict[uuid.UUID, set[object]] = defaultdict(set)
    for row in (await session.execute(query)).all():
        found[row.group_id].add(row.person or row.account_id)
    return {key: len(people) for key, people in found.items()}


async def list_asked(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Asked]:
    """Some questions with their words."""
    query = select(Question, Comment).join(Comment, Comment.id == Question.words_id)
    query = query.where(Question.id.in_(ids), Question.state != WITHDRAWN)
    rows = (await session.execute(query)).all()
    hidden = [words.id for _, words in rows if words.state == CommentState.HIDDEN]
    hidings = await last_hidings(session, hidden) if hidden else {}
    return {row.id: Asked(row, words, hidings.get(words.id)) for row, words in rows}


async def list_groups(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, QuestionGroup]:
    """Some groups."""
    rows = (await session.execute(select(QuestionGroup).where(QuestionGroup.id.in_(ids)))).scalars()
    return {row.id: row for row in rows}


async def list_groups_of(session: AsyncSession, consultation_id: uuid.UUID) -> list[QuestionGroup]:
    """The groups of a consultation that have questions, by title."""
    has_some = select(Question.id).where(Question.group_id == QuestionGroup.id, Question.state != WITHDRAWN)
    query = select(QuestionGroup).where(QuestionGroup.consultation_id == consultation_id, has_some.exists())
    return list((await session.execute(query.order_by(QuestionGroup.title, QuestionGroup.id))).scalars())


async def list_group_members(session: AsyncSession, group_id: uuid.UUID) -> list[Question]:
    """The questions of a group that were not withdrawn."""
    query = select(Question).where(Question.group_id == group_id, Question.state != WITHDRAWN)
    return list((await session.execute(query.order_by(Question.asked_at, Question.id))).scalars())


async def list_answers(
    session: AsyncSession, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[Answer, frozenset[uuid.UUID]]]]:
    """The answers to some questions in their order, each with all that it answers."""
    mine = select(AnsweredQuestion.answer_id).where(AnsweredQuestion.question_id.in_(ids))
    query = (
        select(Answer, AnsweredQuestion.question_id)
        .join(AnsweredQuestion, AnsweredQuestion.answer_id == Answer.id)
        .where(Answer.id.in_(mine))
        .order_by(Answer.at, Answer.id)
    )
    rows = (await session.execute(query)).all()
    whole: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for answer, question_id in rows:
        whole[answer.id].add(question_id)
    found: dict[uuid.UUID, list[tuple[Answer, frozenset[uuid.UUID]]]] = defaultdict(list)
    for answer, question_id in rows:
        if question_id in ids:
            found[question_id].append((answer, frozenset(whole[answer.id])))
    return dict(found)


async def list_alike(session: AsyncSession, consultation_id: uuid.UUID, text: str) -> list[uuid.UUID]:
    """The questions of a consultation that are likest to what somebody is about to ask."""
    query = (
        select(Question.id, Comment.body)
        .join(Comment, Comment.id == Question.words_id)
        .where(
            Question.consultation_id == consultation_id,
            Question.state != WITHDRAWN,
            Comment.state == CommentState.VISIBLE.value,
        )
    )
    rows = (await session.execute(query)).all()
    known = [Candidate(row.id, row.body, fold(row.body), None) for row in rows]
    found = rank(text, "", None, known, limit=MOST_ALIKE)
    return [one.key for one in found if isinstance(one.key, uuid.UUID)]


async def list_raised(session: AsyncSession, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Idea]:
    """The ideas that some questions became."""
    query = select(RaisedIdea.question_id, Idea).join(Idea, Idea.id == RaisedIdea.idea_id)
    rows = (await session.execute(query.where(RaisedIdea.question_id.in_(ids)))).all()
    return {row[0]: row[1] for row in rows}


async def find_consultation_of(session: AsyncSession, idea_id: uuid.UUID) -> tuple[str, str] | None:
    """Where an idea was raised, as its page shows it: title and address; handed over by `app/wiring.py`."""
    query = (
        select(RaisedIdea.question_id, Consultation.number, Consultation.title)
        .join(Question, Question.id == RaisedIdea.question_id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .where(RaisedIdea.idea_id == idea_id)
    )
    row = (await session.execute(query)).first()
    return (f"{row.number}, {row.title}", f"/consultations/questions/{row.question_id}") if row else None


async def list_owed(
    session: AsyncSession, *, host_id: uuid.UUID | None = None
) -> list[tuple[Question, Comment, Consultation]]:
    """Questions whose written answer was promised, and, of one official, all that nobody has answered; what
    is due first comes first.
    """
    states = [QuestionState.DEFERRED.value, *([QuestionState.OPEN.value] if host_id else [])]
    query = (
        select(Question, Comment, Consultation)
        .join(Comment, Comment.id == Question.words_id)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .where(Question.state.in_(states), Comment.state == CommentState.VISIBLE.value)
        .order_by(Question.due_on.is_(None), Question.due_on, Question.support_count.desc(), Question.id)
    )
    if host_id is not None:
        query = query.where(Consultation.host_id == host_id)
    return [(row[0], row[1], row[2]) for row in (await session.execute(query)).all()]


# ── where they are judged ─────────────────────────────────────────────────────
def question_subject(question_id: uuid.UUID, consultation: Consultation, host: Host | None = None) -> Subject:
    """What somebody asks, as what is reported and judged."""
    return Subject(
        ref=f"question:{question_id}",
        scope=f"consultation:{consultation.id}",
        title=f"{consultation.number}, {consultation.title}",
        path=f"/consultations/questions/{question_id}",
        parents=((host.name, f"/consultations/hosts/{host.slug}"),) if host else (),
        takes_comments=deny(N_("Questions are answered in the room, or in writing beside them.")),
        only_moderated=True,
    )


async def find_questions(
    session: AsyncSession, actor: Actor | None, keys: Sequence[str]
) -> dict[str, Subject]:
    """Questions as what is reported and judged; handed to discussions/ by `app/wiring.py`."""
    query = (
        select(Question.id, Consultation, Host)
        .join(Consultation, Consultation.id == Question.consultation_id)
        .join(Host, Host.id == Consultation.host_id)
        .where(Question.id.in_(uuids(keys)))
    )
    rows = (await session.execute(query)).all()
    return {str(row[0]): question_subject(row[0], row[1], row[2]) for row in rows}

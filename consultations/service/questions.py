"""Questions: asked beforehand, written down in the room, supported, grouped and put in order.

Whatever changes which questions there are, or how they stand together, holds the consultation's row; what
counts supporters holds the question's.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from app.kit.db import new_id
from app.kit.errors import DomainError, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require
from app.kit.text import public_name
from consultations import queries
from consultations.errors import QuestionNotFound
from consultations.models import Consultation, Question, QuestionGroup, QuestionSupport
from consultations.policy import (
    may_arrange,
    may_ask,
    may_support_question,
    may_take_down,
    may_withdraw_question,
)
from consultations.queries import questions as asked
from consultations.rules.questions import (
    LONGEST_QUESTION,
    SHORTEST_QUESTION,
    How,
    QuestionState,
    move_item,
)
from consultations.service.questions_telling import mail_question
from discussions.queries import get_comment
from discussions.service import put_words, withdraw_comment
from discussions.states import CommentState

IN_THE_ROOM = "Cineva din sală"  # who asked and was not named, in the site's own language


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A question that somebody wrote down for somebody else, and how to reach them."""

    text: str
    how: How = How.VOICE
    name: str = ""
    phone: str = ""
    email: str = ""
    locale: str = "ro"


# ── asking ────────────────────────────────────────────────────────────────────
async def ask(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    text: str,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> Question:
    """Ask something before a consultation; the same form a second time asks nothing again.

    Locks: the consultation. Raises: Forbidden, also at too many; FormErrors.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    earlier = await asked.find_question_of_form(session, form_id)
    if earlier is not None:
        return earlier
    accounts = await list_same_person(session, actor.id)
    count = await asked.count_asked(session, row.id, accounts)
    require(may_ask(actor, row, asked=count, now=now))
    _check_text(text)
    question = Question(id=new_id(), account_id=actor.id, author_name=public_name(actor.name), locale="ro")
    return await _store(session, actor, row, question, How.WEB, text, form_id=form_id, now=now)


async def take_down(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    spoken: Spoken,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> Question:
    """Write down what somebody asks on paper, in the room or on the telephone.

    Locks: the consultation. Raises: Forbidden, FormErrors. Queues: mail to who left an address.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_take_down(actor, row, now=now))
    earlier = await asked.find_question_of_form(session, form_id)
    if earlier is not None:
        return earlier
    _check_text(spoken.text)
    question = Question(
        id=new_id(),
        author_name=public_name(spoken.name) if spoken.name else IN_THE_ROOM,
        phone=spoken.phone,
        email=spoken.email,
        locale=spoken.locale,
        taken_by_id=actor.id,
    )
    await _store(session, actor, row, question, spoken.how, spoken.text, form_id=form_id, now=now)
    mail_question(session, row, question, "taken")
    return question


def _check_text(text: str) -> None:
    """Raises: FormErrors."""
    if len(text) < SHORTEST_QUESTION:
        short = Invalid(N_("Write the question in at least %(least)s characters."), least=SHORTEST_QUESTION)
        raise FormErrors({"text": short})
    if len(text) > LONGEST_QUESTION:
        long = Invalid(N_("A question has at most %(most)s characters."), most=LONGEST_QUESTION)
        raise FormErrors({"text": long})


async def _store(
    session: AsyncSession,
    actor: Actor,
    row: Consultation,
    question: Question,
    how: How,
    text: str,
    *,
    form_id: uuid.UUID,
    now: datetime,
) -> Question:
    subject = asked.question_subject(question.id, row)
    words = await put_words(session, actor, subject, text, before=None, said_by=question.author_name, now=now)
    question.consultation_id, question.form_id, question.words_id = row.id, form_id, words.id
    question.how, question.asked_at, question.support_count = how.value, now, 0
    question.state = QuestionState.OPEN.value
    session.add(question)
    await session.flush()
    return question


async def withdraw_question(
    session: AsyncSession, actor: Actor, question_id: uuid.UUID, *, now: datetime
) -> Question:
    """Take one's question back: its words are deleted, and it is no longer shown. Twice is once.

    Locks: the consultation, the question, its thread. Raises: Forbidden once it was answered, or is hidden.
    """
    question = await _lock(session, question_id)
    if question.state == QuestionState.WITHDRAWN and question.account_id == actor.id:
        return question
    require(may_withdraw_question(actor, question))
    await withdraw_comment(session, actor, question.words_id)
    question.move_to(QuestionState.WITHDRAWN)
    question.group_id = None
    await session.flush()
    return question


async def _lock(session: AsyncSession, question_id: uuid.UUID) -> Question:
    unlocked = await asked.get_question(session, question_id)
    await queries.get_consultation(session, unlocked.consultation_id, lock=True)
    return await asked.get_question(session, question_id, lock=True)


async def support_question(
    session: AsyncSession, actor: Actor, question_id: uuid.UUID, *, wanted: bool, now: datetime
) -> Question:
    """Support a question, or no longer; a person counts once, from whichever account, however often.

    Locks: the question. Raises: Forbidden.
    """
    question = await asked.get_question(session, question_id, lock=True)
    accounts = await list_same_person(session, actor.id)
    stands = bool(await asked.supported_by(session, accounts, [question.id]))
    if wanted and not stands:
        words = await get_comment(session, question.words_id)
        is_hidden = words.state != CommentState.VISIBLE
        require(may_support_question(actor, question, accounts, is_hidden=is_hidden))
        session.add(QuestionSupport(question_id=question.id, account_id=actor.id, at=now))
        question.support_count += 1
    elif stands and not wanted:
        own = (QuestionSupport.question_id == question.id, QuestionSupport.account_id.in_(accounts))
        gone = await session.execute(
            delete(QuestionSupport).where(*own).returning(QuestionSupport.account_id)
        )
        question.support_count -= len(gone.all())  # two, of accounts that turned out to be one person's
    await session.flush()
    return question


# ── in the room ───────────────────────────────────────────────────────────────
async def group_questions(
    session: AsyncSession,
    actor: Actor,
    consultation_id: uuid.UUID,
    ids: Collection[uuid.UUID],
    *,
    title: str = "",
    group_id: uuid.UUID | None = None,
    now: datetime,
) -> QuestionGroup:
    """Put questions that ask the same together: into a group that is there, or a new one with a title.

    Locks: the consultation, the questions. Raises: Forbidden, FormErrors, QuestionNotFound.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_arrange(actor, row))
    found = await asked.list_questions(session, ids, lock=True)
    chosen = [one for one in found.values() if one.state != QuestionState.WITHDRAWN]
    if any(one.consultation_id != row.id for one in chosen):
        raise QuestionNotFound()
    group = (await asked.list_groups(session, [group_id])).get(group_id) if group_id else None
    if group is None or group.consultation_id != row.id:
        _check_group(title, len(chosen))
        group = QuestionGroup(
            id=new_id(), consultation_id=row.id, title=title, created_at=now, by_id=actor.id, rank=0
        )
        group.rank = min((one.rank for one in chosen if one.rank), default=0)
        session.add(group)
        await session.flush()
    elif not chosen:
        raise FormErrors({"ids": Invalid(N_("Choose the questions."))})
    for one in chosen:
        one.group_id, one.rank = group.id, 0
    await session.flush()
    return group


def _check_group(title: str, chosen: int) -> None:
    errors: dict[str, DomainError] = {}
    if chosen < 2:
        errors["ids"] = Invalid(N_("Choose two questions or more that ask the same."))
    if len(title) < 5:
        errors["title"] = Invalid(N_("Say in a few words what they ask."))
    if errors:
        raise FormErrors(errors)


async def ungroup(session: AsyncSession, actor: Actor, question_id: uuid.UUID) -> Question:
    """Take a question out of its group; of two the other one stands alone as well. Twice is once.

    Locks: the consultation, the questions. Raises: Forbidden.
    """
    question = await _lock(session, question_id)
    require(may_arrange(actor, await queries.get_consultation(session, question.consultation_id)))
    if question.group_id is None:
        return question
    members = await asked.list_group_members(session, question.group_id)
    out = members if len(members) <= 2 else [question]
    await session.execute(
        update(Question).where(Question.id.in_([one.id for one in out])).values(group_id=None)
    )
    await session.refresh(question)
    return question


async def dissolve(session: AsyncSession, actor: Actor, group_id: uuid.UUID) -> None:
    """Undo a group: each of its questions stands alone. Locks: the consultation. Raises: Forbidden."""
    group = (await asked.list_groups(session, [group_id])).get(group_id)
    if group is None:
        raise QuestionNotFound()
    row = await queries.get_consultation(session, group.consultation_id, lock=True)
    require(may_arrange(actor, row))
    await session.execute(update(Question).where(Question.group_id == group_id).values(group_id=None))


async def move(
    session: AsyncSession, actor: Actor, consultation_id: uuid.UUID, key: uuid.UUID, *, up: bool
) -> None:
    """Take a question, or a group, up earlier or later in the room.

    Locks: the consultation. Raises: Forbidden.
    """
    row = await queries.get_consultation(session, consultation_id, lock=True)
    require(may_arrange(actor, row))
    for rank, item in enumerate(move_item(await asked.list_items(session, row.id), key, up=up), start=1):
        if item.rank == rank:
            continue
        table = QuestionGroup if item.is_group else Question
        await session.execute(update(table).where(table.id == item.key).values(rank=rank))

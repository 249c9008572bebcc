"""Everything that casting a sealed ballot must know, in one question: it is asked while others wait."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import SAME_PERSON
from cycles.models import Stage
from voting.models import (
    BoardBallot,
    BoardMember,
    Confirmation,
    CredentialHolder,
    Participation,
    Poll,
    RollCredential,
    RollEntry,
)
from voting.policy import PollFacts
from voting.queries.polls import facts_of, lock_poll
from voting.sealing.board import BoardHead
from voting.sealing.box import code_of_tracker

_POLL: BindParameter[uuid.UUID] = bindparam("poll")
_MARK: BindParameter[str] = bindparam("mark")
_PERSON = SAME_PERSON.cte("person")  # found once for the whole question
_OURS = select(_PERSON.c.account_id)
_HOLDS = and_(CredentialHolder.poll_id == _POLL, CredentialHolder.account_id.in_(_OURS))
_MEMBERS = select(BoardMember).where(BoardMember.poll_id == _POLL)
_LAST_EVENT = _MEMBERS.where(BoardMember.height.is_not(None)).order_by(BoardMember.height.desc()).limit(1)
_LAST_MEMBER = _MEMBERS.order_by(BoardMember.position.desc()).limit(1)
_FACTS = (
    exists().where(_HOLDS, CredentialHolder.mark == _MARK).label("holds_this"),
    exists().where(_HOLDS, CredentialHolder.mark != _MARK).label("holds_other"),
    exists().where(CredentialHolder.poll_id == _POLL, CredentialHolder.mark == _MARK).label("is_held"),
    exists()
    .where(BoardBallot.poll_id == _POLL, BoardBallot.tracker == bindparam("tracker"))
    .label("is_on_board"),
    exists()
    .where(BoardBallot.poll_id == _POLL, BoardBallot.alpha_hash == bindparam("alpha"))
    .label("has_copy"),
    exists().where(BoardBallot.poll_id == _POLL, BoardBallot.code == bindparam("code")).label("has_code"),
    exists().where(RollEntry.poll_id == _POLL, RollEntry.account_id.in_(_OURS)).label("is_on_roll"),
    exists()
    .where(RollCredential.poll_id == _POLL, RollCredential.credential_hash == bindparam("credential"))
    .label("is_credential"),
    exists()
    .where(
        Participation.poll_id == _POLL,
        Participation.account_id.in_(_OURS),
    )
    .label("has_voted"),
    _LAST_EVENT.with_only_columns(BoardMember.name).scalar_subquery().label("head"),
    _LAST_EVENT.with_only_columns(BoardMember.height).scalar_subquery().label("height"),
    _LAST_MEMBER.with_only_columns(BoardMember.position).scalar_subquery().label("position"),
)
_KNOWN = (
    select(
        Poll.id,
        Poll.title,
        Poll.title_en,
        Poll.state,
        Poll.is_imported,
        Poll.sealing,
        Poll.paper,
        Stage.opens_at,
        Stage.closes_at,
        Confirmation.act,
        Confirmation.account_id,
        Confirmation.withdrawn_at,
        *_FACTS,
    )
    .join(Stage, Stage.id == Poll.stage_id)
    .outerjoin(Confirmation, Confirmation.poll_id == Poll.id)
    .where(Poll.id == _POLL)
    .order_by(Confirmation.confirmed_at)
    .with_for_update(read=True, of=Stage)
)
"""A row for each confirmation, or one without."""


class NamedPoll(msgspec.Struct, frozen=True):
    """What a confirmation by e-mail says of the poll."""

    id: uuid.UUID
    title: str
    title_en: str


class CastFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a ballot that arrives, and of its poll. `holds_this`: this person has voted with its
    credential before; `holds_other`: with another one; `is_held`: somebody has voted with it; `has_copy`,
    `has_code`: another ballot has this ciphertext, or the check code that this one would get. `head` and
    `position` are where the board ends.
    """

    poll: NamedPoll
    facts: PollFacts
    closes_at: datetime
    holds_this: bool
    holds_other: bool
    is_held: bool
    is_on_board: bool
    has_copy: bool
    has_code: bool
    is_on_roll: bool
    is_credential: bool
    has_voted: bool
    head: BoardHead
    position: int


async def get_cast_facts(
    session: AsyncSession,
    poll_id: uuid.UUID,
    account_id: uuid.UUID,
    *,
    mark: str,
    tracker: str,
    credential_hash: str,
    alpha_hash: str,
) -> CastFacts:
    """What is known of one ballot. Locks: the poll and its dates, as `get_poll` does. Raises: PollNotFound.

    It is asked after the poll's lock was taken, so that it stays true; the dates, which the question itself
    locks, are those that stand when it has them.
    """
    await lock_poll(session, poll_id)
    asked = {"poll": poll_id, "account": account_id, "mark": mark, "tracker": tracker}
    asked |= {"credential": credential_hash, "alpha": alpha_hash, "code": code_of_tracker(tracker)}
    connection = await session.connection()  # a session would add a third of the time
    return _facts_of((await connection.execute(_KNOWN, asked)).all())


def _facts_of(rows: Sequence[Any]) -> CastFacts:
    row = rows[0]
    return CastFacts(
        poll=NamedPoll(row.id, row.title, row.title_en),
        facts=facts_of(row, row, [one for one in rows if one.act is not None]),
        closes_at=row.closes_at,
        holds_this=row.holds_this,
        holds_other=row.holds_other,
        is_held=row.is_held,
        is_on_board=row.is_on_board,
        has_copy=row.has_copy,
        has_code=row.has_code,
        is_on_roll=row.is_on_roll,
        is_credential=row.is_credential,
        has_voted=row.has_voted,
        head=BoardHead() if row.head is None else BoardHead(row.head, row.height),
        position=row.position or 0,
    )

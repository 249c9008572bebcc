"""Everything that casting a sealed ballot must know, in one question: it is asked while others wait."""

import uuid

import msgspec
from sqlalchemy import BindParameter, and_, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.queries import SAME_PERSON
from voting.models import (
    BoardBallot,
    BoardMember,
    CredentialHolder,
    Participation,
    RollCredential,
    RollEntry,
)
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
_FACTS = select(
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
    exists()
    .where(
        RollEntry.poll_id == _POLL,
        RollEntry.account_id.in_(_OURS),
    )
    .label("is_on_roll"),
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


class CastFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a ballot that arrives. `holds_this`: this person has voted with its credential before;
    `holds_other`: with another one; `is_held`: somebody has voted with it; `has_copy`, `has_code`: another
    ballot has this ciphertext, or the check code that this one would get. `head` and `position` are where the
    board ends.
    """

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
    """Of one ballot. The caller holds the lock of the poll, so that it stays true."""
    asked = {"poll": poll_id, "account": account_id, "mark": mark, "tracker": tracker}
    asked |= {"credential": credential_hash, "alpha": alpha_hash, "code": code_of_tracker(tracker)}
    row = (await session.execute(_FACTS, asked)).one()
    return CastFacts(
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

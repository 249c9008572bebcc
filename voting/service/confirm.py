"""What takes two different officials: opening, closing protocol, certifying, cancelling; all in public."""

import hashlib
import json
import uuid
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from app.kit import register
from app.kit.db import new_id
from app.kit.outbox import enqueue
from app.kit.policy import require
from cycles.events import StageDatesChanged
from cycles.queries import get_stage_by_id
from voting import queries
from voting.errors import AlreadyConfirmed, VoteHasEnded, WrongDigest
from voting.models import Confirmation, CredentialHolder, Poll, Tally
from voting.policy import may_confirm, may_propose_cancelling, may_withdraw
from voting.queries import PollInFull
from voting.service.protocols import destroy_traces
from voting.service.turns import mark_open, protocol_digest, protocol_facts
from voting.states import COUNTED_STATES, NEEDED_CONFIRMATIONS, Act, PollState

REGISTER_KINDS = {
    Act.OPEN: "poll.opening_confirmed",
    Act.CLOSE: "poll.protocol_confirmed",
    Act.CERTIFY: "poll.result_certified",
    Act.CANCEL: "poll.cancelled",
}


async def confirm_act(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, act: Act, *, digest: str, now: datetime
) -> Poll:
    """Give one of the two confirmations; for cancelling the second, the first being the proposal.

    `digest` is of what the official was shown (digest_to_confirm). The second confirmation takes effect: the
    poll opens by its date, the count is queued, the result is certified, the vote is cancelled.
    Locks: the poll. Raises: Forbidden, AlreadyConfirmed, WrongDigest. Emits: PollOpened. Queues: count_poll.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_confirm(actor, full.facts, act, now=now))
    if digest != await digest_to_confirm(session, full.poll, act):
        raise WrongDigest()
    facts = {"by": actor.name, "digest": digest, **_public_facts(full, act)}
    reason = _standing(full, act)[0].reason if act is Act.CANCEL else None
    await _add_confirmation(session, actor, poll_id, act, digest=digest, reason=reason, now=now)
    full = await queries.get_poll(session, poll_id)
    if full.facts.is_confirmed(act):
        await _take_effect(session, full, act)
    await session.flush()
    await register.record(session, REGISTER_KINDS[act], f"poll:{poll_id}", facts, now=now)
    if act is Act.OPEN:
        await mark_open(session, full, now=now)
    return full.poll


async def _take_effect(session: AsyncSession, full: PollInFull, act: Act) -> None:
    """What the second confirmation does at once. The opening waits for its date."""
    poll = full.poll
    if act is Act.CLOSE and full.facts.sealing is not None:
        enqueue(session, "voting.jobs.advance_sealing", poll_id=str(poll.id))
    elif act is Act.CLOSE:
        enqueue(session, "voting.jobs.count_poll", poll_id=str(poll.id))
    if act is Act.CERTIFY:
        poll.move_to(PollState.CERTIFIED)
    if act is Act.CANCEL:
        poll.move_to(PollState.CANCELLED)
        poll.cancel_reason = _standing(full, act)[0].reason
    if act in (Act.CERTIFY, Act.CANCEL):  # nobody needs to know any more whose code was whose
        await session.execute(delete(CredentialHolder).where(CredentialHolder.poll_id == poll.id))
        if full.facts.paper is not None:
            await destroy_traces(session, poll.id)
        if full.facts.sealing is not None or full.facts.paper is not None:
            enqueue(session, "voting.jobs.scrub_traces")


def _public_facts(full: PollInFull, act: Act) -> dict[str, object]:
    """What the register says of a confirmation beside who gave it: enough to make its digest again."""
    if act is Act.OPEN:
        return opening_facts(full.poll, full.stage.opens_at, full.stage.closes_at)
    if act is Act.CANCEL:
        first = _standing(full, act)[0]
        return {"reason": first.reason, "proposed_by": first.name}
    if act is Act.CLOSE:
        return protocol_facts(full.poll)
    return {}


async def propose_cancelling(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, *, reason: str, now: datetime
) -> Poll:
    """Propose in public to call the vote off: the first of two confirmations. Nothing changes for voters.

    Locks: the poll. Raises: Forbidden.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_propose_cancelling(actor, full.facts, now=now))
    digest = cancelling_digest(full.poll, reason)
    await _add_confirmation(session, actor, poll_id, Act.CANCEL, digest=digest, reason=reason, now=now)
    facts: dict[str, object] = {"by": actor.name, "reason": reason, "digest": digest}
    await register.record(session, "poll.cancelling_proposed", f"poll:{poll_id}", facts, now=now)
    return full.poll


async def withdraw_confirmation(
    session: AsyncSession, actor: Actor, poll_id: uuid.UUID, act: Act, *, digest: str = "", now: datetime
) -> Poll:
    """Take one's own confirmation back before it took effect; or set aside, whoever made it, the proposal to
    cancel with this `digest`. Locks: the poll. Raises: Forbidden, WrongDigest.
    """
    full = await queries.get_poll(session, poll_id, lock=True)
    require(may_withdraw(actor, full.facts, act, now=now))
    facts: dict[str, object] = {"by": actor.name, "act": act.value}
    kind = "poll.confirmation_withdrawn"
    if act is Act.CANCEL:
        if digest != await digest_to_confirm(session, full.poll, act):
            raise WrongDigest()
        facts = {"by": actor.name, "digest": digest, **_public_facts(full, act)}
        kind = "poll.cancelling_withdrawn"
    for one in _standing(full, act):
        if act is Act.CANCEL or one.account_id == actor.id:
            one.withdrawn_at = now
    await session.flush()
    await register.record(session, kind, f"poll:{poll_id}", facts, now=now)
    return full.poll


async def lapse_confirmations(session: AsyncSession, event: StageDatesChanged) -> None:
    """Listener: what was confirmed was the opening at other dates, so it has to be confirmed again.

    The confirmations of a vote that has begun have taken effect and stay. Whoever changed the dates holds the
    stage, and with it every turn of its polls (queries.get_poll). Raises: VoteHasEnded when the box was
    frozen before the change came.
    """
    query = select(Poll).where(Poll.stage_id == event.stage_id).execution_options(populate_existing=True)
    for poll in (await session.execute(query)).scalars():
        if poll.state == PollState.CLOSED or poll.state in COUNTED_STATES:
            raise VoteHasEnded()
        given = [
            one
            for one in await queries.list_confirmations(session, poll.id)
            if one.act == Act.OPEN and one.withdrawn_at is None
        ]
        has_begun = len(given) >= NEEDED_CONFIRMATIONS and event.opens_before <= event.at
        if poll.state != PollState.ANNOUNCED or not given or has_begun:
            continue
        standing = [one.id for one in given]
        await session.execute(
            update(Confirmation).where(Confirmation.id.in_(standing)).values(withdrawn_at=event.at)
        )
        lapsed: dict[str, object] = {"of": [one.name for one in given], "why": "stage.dates-changed"}
        await register.record(session, "poll.confirmations_lapsed", f"poll:{poll.id}", lapsed, now=event.at)


def _standing(full: PollInFull, act: Act) -> list[Confirmation]:
    """The confirmations of an act that hold, oldest first."""
    return [one for one in full.confirmations if one.act == act and one.withdrawn_at is None]


async def _add_confirmation(
    session: AsyncSession,
    actor: Actor,
    poll_id: uuid.UUID,
    act: Act,
    *,
    digest: str,
    reason: str | None,
    now: datetime,
) -> None:
    try:
        async with session.begin_nested():
            session.add(
                Confirmation(
                    id=new_id(),
                    poll_id=poll_id,
                    act=act,
                    account_id=actor.id,
                    name=actor.name,
                    digest=digest,
                    reason=reason,
                    confirmed_at=now,
                )
            )
            await session.flush()
    except IntegrityError as clash:
        raise AlreadyConfirmed() from clash


async def digest_to_confirm(session: AsyncSession, poll: Poll, act: Act) -> str:
    """The digest that both officials must have seen: of the contest with its dates, the closing protocol, the
    result, or the reason to cancel ("" when nobody proposes it).
    """
    if act is Act.OPEN:
        stage = await get_stage_by_id(session, poll.stage_id)
        return _digest(opening_facts(poll, stage.opens_at, stage.closes_at))
    if act is Act.CLOSE:
        return protocol_digest(poll)
    if act is Act.CANCEL:
        standing = [
            one
            for one in await queries.list_confirmations(session, poll.id)
            if one.act == act and one.withdrawn_at is None
        ]
        return standing[0].digest if standing else ""
    result = (
        await session.execute(select(Tally.result).where(Tally.poll_id == poll.id))
    ).scalar_one_or_none()
    return hashlib.sha256((result or "").encode()).hexdigest()


def opening_facts(poll: Poll, opens_at: datetime, closes_at: datetime) -> dict[str, object]:
    """What two officials confirm before a vote opens: the frozen contest, its rule, from when until when; of
    a sealed vote also the first event of its board, which names the trustees and the roll; the polling places
    where there are any.
    """
    sealed: dict[str, object] = {} if poll.board_start is None else {"board_start": poll.board_start}
    places: dict[str, object] = {} if poll.places_digest is None else {"places_digest": poll.places_digest}
    return (
        sealed
        | places
        | {
            "contest_digest": poll.contest_digest,
            "rule": poll.rule,
            "rule_params_digest": poll.rule_params_digest,
            "ties": json.loads(poll.ties),
            "opens_at": register.moment_text(opens_at),
            "closes_at": register.moment_text(closes_at),
        }
    )


def cancelling_digest(poll: Poll, reason: str) -> str:
    """SHA-256 of what two officials must agree on to cancel: this contest, for this reason."""
    return _digest({"cancel": str(poll.id), "contest_digest": poll.contest_digest, "reason": reason})


def _digest(facts: dict[str, object]) -> str:
    return hashlib.sha256(register.canonical(facts).encode()).hexdigest()

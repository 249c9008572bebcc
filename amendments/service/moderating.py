"""What the secretariat finds of an amendment: that something is missing, or that it is none. Neither ends it
for good: what was returned stands as it was sent when its term ends, and a mistake is mended.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.models import AmendmentAnchor, AmendmentRow
from amendments.policy import may_moderate, may_readmit
from amendments.queries.returned import AnchorSent, Sent
from amendments.rules.procedure import completion_until
from amendments.service.comparing import keep_conflicts
from amendments.service.proposing import end_amendment, lock_amendment
from amendments.service.telling import mail_author, publish_amendment_fact, tell
from amendments.states import ActState, AmendmentState
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.errors import Forbidden, FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require

MIN_REASON = 20  # characters
PLATFORM = "Obște"  # who does what follows from a term


async def return_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, reason: str, now: datetime
) -> AmendmentRow:
    """Give an amendment back to its author to be completed within a term, with the reason.

    Locks: the act. Raises: Forbidden, FormErrors. Queues: mail to the author.
    """
    row, act, version = await lock_amendment(session, amendment_id)
    require(may_moderate(actor, row))
    _check_reasoned(reason)
    if await queries.is_of_walk_in(session, row.id):
        raise Forbidden(N_("Who said this at the debate has no account to complete it. Answer it as it is."))
    row.state_reason = reason
    row.returned_on = local_date(now)
    row.sent = msgspec.json.encode(
        Sent(
            version_id=row.version_id,
            operations=bytes(row.operations),
            reason=row.reason,
            author_kind=row.author_kind,
            on_behalf_of=row.on_behalf_of,
            separable=row.separable,
            anchor=_anchor_sent(await queries.find_anchor(session, row.id, version.id)),
        )
    )
    until = completion_until(row.returned_on, await list_days_off(session))
    state = AmendmentState.RETURNED
    await end_amendment(session, row, state, "returned", by_name=actor.name, text=reason, now=now)
    await mail_author(session, act, row, "returned", reason=reason, until=until)
    return row


def _anchor_sent(anchor: AmendmentAnchor | None) -> AnchorSent | None:
    if anchor is None:
        return None
    return AnchorSent(
        anchor.version_id,
        anchor.fate,
        bytes(anchor.operations),
        anchor.because_of,
        anchor.computed_at,
        anchor.confirmed_at,
    )


async def refuse_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, reason: str, now: datetime
) -> AmendmentRow:
    """Find that it is no amendment to this act, with the reason; it stays public.

    Locks: the act. Raises: Forbidden, FormErrors. Queues: mail to the author.
    """
    row, act, _ = await lock_amendment(session, amendment_id)
    require(may_moderate(actor, row))
    _check_reasoned(reason)
    row.state_reason = reason
    state = AmendmentState.INADMISSIBLE
    await end_amendment(session, row, state, "inadmissible", by_name=actor.name, text=reason, now=now)
    await mail_author(session, act, row, "inadmissible", reason=reason)
    return row


async def readmit_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, reason: str, now: datetime
) -> AmendmentRow:
    """That it was found inadmissible was a mistake: it waits for an answer again, with the reason.

    Locks: the act. Raises: Forbidden, FormErrors. Queues: mail to the author.
    """
    row, act, _ = await lock_amendment(session, amendment_id)
    require(may_readmit(actor, act, row))
    _check_reasoned(reason)
    await _wait_again(session, row, "readmitted", by_name=actor.name, text=reason, now=now)
    await mail_author(session, act, row, "readmitted", reason=reason)
    return row


def _check_reasoned(reason: str) -> None:
    """Raises: FormErrors."""
    if len(reason.strip()) < MIN_REASON:
        problem = Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)
        raise FormErrors({"reason": problem})


# ── the end of the term ───────────────────────────────────────────────────────
async def list_lapsed(session: AsyncSession, *, today: date) -> Sequence[uuid.UUID]:
    """Amendments whose authors were asked to complete them and whose term has ended."""
    days_off = await list_days_off(session)
    return [
        row.id for row in await queries.list_returned(session) if _has_lapsed(row, today, days_off=days_off)
    ]


def _has_lapsed(row: AmendmentRow, today: date, *, days_off: frozenset[date]) -> bool:
    """Of one that was returned before there was a term, it has."""
    return row.returned_on is None or today > completion_until(row.returned_on, days_off)


async def let_lapse(session: AsyncSession, amendment_id: uuid.UUID, *, now: datetime) -> bool:
    """The term to complete it has ended: it stands as it was sent, and waits for its answer. Whether it did;
    twice is once. Locks: the act. Queues: mail to the author.
    """
    row, act, _ = await lock_amendment(session, amendment_id)
    is_open = act.state in (ActState.DEBATE, ActState.CLOSED)
    if row.state != AmendmentState.RETURNED or not is_open:
        return False
    if not _has_lapsed(row, local_date(now), days_off=await list_days_off(session)):
        return False
    if row.sent is not None:
        await _restore(session, row, msgspec.json.decode(bytes(row.sent), type=Sent))
    await _wait_again(session, row, "stands_as_sent", by_name=PLATFORM, now=now)
    await mail_author(session, act, row, "stands_as_sent")
    return True


async def _restore(session: AsyncSession, row: AmendmentRow, sent: Sent) -> None:
    """What its author has written since, and not sent, is not what was registered."""
    row.version_id, row.operations, row.reason = sent.version_id, sent.operations, sent.reason
    row.author_kind, row.on_behalf_of, row.separable = sent.author_kind, sent.on_behalf_of, sent.separable
    anchor = sent.anchor
    if anchor and await queries.find_anchor(session, row.id, anchor.version_id) is None:
        session.add(AmendmentAnchor(amendment_id=row.id, **msgspec.structs.asdict(anchor)))
    await session.flush()


async def _wait_again(
    session: AsyncSession, row: AmendmentRow, kind: str, *, by_name: str, text: str = "", now: datetime
) -> None:
    """It waits for an answer, and is compared anew with what stands on the newest text."""
    row.move_to(AmendmentState.SUBMITTED)
    row.state_reason, row.returned_on, row.sent = "", None, None
    await session.flush()
    version = await queries.last_version(session, row.act_id)
    await keep_conflicts(session, version, row)
    await tell(session, row, kind, by_name=by_name, text=text, operations=bytes(row.operations), now=now)
    facts: dict[str, object] = {"reason": text} if text else {}
    await publish_amendment_fact(session, f"amendment.{kind}", row, facts, now=now)

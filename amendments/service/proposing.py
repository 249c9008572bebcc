"""Proposing an amendment: a draft that is kept, its registration, standing behind it, taking it back.

Whoever changes anything of an act holds the act's lock: so numbers have no gaps, and every amendment is
compared with all that came before it.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from amendments import queries
from amendments.errors import AlreadySupported, NotSupported, TextRefused
from amendments.models import (
    Act,
    ActVersion,
    AmendmentAnchor,
    AmendmentRow,
    AmendmentSupport,
)
from amendments.policy import (
    may_change_amendment,
    may_keep_draft,
    may_propose_as,
    may_stand_behind,
    may_submit,
    may_table,
    may_withdraw,
)
from amendments.service.comparing import forget_conflicts, keep_conflicts, keep_places
from amendments.service.debates import check_own_words
from amendments.service.telling import mail_receipt, proposal_facts, publish_amendment_fact, tell
from amendments.states import UNANSWERED, ActState, AmendmentState, AuthorKind, IllegalMove
from amendments.text.conflicts import check_consistent
from amendments.text.operations import Amendment, Operation, check_amendment
from amendments.text.refused import Refused
from amendments.text.units import Version
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.numbers import next_number
from app.kit.policy import require

SERIES = "AM"
MIN_REASON = 20  # characters: less explains nothing


class AmendmentDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody proposes. `operations`: what changes in the newest text; none leaves a kept draft's as
    they are, on the text that they were written against.
    """

    operations: tuple[Operation, ...] | None = None
    reason: str = ""
    author_kind: AuthorKind = AuthorKind.RESIDENT
    on_behalf_of: str = ""
    separable: bool = False


async def begin_amendment(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, draft: AmendmentDraft, *, now: datetime
) -> AmendmentRow:
    """Keep a draft that its author alone sees. Locks: the act. Raises: Forbidden, TextRefused."""
    act = await queries.get_act(session, act_id, lock=True)
    count = await queries.count_drafts(session, act_id, actor.id)
    require(may_keep_draft(actor, act, drafts=count, today=local_date(now)))
    version = await queries.last_version(session, act_id)
    row = AmendmentRow(
        act_id=act_id,
        version_id=version.id,
        round=act.round,
        author_id=actor.id,
        author_name="",
        state_reason="",
        created_at=now,
        operations=_write(queries.read_version(version), draft.operations or (), separable=draft.separable),
        **_columns(draft, now),
    )
    session.add(row)
    await session.flush()
    return row


async def save_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, draft: AmendmentDraft, *, now: datetime
) -> AmendmentRow:
    """Write a draft, or one that was returned, anew. Who signed other words no longer stands behind it.

    Locks: the act. Raises: Forbidden, TextRefused.
    """
    row, _, newest = await lock_amendment(session, amendment_id)
    require(may_change_amendment(actor, row))
    await check_own_words(session, row.id)
    before = row.version_id, bytes(row.operations)
    if draft.operations is not None:
        row.operations = _write(queries.read_version(newest), draft.operations, separable=draft.separable)
        row.version_id = newest.id
    for name, value in _columns(draft, now).items():
        setattr(row, name, value)
    if (row.version_id, bytes(row.operations)) != before:
        await _forget_anchor(session, row)
        await _forget_signatures(session, row, now=now)
    await session.flush()
    if row.rank is not None:
        await keep_places(session, row.version_id, {row.id: queries.as_amendment(row)})
    return row


async def _forget_anchor(session: AsyncSession, row: AmendmentRow) -> None:
    """What had been carried to this text stands there no longer: its author has written it anew for it."""
    await session.execute(
        delete(AmendmentAnchor).where(
            AmendmentAnchor.amendment_id == row.id, AmendmentAnchor.version_id == row.version_id
        )
    )


async def _forget_signatures(session: AsyncSession, row: AmendmentRow, *, now: datetime) -> None:
    """Nobody stands behind words that they have not seen."""
    if row.support_count:
        await session.execute(delete(AmendmentSupport).where(AmendmentSupport.amendment_id == row.id))
        row.support_count = 0
        await tell(session, row, "rewritten", by_name=row.author_name, now=now)
        await publish_amendment_fact(session, "amendment.rewritten", row, {}, now=now)


async def delete_draft(session: AsyncSession, actor: Actor, amendment_id: uuid.UUID) -> None:
    """Throw a draft away. Raises: Forbidden, IllegalMove for one that is registered."""
    row, _, _ = await lock_amendment(session, amendment_id)
    require(may_change_amendment(actor, row))
    if row.state != AmendmentState.DRAFT:
        raise IllegalMove()
    await session.delete(row)
    await session.flush()


def _columns(draft: AmendmentDraft, now: datetime) -> dict[str, object]:
    return {
        "reason": draft.reason.strip(),
        "author_kind": draft.author_kind.value,
        "on_behalf_of": draft.on_behalf_of.strip(),
        "separable": draft.separable,
        "updated_at": now,
    }


def _write(version: Version, operations: Sequence[Operation], *, separable: bool) -> bytes:
    """Raises: TextRefused."""
    if operations:
        check_operations(version, operations, separable=separable)
    return queries.write_operations(operations)


def check_operations(
    version: Version, operations: Sequence[Operation], *, separable: bool = False
) -> Amendment:
    """The operations as an amendment that can be carried out. Raises: TextRefused."""
    amendment = Amendment(id="?", rank=0, operations=tuple(operations), separable=separable)
    try:
        check_amendment(version, amendment)
        check_consistent(version, amendment)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem
    return amendment


# ── the registration ──────────────────────────────────────────────────────────
async def submit_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, now: datetime
) -> AmendmentRow:
    """Register an amendment: from now on it is public and has to be answered. Sent twice, it is registered
    once.

    Locks: the act, the series of numbers, the register's head. Raises: Forbidden, FormErrors when incomplete,
    TextRefused. Queues: the receipt to its author.
    """
    row, act, version = await lock_amendment(session, amendment_id)
    if row.author_id == actor.id and row.state in (AmendmentState.SUBMITTED, AmendmentState.TABLED):
        return row
    require(may_change_amendment(actor, row))
    today = local_date(now)
    await _check_allowed(session, actor, act, row, today=today)
    _check_complete(actor, row)
    written_on = await _check_current(session, row, version)
    row.round = act.round
    if row.rank is None:
        row.rank = await queries.last_rank(session, act.id) + 1
        row.number = await next_number(session, SERIES, today.year)
    is_tabled = act.state == ActState.COUNCIL
    row.move_to(AmendmentState.TABLED if is_tabled else AmendmentState.SUBMITTED)
    row.submitted_at, row.author_name, row.state_reason = now, _shown_name(actor, row), ""
    row.returned_on, row.sent = None, None
    await session.flush()
    await keep_conflicts(session, version, row)
    kind = "tabled" if is_tabled else "submitted"
    await tell(session, row, kind, by_name=row.author_name, operations=bytes(row.operations), now=now)
    if row.replaces_id is not None:
        await _replace(session, row.replaces_id, row, now=now)
    mail_receipt(session, actor, act, row)
    facts = proposal_facts(act, row, written_on)
    await publish_amendment_fact(session, f"amendment.{kind}", row, facts, now=now)
    return row


async def _check_allowed(
    session: AsyncSession, actor: Actor, act: Act, row: AmendmentRow, *, today: date
) -> None:
    """That it may be registered today; on the final text, by a councillor in office. Raises: Forbidden."""
    accounts = await list_same_person(session, actor.id)
    waiting = await queries.count_waiting(session, act.id, accounts) if row.rank is None else 0
    require(may_submit(actor, act, row, waiting=waiting, today=today))
    if act.state == ActState.COUNCIL:
        councillor = await queries.find_councillor(session, actor.id, on=today)
        require(may_table(actor, act, is_in_office=councillor is not None))
        row.author_kind = AuthorKind.COUNCILLOR.value


async def _replace(session: AsyncSession, old_id: uuid.UUID, row: AmendmentRow, *, now: datetime) -> None:
    """The amendment in whose place this one stands is taken back, if nothing else has become of it."""
    old = await queries.get_amendment(session, old_id)
    if old.state in UNANSWERED:
        facts = {"by_name": old.author_name, "text": row.number or ""}
        await end_amendment(session, old, AmendmentState.WITHDRAWN, "rewritten_as", **facts, now=now)


async def _check_current(session: AsyncSession, row: AmendmentRow, newest: ActVersion) -> ActVersion:
    """That it means on the newest text what its author saw; the text that it was written against.

    Raises: TextRefused.
    """
    if row.version_id != newest.id:
        anchor = await queries.find_anchor(session, row.id, newest.id)
        if anchor is None or anchor.fate not in queries.CARRIED:
            raise TextRefused("text_moved_on")
    version = await queries.get_version(session, row.version_id)
    operations = queries.read_operations(row.operations)
    check_operations(queries.read_version(version), operations, separable=row.separable)
    return version


def _check_complete(actor: Actor, row: AmendmentRow) -> None:
    """Raises: FormErrors."""
    missing: dict[str, Invalid] = {}
    if not may_propose_as(actor, AuthorKind(row.author_kind)):
        missing["author_kind"] = Invalid(N_("Choose for whom you propose it."))
    if not queries.read_operations(row.operations):
        missing["text"] = Invalid(N_("You have not changed anything yet."))
    if len(row.reason) < MIN_REASON:
        missing["reason"] = Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)
    if row.author_kind in (AuthorKind.ASSOCIATION, AuthorKind.BUSINESS) and not row.on_behalf_of:
        missing["on_behalf_of"] = Invalid(N_("Write the name of the association or business."))
    if missing:
        raise FormErrors(dict(missing))


def _shown_name(actor: Actor, row: AmendmentRow) -> str:
    """Recommendations are public with their author (Law 52/2003, art. 7 (5))."""
    return f"{actor.name} ({row.on_behalf_of})" if row.on_behalf_of else actor.name


# ── after it ──────────────────────────────────────────────────────────────────
async def withdraw_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, now: datetime
) -> AmendmentRow:
    """Take an amendment back; its page stays and says so. Locks: the act. Raises: Forbidden."""
    row, act, _ = await lock_amendment(session, amendment_id)
    require(may_withdraw(actor, act, row))
    await check_own_words(session, row.id)
    return await end_amendment(
        session, row, AmendmentState.WITHDRAWN, "withdrawn", by_name=row.author_name, now=now
    )


async def end_amendment(
    session: AsyncSession,
    row: AmendmentRow,
    state: AmendmentState,
    kind: str,
    *,
    by_name: str,
    text: str = "",
    now: datetime,
) -> AmendmentRow:
    """It no longer waits: it is withdrawn, returned or inadmissible. The caller holds the act's lock."""
    row.move_to(state)
    await forget_conflicts(session, row.id)
    await tell(session, row, kind, by_name=by_name, text=text, now=now)
    facts: dict[str, object] = {"reason": text} if text else {}
    await publish_amendment_fact(session, f"amendment.{kind}", row, facts, now=now)
    return row


async def stand_behind(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, by_name: bool, now: datetime
) -> None:
    """Support an amendment, or co-sign it by name; once, from whichever account.

    Locks: the act. Raises: Forbidden, AlreadySupported.
    """
    row, act, _ = await lock_amendment(session, amendment_id)
    accounts = await list_same_person(session, actor.id)
    for account_id in accounts:
        if await queries.find_support(session, amendment_id, account_id) is not None:
            raise AlreadySupported()
    require(may_stand_behind(actor, act, row, stands=False, accounts=accounts, today=local_date(now)))
    name = actor.name if by_name else ""
    session.add(
        AmendmentSupport(
            amendment_id=amendment_id, account_id=actor.id, is_cosigner=by_name, name=name, at=now
        )
    )
    await session.flush()
    await _count(session, row, 1)


async def step_back(session: AsyncSession, actor: Actor, amendment_id: uuid.UUID) -> None:
    """No longer stand behind it; the row goes. Locks: the act. Raises: NotSupported."""
    row, _, _ = await lock_amendment(session, amendment_id)
    query = delete(AmendmentSupport).where(
        AmendmentSupport.amendment_id == amendment_id, AmendmentSupport.account_id == actor.id
    )
    if (await session.execute(query.returning(AmendmentSupport.account_id))).first() is None:
        raise NotSupported()
    await _count(session, row, -1)


async def _count(session: AsyncSession, row: AmendmentRow, change: int) -> None:
    """Keep the count beside the rows; both change under the act's lock."""
    await session.execute(
        update(AmendmentRow)
        .where(AmendmentRow.id == row.id)
        .values(support_count=AmendmentRow.support_count + change)
    )
    await session.refresh(row, ["support_count"])


# ── shared ────────────────────────────────────────────────────────────────────
async def lock_amendment(
    session: AsyncSession, amendment_id: uuid.UUID
) -> tuple[AmendmentRow, Act, ActVersion]:
    """The amendment, its act under lock, and the act's newest version."""
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    return row, act, await queries.last_version(session, act.id)

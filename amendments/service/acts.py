"""Preparing an act: its text; announcing it, and the steps of its procedure, in public."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import ActIncomplete, ActTextChanged, TooEarly
from amendments.models import Act, ActEvent, ActSubscription, ActVersion
from amendments.policy import (
    may_close_debate,
    may_edit_text,
    may_extend_proposals,
    may_prepare,
    may_record_step,
)
from amendments.queries.acts import Content
from amendments.rules.procedure import RECORDED, Event, may_happen
from amendments.service.following import tell_followers
from amendments.states import ActState, VersionKind
from amendments.text.lines import lay_out
from amendments.text.reading.proposal import Remark
from amendments.text.units import Version
from app.kit import register
from app.kit.clock import local_date
from app.kit.days_off import list_days_off
from app.kit.db import insert_once, new_id
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_, Locale, show_date
from app.kit.mail import send_mail
from app.kit.numbers import next_number
from app.kit.policy import require

SERIES = "PH"  # proiect de hotărâre
MOST_TIME = timedelta(days=366)
MIN_UNITS = 2  # the act and one article at the least


class ActDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What the secretariat writes down of an act beside its text."""

    title: str
    summary: str = ""
    initiator: str
    department: str
    officer: str
    contact: str
    majority: str = "simple"


async def create_act(
    session: AsyncSession,
    actor: Actor,
    draft: ActDraft,
    text: Version,
    *,
    remarks: Sequence[Remark] = (),
    now: datetime,
) -> Act:
    """Begin an act that only the secretariat sees. Raises: Forbidden."""
    require(may_prepare(actor))
    act = Act(
        **msgspec.structs.asdict(draft),
        text=write_text(text),
        remarks=msgspec.json.encode(remarks).decode(),
        revision=1,
        created_by_id=actor.id,
        created_at=now,
    )
    session.add(act)
    await session.flush()
    return act


async def save_act(session: AsyncSession, actor: Actor, act_id: uuid.UUID, draft: ActDraft) -> Act:
    """Write down anew what is said of an act. Locks: the act. Raises: Forbidden."""
    act = await queries.get_act(session, act_id, lock=True)
    require(may_edit_text(actor, act))
    for name, value in msgspec.structs.asdict(draft).items():
        setattr(act, name, value)
    await session.flush()
    return act


async def save_text(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    text: Version,
    *,
    revision: int,
    remarks: Sequence[Remark] | None = None,
) -> Act:
    """Put another text in place of the one that was read as `revision`.

    Locks: the act. Raises: Forbidden, ActTextChanged when somebody has saved another one since.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_edit_text(actor, act))
    if act.revision != revision:
        raise ActTextChanged()
    act.text, act.revision = write_text(text), revision + 1
    if remarks is not None:  # another file was read
        act.remarks = msgspec.json.encode(remarks).decode()
    await session.flush()
    return act


def read_text(act: Act) -> Version:
    """The text that is being prepared."""
    content = msgspec.json.decode(bytes(act.text), type=Content)
    return Version(content.units, content.fields)


def read_remarks(act: Act) -> tuple[Remark, ...]:
    """What the reader of its file was not sure of."""
    return msgspec.json.decode(act.remarks, type=tuple[Remark, ...])


def write_text(text: Version) -> bytes:
    """A version as it is stored."""
    return msgspec.json.encode(Content(text.units, text.fields))


# ── the announcement ──────────────────────────────────────────────────────────
async def announce_act(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, proposals_until: date, now: datetime
) -> Act:
    """Publish the first version, with its number, and begin to receive amendments.

    Locks: the act, the series of numbers, the register's head. Raises: Forbidden, ActIncomplete, TooEarly for
    a day before the one that the law asks for, FormErrors for one that is too far. Queues: mail to everybody
    who asked for announcements.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_edit_text(actor, act))
    papers = await queries.list_papers(session, act_id, shown=True)
    text, today = read_text(act), local_date(now)
    if len(text.units) < MIN_UNITS or not papers:
        raise ActIncomplete()
    check_not_far(proposals_until, today, "proposals_until")
    await check_term(session, Event.PROPOSALS_ENDED, proposals_until, {Event.ANNOUNCED: today})
    act.number = await next_number(session, SERIES, today.year)
    act.move_to(ActState.DEBATE)
    act.announced_on, act.proposals_until = today, proposals_until
    version = await publish_version(session, act, text, VersionKind.INITIAL, now=now)
    await note_event(session, actor, act, Event.ANNOUNCED, today, now=now)
    await _mail_announcement(session, act, proposals_until)
    facts: dict[str, object] = {
        "text": version.content_hash,
        "papers": {paper.title: paper.sha256 for paper in papers},
        "proposals_until": proposals_until.isoformat(),
    }
    await publish_fact(session, "act.announced", act, facts, now=now)
    return act


def check_not_far(until: date, today: date, field: str) -> None:
    """That a last day was not mistyped, for the time for proposals is never ended before it. Raises:
    FormErrors.
    """
    if until > today + MOST_TIME:
        raise FormErrors({field: Invalid(N_("This day is more than a year away. Look at it again."))})


async def check_term(session: AsyncSession, step: Event, on: date, happened: Mapping[Event, date]) -> None:
    """That the law lets a step happen on a day: one that is late may be written down as late, one that is too
    early may not happen. Raises: TooEarly.
    """
    for clock in may_happen(step, on, happened, days_off=await list_days_off(session)):
        if clock.from_on is not None:
            raise TooEarly(from_on=clock.from_on, source=clock.provision.term.source)


async def publish_version(
    session: AsyncSession,
    act: Act,
    text: Version,
    kind: VersionKind,
    *,
    origins: bytes = b"",
    report: str = "",
    now: datetime,
) -> ActVersion:
    """Write a version down for ever, with its numbered lines. The caller holds the act's lock."""
    query = select(func.max(ActVersion.sequence)).where(ActVersion.act_id == act.id)
    version = ActVersion(
        act_id=act.id,
        sequence=((await session.execute(query)).scalar_one() or 0) + 1,
        kind=kind.value,
        content=write_text(text),
        content_hash=text.content_hash,
        lines=msgspec.json.encode(lay_out(text).lines),
        origins=origins,
        report=report,
        published_at=now,
    )
    session.add(version)
    await session.flush()
    return version


async def _mail_announcement(session: AsyncSession, act: Act, proposals_until: date) -> None:
    for _, email, written in await queries.list_subscribers(session):
        locale: Locale = "en" if written == "en" else "ro"
        send_mail(
            session,
            to=email,
            template="amendments/mail/announced.txt",
            locale=locale,
            number=act.number,
            title=act.title,
            initiator=act.initiator,
            until=show_date(proposals_until, locale),
            act_path=f"/acts/{act.id}",
        )


async def subscribe(session: AsyncSession, actor: Actor, *, wanted: bool, now: datetime) -> None:
    """Ask for announcements by e-mail, or no longer; asking twice is asking once."""
    if wanted:
        await insert_once(session, ActSubscription, id=new_id(), account_id=actor.id, since=now)
    else:
        await session.execute(delete(ActSubscription).where(ActSubscription.account_id == actor.id))


# ── the procedure ─────────────────────────────────────────────────────────────
async def record_event(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    event: Event,
    *,
    on: date,
    text: str = "",
    now: datetime,
) -> ActEvent:
    """Write down that a step of the procedure happened, if the law lets it happen on that day.

    Locks: the act. Raises: Forbidden, TooEarly, FormErrors for a day that has not come.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_record_step(actor, act))
    if event not in RECORDED:
        raise FormErrors({"event": Invalid(N_("Choose the step."))})
    if on > local_date(now):
        raise FormErrors({"happened_on": Invalid(N_("This day has not come yet."))})
    if act.announced_on is not None and on < act.announced_on:
        raise FormErrors({"happened_on": Invalid(N_("This day is before the announcement."))})
    await check_term(session, event, on, await happened_of(session, act))
    entry = await note_event(session, actor, act, event, on, text=text, now=now)
    facts: dict[str, object] = {"event": event.value, "on": on.isoformat(), "by": actor.name}
    await publish_fact(session, "act.step", act, facts, now=now)
    return entry


async def happened_of(session: AsyncSession, act: Act) -> dict[Event, date]:
    """What has happened in this round, each step by its newest entry; the first announcement stays."""
    happened: dict[Event, date] = {}
    for entry in await queries.list_events(session, act.id):
        if entry.round == act.round or entry.event == Event.ANNOUNCED:
            happened[Event(entry.event)] = entry.happened_on
    return happened


async def note_event(
    session: AsyncSession,
    actor: Actor,
    act: Act,
    event: Event,
    on: date,
    *,
    text: str = "",
    spared: Collection[uuid.UUID] = (),
    now: datetime,
) -> ActEvent:
    """An entry of the timeline. The caller holds the act's lock. Queues: notices to who follows the act and
    is not `spared`, being told otherwise.
    """
    entry = await write_event(session, actor, act, event, on, text=text, now=now)
    tell_followers(session, act, event.value, on=on, text=text, spared=spared, now=now)
    return entry


async def write_event(
    session: AsyncSession, actor: Actor, act: Act, event: Event, on: date, *, text: str = "", now: datetime
) -> ActEvent:
    """An entry of the timeline of which nobody is told by this. The caller holds the act's lock."""
    entry = ActEvent(
        act_id=act.id,
        position=len(await queries.list_events(session, act.id)) + 1,
        round=act.round,
        event=event.value,
        happened_on=on,
        text=text,
        by_name=actor.name,
        at=now,
    )
    session.add(entry)
    await session.flush()
    return entry


async def extend_proposals(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, until: date, reason: str, now: datetime
) -> Act:
    """Give more time for proposals than was announced, in public.

    Locks: the act, the register's head. Raises: Forbidden, TooEarly, FormErrors for a day that gives no more
    time. Queues: mail to who follows the act.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_extend_proposals(actor, act))
    before, today = act.proposals_until or local_date(now), local_date(now)
    if until <= before or until < today:
        raise FormErrors({"new_until": Invalid(N_("Choose a day after the announced one, from today on."))})
    check_not_far(until, today, "new_until")
    await check_term(session, Event.PROPOSALS_ENDED, until, await happened_of(session, act))
    act.proposals_until = until
    text = f"{before:%d.%m.%Y} → {until:%d.%m.%Y}\n\n{reason}"
    await note_event(session, actor, act, Event.PROPOSALS_EXTENDED, today, text=text, now=now)
    facts: dict[str, object] = {"before": before.isoformat(), "until": until.isoformat(), "reason": reason}
    await publish_fact(session, "act.proposals_extended", act, {**facts, "by": actor.name}, now=now)
    return act


async def close_debate(session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, now: datetime) -> Act:
    """End the time for proposals, after its last day.

    Locks: the act. Raises: Forbidden; TooEarly when a day off that was declared meanwhile gives the law's
    time a later end: then the time is extended first.
    """
    act = await queries.get_act(session, act_id, lock=True)
    today = local_date(now)
    require(may_close_debate(actor, act, today=today))
    last = act.proposals_until or today
    await check_term(session, Event.PROPOSALS_ENDED, last, await happened_of(session, act))
    act.move_to(ActState.CLOSED)
    await note_event(session, actor, act, Event.PROPOSALS_ENDED, last, now=now)
    facts: dict[str, object] = {"round": act.round, "amendments": await queries.last_rank(session, act_id)}
    await publish_fact(session, "act.proposals_ended", act, facts, now=now)
    return act


async def publish_fact(
    session: AsyncSession, kind: str, act: Act, facts: dict[str, object], *, now: datetime
) -> None:
    """Record a fact about an act. Locks: the register's head; so last."""
    await session.flush()
    await register.record(session, kind, f"act:{act.id}", {"number": act.number, **facts}, now=now)

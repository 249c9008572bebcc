"""The public debate meeting: asked for, called, cancelled; speakers register and withdraw.

Source: Law 52/2003, art. 7 (9) and (10): whoever is asked in writing by an association or another authority
calls one; how recommendations are collected, how one registers and how long one speaks is published before.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_contacts, list_same_person
from amendments import queries
from amendments.errors import DebateOpen
from amendments.models import Act, Debate, DebateRequest, DebateSpeaker
from amendments.policy import may_call_debate, may_hold_debate, may_register_to_speak, may_request_debate
from amendments.rules.procedure import Event
from amendments.service.acts import note_event, publish_fact
from amendments.service.following import MEETING_OFF, tell_followers
from amendments.states import DebateState
from app.kit.clock import local_date
from app.kit.errors import Forbidden, FormErrors, Invalid
from app.kit.i18n import N_, Locale, show_date, show_datetime
from app.kit.mail import send_mail
from app.kit.policy import require


class DebateDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of a meeting before it."""

    starts_at: datetime
    place: str
    link: str = ""
    capacity: int | None = None
    minutes_each: int
    register_until: date
    how: str
    attending: str


class SpeakerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says who wants to speak. `name`: of who walks in."""

    name: str = ""
    on_behalf_of: str = ""
    about: str = ""
    shows_papers: bool = False
    is_public: bool = False


# ── asking for one, calling it ────────────────────────────────────────────────
async def request_debate(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    *,
    entity: str,
    kind: str,
    signed_by: str,
    reason: str,
    now: datetime,
) -> DebateRequest:
    """Ask for a meeting in the name of an association or authority; asking twice is asking once.

    Locks: the act, the register's head. Raises: Forbidden. Queues: mail to who follows the act.
    """
    act = await queries.get_act(session, act_id, lock=True)
    for one in await queries.list_debate_requests(session, act_id):
        if one.account_id == actor.id:
            return one
    require(may_request_debate(actor, act))
    row = DebateRequest(
        act_id=act.id,
        account_id=actor.id,
        entity=entity,
        kind=kind,
        signed_by=signed_by,
        reason=reason,
        at=now,
    )
    session.add(row)
    await session.flush()
    await note_event(session, actor, act, Event.DEBATE_REQUESTED, local_date(now), text=entity, now=now)
    facts: dict[str, object] = {"entity": entity, "kind": kind}
    await publish_fact(session, "act.debate_requested", act, facts, now=now)
    return row


async def call_debate(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, draft: DebateDraft, *, now: datetime
) -> Debate:
    """Publish when, where and how the meeting is held; people register to speak from now on.

    Locks: the act, the register's head. Raises: Forbidden, DebateOpen while another is called or its minutes
    wait, FormErrors for days that do not fit. Queues: mail to who follows the act or asked for announcements.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_call_debate(actor, act))
    earlier = await queries.list_debates(session, act_id)
    if any(one.state in (DebateState.CALLED, DebateState.ENDED) for one in earlier):
        raise DebateOpen()
    _check_days(draft, now)
    debate = Debate(
        act_id=act.id,
        position=len(earlier) + 1,
        called_at=now,
        called_by=actor.name,
        **msgspec.structs.asdict(draft),
    )
    session.add(debate)
    await session.flush()
    told = f"{show_datetime(draft.starts_at, 'ro')}, {draft.place}"
    asked = await queries.list_subscribers(session)
    event, spared = Event.DEBATE_CALLED, [account_id for account_id, _, _ in asked]
    await note_event(session, actor, act, event, local_date(now), text=told, spared=spared, now=now)
    _mail_call(session, act, debate, asked)
    await publish_fact(session, "act.debate_called", act, _facts(debate), now=now)
    return debate


def _check_days(draft: DebateDraft, now: datetime) -> None:
    """Raises: FormErrors."""
    wrong: dict[str, Invalid] = {}
    if draft.starts_at <= now:
        wrong["day"] = Invalid(N_("The meeting has to be in the future."))
    if not local_date(now) <= draft.register_until <= local_date(draft.starts_at):
        wrong["register_until"] = Invalid(N_("Choose a day from today to the day of the meeting."))
    if wrong:
        raise FormErrors(dict(wrong))


def _facts(debate: Debate) -> dict[str, object]:
    return {
        "meeting": debate.position,
        "starts_at": debate.starts_at.isoformat(),
        "place": debate.place,
        "link": debate.link,
        "minutes_each": debate.minutes_each,
        "register_until": debate.register_until.isoformat(),
    }


def _mail_call(
    session: AsyncSession, act: Act, debate: Debate, asked: Sequence[Row[uuid.UUID, str, str]]
) -> None:
    """To everybody who asked for announcements."""
    for _, email, written in asked:
        locale: Locale = "en" if written == "en" else "ro"
        send_mail(
            session,
            to=email,
            template="amendments/mail/debate_called.txt",
            locale=locale,
            number=act.number,
            title=act.title,
            starts_at=show_datetime(debate.starts_at, locale),
            place=debate.place,
            until=show_date(debate.register_until, locale),
            debate_path=debate_path(debate),
        )


def debate_path(debate: Debate) -> str:
    """The address of a meeting."""
    return f"/acts/{debate.act_id}/debates/{debate.position}"


async def cancel_debate(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, *, reason: str, now: datetime
) -> Debate:
    """Call a meeting off, with a public reason; then another may be called.

    Locks: the act, the register's head. Raises: Forbidden, IllegalMove. Queues: mail to the speakers and to
    who asked for announcements, notices to who follows the act.
    """
    debate, act = await lock_debate(session, debate_id)
    require(may_hold_debate(actor))
    await call_off_debate(session, act, debate, reason=reason, now=now)
    return debate


async def call_off_debate(
    session: AsyncSession, act: Act, debate: Debate, *, reason: str, now: datetime
) -> None:
    """Write down that a meeting is not held, and tell everybody who may come. The caller holds the act's
    lock. Raises: IllegalMove.
    """
    debate.move_to(DebateState.CANCELLED)
    debate.cancel_reason = reason
    expected = await _list_expected(session, debate)
    for email, locale in expected.values():
        _mail_about(session, act, debate, "cancelled", email, locale)
    told = f"{show_datetime(debate.starts_at, 'ro')}, {debate.place}\n\n{reason}"
    tell_followers(session, act, MEETING_OFF, on=local_date(now), text=told, spared=expected, now=now)
    await publish_fact(
        session, "act.debate_cancelled", act, {"meeting": debate.position, "reason": reason}, now=now
    )


async def _list_expected(session: AsyncSession, debate: Debate) -> dict[uuid.UUID, tuple[str, Locale]]:
    """E-mail and language of who registered to speak or asked for announcements; each once, in as many
    queries for thousands as for one.
    """
    speakers = await queries.list_speakers(session, debate.id)
    contacts = await list_contacts(session, [one.account_id for one in speakers if one.account_id])
    told: dict[uuid.UUID, tuple[str, Locale]] = {one.id: (one.email, one.locale) for one in contacts}
    for account_id, email, written in await queries.list_subscribers(session):
        told[account_id] = email, "en" if written == "en" else "ro"
    return told


# ── who speaks ────────────────────────────────────────────────────────────────
async def register_speaker(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, draft: SpeakerDraft, *, now: datetime
) -> DebateSpeaker:
    """Register to speak, at the end of the order; twice is once, from whichever account. Who withdrew may
    come again, at the end.

    Locks: the act. Raises: Forbidden after the last day. Queues: the confirmation.
    """
    debate, act = await lock_debate(session, debate_id)
    accounts = await list_same_person(session, actor.id)
    own = await queries.find_speaker(session, debate.id, accounts)
    if own is not None and own.withdrawn_at is None:
        return own
    require(may_register_to_speak(actor, debate, today=local_date(now)))
    place = await queries.last_place(session, debate.id) + 1
    given = msgspec.structs.asdict(draft) | {"name": actor.name, "position": place, "registered_at": now}
    if own is None:
        own = DebateSpeaker(debate_id=debate.id, account_id=actor.id, withdrawn_at=None, spoke=None, **given)
        session.add(own)
    else:
        own.withdrawn_at = None
        for name, value in given.items():
            setattr(own, name, value)
    await session.flush()
    await mail_speaker(session, act, debate, own, "registered")
    return own


async def withdraw_speaker(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, *, now: datetime
) -> None:
    """No longer want to speak; twice is once. Locks: the act. Raises: FormErrors once it is held."""
    debate, _ = await lock_debate(session, debate_id)
    own = await queries.find_speaker(session, debate.id, await list_same_person(session, actor.id))
    if own is None or own.withdrawn_at is not None:
        return
    if debate.state != DebateState.CALLED or own.spoke is not None:
        raise FormErrors({"": Invalid(N_("The meeting has been held."))})
    own.withdrawn_at = now
    await session.flush()


async def add_walk_in(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, draft: SpeakerDraft, *, now: datetime
) -> DebateSpeaker:
    """Who comes without having registered also gets the word: written down by the secretariat.

    Locks: the act. Raises: Forbidden, IllegalMove once the meeting has ended, FormErrors without a name.
    """
    debate, _ = await lock_debate(session, debate_id)
    require(may_hold_debate(actor, debate))
    if not draft.name.strip():
        raise FormErrors({"name": Invalid(N_("Write the name of who speaks."))})
    for one in await queries.list_speakers(session, debate.id):
        if one.account_id is None and (one.name, one.on_behalf_of, one.about) == (
            draft.name,
            draft.on_behalf_of,
            draft.about,
        ):
            return one  # a second click
    speaker = DebateSpeaker(
        debate_id=debate.id,
        account_id=None,
        position=await queries.last_place(session, debate.id) + 1,
        registered_at=now,
        withdrawn_at=None,
        spoke=None,
        **msgspec.structs.asdict(draft),
    )
    session.add(speaker)
    await session.flush()
    return speaker


async def mail_speaker(
    session: AsyncSession, act: Act, debate: Debate, speaker: DebateSpeaker, what: str
) -> None:
    """Tell who registered by an account; who walked in has none."""
    for contact in await queries.list_contacts_of(session, speaker):
        _mail_about(session, act, debate, what, contact.email, contact.locale)


def _mail_about(
    session: AsyncSession, act: Act, debate: Debate, what: str, email: str, locale: Locale
) -> None:
    send_mail(
        session,
        to=email,
        template="amendments/mail/debate_speaker.txt",
        locale=locale,
        what=what,
        number=act.number,
        title=act.title,
        starts_at=show_datetime(debate.starts_at, locale),
        place=debate.place,
        link=debate.link,
        minutes=debate.minutes_each,
        reason=debate.cancel_reason,
        debate_path=debate_path(debate),
    )


async def check_own_words(session: AsyncSession, amendment_id: uuid.UUID) -> None:
    """Raises: Forbidden for what was said at a meeting by somebody without an account: only they could take
    it back or word it otherwise, and its author in the tables is who wrote it down.
    """
    if await queries.is_of_walk_in(session, amendment_id):
        raise Forbidden(N_("You have written this down for somebody who said it at the debate."))


async def lock_debate(session: AsyncSession, debate_id: uuid.UUID) -> tuple[Debate, Act]:
    """A meeting with its act, under the act's lock. Raises: DebateNotFound."""
    unlocked = await queries.get_debate(session, debate_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    return await queries.get_debate(session, debate_id), act

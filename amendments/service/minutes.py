"""The minutes of a public debate meeting: who spoke and what they recommended, published and never changed.

Source: Law 52/2003, art. 7 (10): it ends when all who registered have spoken; within ten days of its end the
minutes are public. What is recommended orally stands beside the written recommendations.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import DebateChanged, StillToSpeak, TextRefused
from amendments.models import (
    Act,
    AmendmentRow,
    Debate,
    DebateMinutes,
    DebateRecommendation,
    DebateSpeaker,
)
from amendments.policy import may_hold_debate, may_record_recommendation
from amendments.queries.debates import Minutes, MinutesRecommendation, MinutesSpeaker
from amendments.rules.procedure import Event
from amendments.service.acts import note_event, publish_fact
from amendments.service.comparing import keep_conflicts
from amendments.service.debates import lock_debate
from amendments.service.proposing import SERIES, check_operations
from amendments.service.telling import proposal_facts, publish_amendment_fact, tell
from amendments.states import AmendmentState, AuthorKind, DebateState, check_debate
from amendments.text.derive import derive_splices
from amendments.text.operations import Operation
from amendments.text.refused import Refused
from app.kit.clock import local_date
from app.kit.crypto import digest
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.numbers import next_number
from app.kit.policy import require


async def save_speaker(
    session: AsyncSession,
    actor: Actor,
    debate_id: uuid.UUID,
    position: int,
    *,
    spoke: bool | None,
    summary: str,
    revision: int,
) -> DebateSpeaker:
    """Write down whether somebody spoke, and what they said.

    Locks: the act. Raises: Forbidden, DebateNotFound, DebateChanged when a colleague has written it since.
    """
    debate, _ = await lock_debate(session, debate_id)
    require(may_hold_debate(actor, debate))
    speaker = await queries.get_speaker(session, debate.id, position)
    if speaker.revision != revision:
        raise DebateChanged()
    speaker.spoke, speaker.summary, speaker.revision = spoke, summary.strip(), revision + 1
    await session.flush()
    return speaker


async def save_minutes(
    session: AsyncSession,
    actor: Actor,
    debate_id: uuid.UUID,
    *,
    attendance: int | None,
    officials: str,
    notes: str,
    revision: int,
) -> Debate:
    """Write down who was there and what else is to be said.

    Locks: the act. Raises: Forbidden, DebateChanged when a colleague has written it since.
    """
    debate, _ = await lock_debate(session, debate_id)
    require(may_hold_debate(actor, debate))
    if debate.revision != revision:
        raise DebateChanged()
    debate.attendance, debate.officials, debate.notes = attendance, officials.strip(), notes.strip()
    debate.revision = revision + 1
    await session.flush()
    return debate


async def add_recommendation(
    session: AsyncSession,
    actor: Actor,
    debate_id: uuid.UUID,
    *,
    speaker: int,
    body: str,
    unit: str = "",
    reads: str = "",
    now: datetime,
) -> DebateRecommendation:
    """Write down what somebody recommended, perhaps with a place of the text and how it should read.

    Locks: the act. Raises: Forbidden, FormErrors when it does not fit the text.
    """
    debate, act = await lock_debate(session, debate_id)
    require(may_hold_debate(actor, debate))
    said_by = await queries.get_speaker(session, debate.id, speaker)
    await _operations(session, act, unit, reads)
    said = await queries.list_recommendations(session, debate.id)
    for one in said:
        if (one.speaker_id, one.body, one.unit, one.reads) == (said_by.id, body.strip(), unit, reads.strip()):
            return one  # a second click
    row = DebateRecommendation(
        debate_id=debate.id,
        position=len(said) + 1,
        speaker_id=said_by.id,
        body=body.strip(),
        unit=unit,
        reads=reads.strip(),
        at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def _operations(session: AsyncSession, act: Act, unit: str, reads: str) -> tuple[Operation, ...]:
    """What a recommendation changes in the newest text; nothing without a place and words for it.

    Raises: FormErrors.
    """
    if not unit or not reads.strip():
        return ()
    text = queries.read_version(await queries.last_version(session, act.id))
    if unit not in text:
        raise FormErrors({"unit": Invalid(N_("Choose a part of the text."))})
    try:
        operations = derive_splices(text[unit], reads)
        check_operations(text, operations)
    except Refused as problem:
        raise FormErrors({"reads": TextRefused(problem.code, **problem.facts)}) from problem
    except TextRefused as problem:
        raise FormErrors({"reads": problem}) from problem
    return operations


# ── as an amendment ───────────────────────────────────────────────────────────
async def register_recommendation(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, position: int, *, now: datetime
) -> AmendmentRow:
    """Register what was recommended orally as an amendment of who said it: it is answered as written ones
    are. Without a place in the text it changes nothing, and is answered all the same.

    Locks: the act, the series of numbers, the register's head. Raises: Forbidden, DebateNotFound. Twice is
    once.
    """
    debate, act = await lock_debate(session, debate_id)
    row = await queries.get_recommendation(session, debate.id, position)
    if row.amendment_id is not None:
        return await queries.get_amendment(session, row.amendment_id)
    require(may_record_recommendation(actor, act))
    speaker = await queries.get_speaker_by_id(session, row.speaker_id)
    version = await queries.last_version(session, act.id)
    amendment = AmendmentRow(
        act_id=act.id,
        version_id=version.id,
        round=act.round,
        author_id=speaker.account_id or actor.id,
        author_name=speaker_name(speaker),
        author_kind=(AuthorKind.ASSOCIATION if speaker.on_behalf_of else AuthorKind.RESIDENT).value,
        on_behalf_of=speaker.on_behalf_of,
        operations=queries.write_operations(await _operations(session, act, row.unit, row.reads)),
        separable=False,
        reason=row.body,
        created_at=now,
        updated_at=now,
        state_reason="",
        rank=await queries.last_rank(session, act.id) + 1,
        number=await next_number(session, SERIES, local_date(now).year),
        submitted_at=now,
        state=AmendmentState.SUBMITTED.value,
    )
    session.add(amendment)
    await session.flush()
    row.amendment_id = amendment.id
    await keep_conflicts(session, version, amendment)
    await tell(
        session,
        amendment,
        "recorded",
        by_name=actor.name,
        operations=bytes(amendment.operations),
        now=now,
    )
    facts = {**proposal_facts(act, amendment, version), "said_at": debate.position}
    await publish_amendment_fact(session, "amendment.submitted", amendment, facts, now=now)
    return amendment


def speaker_name(speaker: DebateSpeaker) -> str:
    """As shown in public: by name with consent, else by the place in the order."""
    name = speaker.name if speaker.is_public else f"Vorbitorul nr. {speaker.position}"
    return f"{name} ({speaker.on_behalf_of})" if speaker.on_behalf_of else name


# ── the end, and the minutes ──────────────────────────────────────────────────
async def end_debate(session: AsyncSession, actor: Actor, debate_id: uuid.UUID, *, now: datetime) -> Debate:
    """The meeting ends when everybody who had registered has had the word.

    Locks: the act, the register's head. Raises: Forbidden, IllegalMove, FormErrors before it began,
    StillToSpeak. Queues: mail to who follows the act.
    """
    debate, act = await lock_debate(session, debate_id)
    require(may_hold_debate(actor))
    if now < debate.starts_at:
        raise FormErrors({"": Invalid(N_("The meeting has not begun yet."))})
    speakers = await queries.list_speakers(session, debate.id)
    waiting = [one for one in speakers if one.spoke is None]
    if waiting:
        raise StillToSpeak(number=len(waiting))
    debate.move_to(DebateState.ENDED)
    debate.ended_at = now
    await note_event(session, actor, act, Event.DEBATE_ENDED, local_date(now), now=now)
    facts: dict[str, object] = {
        "meeting": debate.position,
        "speakers": sum(bool(one.spoke) for one in speakers),
    }
    await publish_fact(session, "act.debate_ended", act, facts, now=now)
    return debate


async def publish_minutes(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, *, now: datetime
) -> DebateMinutes:
    """Publish the minutes for ever. Locks: the act, the register's head. Raises: Forbidden, IllegalMove,
    FormErrors while something is missing. Queues: mail to who follows the act.
    """
    debate, act = await lock_debate(session, debate_id)
    require(may_hold_debate(actor))
    check_debate(DebateState(debate.state), DebateState.PUBLISHED)
    speakers = await queries.list_speakers(session, debate.id)
    _check_complete(debate, speakers, await queries.list_recommendations(session, debate.id))
    debate.move_to(DebateState.PUBLISHED)
    content = msgspec.json.encode(await _minutes(session, act, debate, speakers)).decode()
    row = DebateMinutes(
        debate_id=debate.id, position=1, content=content, sha256=digest(content), by_name=actor.name, at=now
    )
    session.add(row)
    await session.flush()
    await note_event(session, actor, act, Event.DEBATE_PAPERS, local_date(now), now=now)
    facts: dict[str, object] = {"meeting": debate.position, "sha256": row.sha256}
    await publish_fact(session, "act.debate_minutes", act, facts, now=now)
    return row


def _check_complete(
    debate: Debate, speakers: Sequence[DebateSpeaker], said: Sequence[DebateRecommendation]
) -> None:
    """Raises: FormErrors; what waits to be registered, each by its place."""
    wrong: dict[str, Invalid] = {}
    if debate.attendance is None:
        wrong["attendance"] = Invalid(N_("Write how many people were there."))
    if not debate.officials:
        wrong["officials"] = Invalid(N_("Write who was there for the town hall."))
    silent = [one.position for one in speakers if one.spoke and not one.summary]
    if silent:
        numbers = ", ".join(map(str, silent))
        wrong["speakers"] = Invalid(N_("Write what these speakers said: %(numbers)s."), numbers=numbers)
    for one in said:
        if one.amendment_id is None:
            text = N_("Register recommendation %(number)s as an amendment: so it gets its answer.")
            wrong[f"said-{one.position}"] = Invalid(text, number=one.position)
    if wrong:
        raise FormErrors(dict(wrong))


async def _minutes(
    session: AsyncSession, act: Act, debate: Debate, speakers: Sequence[DebateSpeaker]
) -> Minutes:
    numbers = {row.id: row.number or "" for row in await queries.list_amendments(session, act.id)}
    by_id = {one.id: one for one in speakers}
    return Minutes(
        act_number=act.number or "",
        act_title=act.title,
        starts_at=debate.starts_at,
        ended_at=debate.ended_at or debate.starts_at,
        place=debate.place,
        attendance=debate.attendance or 0,
        officials=debate.officials.splitlines(),
        notes=debate.notes,
        speakers=[
            MinutesSpeaker(one.position, speaker_name(one), one.about, bool(one.spoke), one.summary)
            for one in speakers
        ],
        recommendations=[
            MinutesRecommendation(
                speaker=by_id[one.speaker_id].position if one.speaker_id in by_id else 0,
                body=one.body,
                unit=one.unit,
                reads=one.reads,
                amendment=numbers.get(one.amendment_id, "") if one.amendment_id else "",
            )
            for one in await queries.list_recommendations(session, debate.id)
        ],
    )


async def correct_minutes(
    session: AsyncSession, actor: Actor, debate_id: uuid.UUID, *, text: str, now: datetime
) -> DebateMinutes:
    """Append a correction: what was published stays as it was.

    Locks: the act, the register's head. Raises: Forbidden, FormErrors before the minutes are published.
    """
    debate, act = await lock_debate(session, debate_id)
    require(may_hold_debate(actor))
    written = await queries.list_minutes(session, debate.id)
    if not written:
        raise FormErrors({"text": Invalid(N_("The minutes are not published yet."))})
    if written[-1].content == text.strip():
        return written[-1]  # a second click
    row = DebateMinutes(
        debate_id=debate.id,
        position=len(written) + 1,
        content=text.strip(),
        sha256=digest(text.strip()),
        by_name=actor.name,
        at=now,
    )
    session.add(row)
    await session.flush()
    facts: dict[str, object] = {"meeting": debate.position, "position": row.position, "text": row.content}
    await publish_fact(session, "act.debate_corrected", act, facts, now=now)
    return row

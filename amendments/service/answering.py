"""Answering amendments: each gets an answer with its reasons, and two accepted ones never contradict each
other.

Answers are written under the act's lock, so two people who accept contradicting amendments at the same moment
are one after the other, and the second is told. An answer is never overwritten: a later one supersedes it.

Source: Law 52/2003, art. 12 (3), the written reasons for what is not taken in.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from amendments import queries
from amendments.errors import AnswerClashes, AnswerOutdated
from amendments.models import Act, ActVersion, AmendmentRow, Answer, PreparedAnswer
from amendments.policy import may_answer
from amendments.service.following import ANSWERED, tell_followers
from amendments.service.proposing import check_operations
from amendments.service.telling import mail_author, publish_amendment_fact, tell
from amendments.states import INTO_TEXT, UNANSWERED, ActState, AmendmentState, Outcome
from amendments.text.index import ConflictIndex
from amendments.text.operations import Amendment, Operation, same_key
from app.kit.clock import local_date
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require

MIN_REASON = 20  # characters
PROPOSES_NO_WORDS = N_(
    "It was said at the debate and proposes no words. Propose them as the initiator and accept that, then "
    "answer here that it is already in the text."
)


class AnswerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered. `operations`: the counter-text (changed), or which of the author's own are accepted
    (partly). `same_as_id`: the amendment that holds the same (already in). `seen`: how many answers the page
    showed, so that nobody's is passed over.
    """

    outcome: Outcome
    reason: str = ""
    operations: tuple[Operation, ...] = ()
    same_as_id: uuid.UUID | None = None
    function: str
    seen: int = 0


async def answer_amendment(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, draft: AnswerDraft, *, now: datetime
) -> Answer:
    """Give an answer, or one that supersedes the last.

    Locks: the act. Raises: Forbidden, AnswerOutdated, FormErrors without reasons, TextRefused, AnswerClashes
    with what was accepted before. Queues: mail to the author and to who stands behind it.
    """
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    return await _answer(session, actor, act, amendment_id, draft, now=now)


async def answer_alike(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    drafts: Mapping[uuid.UUID, AnswerDraft],
    *,
    now: datetime,
) -> list[Answer]:
    """Give one answer to several amendments that propose the same; all of them, or none.

    Locks: the act. Raises: as `answer_amendment`, and FormErrors when they do not propose the same.
    """
    act = await queries.get_act(session, act_id, lock=True)
    rows = [await queries.get_amendment(session, amendment_id) for amendment_id in drafts]
    if len({proposal_key(row) for row in rows}) > 1 or any(row.act_id != act_id for row in rows):
        raise FormErrors({"": Invalid(N_("These amendments do not propose the same."))})
    async with session.begin_nested():  # a refusal is shown on a page, which ends without rolling back
        return [await _answer(session, actor, act, one, draft, now=now) for one, draft in drafts.items()]


def proposal_key(row: AmendmentRow) -> tuple[uuid.UUID, bytes]:
    """Equal for amendments that propose the same on the same text, whoever they are by."""
    operations = queries.read_operations(bytes(row.operations))
    if not operations:  # said at a debate without naming a place: alike to nothing but itself
        return row.id, b""
    return row.version_id, b"\n".join(sorted(same_key(one) for one in operations))


async def _answer(
    session: AsyncSession,
    actor: Actor,
    act: Act,
    amendment_id: uuid.UUID,
    draft: AnswerDraft,
    *,
    now: datetime,
) -> Answer:
    row = await queries.get_amendment(session, amendment_id)
    require(may_answer(actor, act, row, accounts=await list_same_person(session, actor.id)))
    given = await queries.list_answers(session, amendment_id)
    if len(given) != draft.seen:
        raise AnswerOutdated(name=given[-1].by_name if given else "")
    if not draft.function.strip():
        raise FormErrors({"function": Invalid(N_("Write the function in which you answer."))})
    version, operations = await check_answer(session, act, row, draft)
    answer = Answer(
        amendment_id=row.id,
        version_id=version.id,
        position=len(given) + 1,
        outcome=draft.outcome.value,
        reason=draft.reason.strip(),
        operations=operations,
        same_as_id=draft.same_as_id if draft.outcome is Outcome.ALREADY_IN else None,
        by_id=actor.id,
        by_name=actor.name,
        by_function=draft.function,
        at=now,
    )
    session.add(answer)
    was_waiting = row.state in UNANSWERED
    row.move_to(AmendmentState.ANSWERED)
    await session.execute(delete(PreparedAnswer).where(PreparedAnswer.amendment_id == row.id))
    await session.flush()
    if was_waiting and act.state == ActState.CLOSED:
        await _tell_when_all_are_answered(session, act, now=now)
    await _publish(session, act, row, answer, now=now)
    return answer


async def check_answer(
    session: AsyncSession, act: Act, row: AmendmentRow, draft: AnswerDraft
) -> tuple[ActVersion, bytes | None]:
    """That it could be given now: the text it is given on, and what goes into that otherwise than the author
    wrote it. The caller holds the act's lock. Raises: FormErrors, TextRefused, AnswerClashes.
    """
    _check_reasoned(row, draft)
    await _check_same_as(session, act, row, draft)
    version = await queries.last_version(session, act.id)
    return version, await _accepted_operations(session, version, row, draft)


async def _tell_when_all_are_answered(session: AsyncSession, act: Act, *, now: datetime) -> None:
    """One message to who follows the act, at the last answer, and not one at each."""
    if not await queries.count_unanswered(session, act.id):
        tell_followers(session, act, ANSWERED, on=local_date(now), now=now)


async def _check_same_as(session: AsyncSession, act: Act, row: AmendmentRow, draft: AnswerDraft) -> None:
    """That the amendment which is said to hold the same is another one of this act, and was accepted.

    Raises: FormErrors.
    """
    if draft.same_as_id is None or draft.outcome is not Outcome.ALREADY_IN:
        return
    accepted = await queries.list_in_text(session, act.id)
    if draft.same_as_id == row.id or draft.same_as_id not in {one.id for one in accepted}:
        raise FormErrors({"same_as": Invalid(N_("Choose one of the accepted amendments."))})


def _check_reasoned(row: AmendmentRow, draft: AnswerDraft) -> None:
    """Raises: FormErrors."""
    wrong: dict[str, Invalid] = {}
    if draft.outcome is not Outcome.ACCEPTED and len(draft.reason.strip()) < MIN_REASON:
        wrong["reason"] = Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)
    if draft.outcome is Outcome.PARTLY and not row.separable:
        wrong["outcome"] = Invalid(N_("Its author did not say that its parts may be answered apart."))
    if wrong:
        raise FormErrors(dict(wrong))


async def _accepted_operations(
    session: AsyncSession, version: ActVersion, row: AmendmentRow, draft: AnswerDraft
) -> bytes | None:
    """What goes into the text by this answer, other than the author's own words; checked against all that was
    accepted before. Raises: TextRefused, AnswerClashes, FormErrors.
    """
    if draft.outcome not in INTO_TEXT:
        return None
    own = {other.id: amendment for other, amendment in await queries.list_standing(session, version)}.get(
        row.id
    )
    chosen = draft.operations
    if draft.outcome is Outcome.ACCEPTED:
        if own is None:  # it does not stand on this text: only a counter-text can be taken in
            raise FormErrors(
                {"outcome": Invalid(N_("It was written for an earlier text. Write how it reads now."))}
            )
        if not own.operations:
            raise FormErrors({"outcome": Invalid(PROPOSES_NO_WORDS)})
        chosen = own.operations
    if draft.outcome is Outcome.PARTLY and not _are_some(chosen, own):
        raise FormErrors({"operations": Invalid(N_("Choose some of its changes, not all and not none."))})
    text = queries.read_version(version)
    checked = check_operations(text, chosen, separable=row.separable)
    mine = msgspec.structs.replace(checked, id=str(row.id), rank=row.rank or 0)
    accepted = await list_accepted(session, version, apart_from=row.id)
    clashes = [one for one in ConflictIndex(text, accepted).conflicts_with(mine) if one.grade == "hard"]
    if clashes:
        others = {uuid.UUID(one.first if one.second == mine.id else one.second) for one in clashes}
        rows = [await queries.get_amendment(session, other) for other in others]
        raise AnswerClashes(numbers=", ".join(sorted(other.number or "" for other in rows)))
    return None if draft.outcome is Outcome.ACCEPTED else queries.write_operations(chosen)


def _are_some(chosen: Sequence[Operation], own: Amendment | None) -> bool:
    keys = {same_key(one) for one in own.operations} if own else set()
    wanted = {same_key(one) for one in chosen}
    return bool(wanted) and wanted < keys


async def list_accepted(
    session: AsyncSession, version: ActVersion, *, apart_from: uuid.UUID | None = None
) -> list[Amendment]:
    """What goes into the text of a version by the answers that hold, in the order of the register."""
    standing = {row.id: amendment for row, amendment in await queries.list_standing(session, version)}
    rows = {row.id: row for row in await queries.list_amendments(session, version.act_id)}
    accepted: list[Amendment] = []
    for amendment_id, answer in (await queries.last_answers(session, version.act_id)).items():
        row = rows[amendment_id]
        if (
            amendment_id == apart_from
            or answer.version_id != version.id
            or row.state != AmendmentState.ANSWERED
        ):
            continue
        if answer.outcome == Outcome.ACCEPTED:
            accepted.append(standing[amendment_id])
        elif answer.operations is not None:
            kind = "counter" if answer.outcome == Outcome.CHANGED else "proposal"
            accepted.append(queries.as_amendment(row, bytes(answer.operations), kind=kind))
    return sorted(accepted, key=lambda one: one.rank)


async def _publish(
    session: AsyncSession, act: Act, row: AmendmentRow, answer: Answer, *, now: datetime
) -> None:
    kind = "answered" if answer.position == 1 else "answer_superseded"
    await tell(
        session, row, kind, by_name=f"{answer.by_name}, {answer.by_function}", text=answer.reason, now=now
    )
    await mail_author(session, act, row, "answered", outcome=answer.outcome, reason=answer.reason)
    facts: dict[str, object] = {
        "outcome": answer.outcome,
        "position": answer.position,
        "by": answer.by_name,
        "function": answer.by_function,
        "reason": answer.reason,
    }
    if answer.same_as_id is not None:
        facts["same_as"] = str(answer.same_as_id)
    if answer.operations is not None:
        facts["operations"] = msgspec.json.decode(bytes(answer.operations))
    await publish_amendment_fact(session, f"amendment.{kind}", row, facts, now=now)

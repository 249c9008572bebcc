"""The department prepares an answer; a councillor or the initiator gives it, as it is or otherwise.

What is prepared is checked as an answer is, so that it can be given as it stands; it is read by those who
answer and by nobody else. It goes with the first answer that is given after it: that one alone is public, in
the name of who decided. All of it happens under the act's lock: whoever prepares while somebody answers is
after them, and is told.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from accounts.queries import list_same_person
from amendments import queries
from amendments.errors import AnswerOutdated, PreparedChanged
from amendments.models import Answer, PreparedAnswer
from amendments.policy import may_prepare_answer
from amendments.service.answering import AnswerDraft, answer_amendment, check_answer
from amendments.states import Outcome
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require


async def prepare_answer(
    session: AsyncSession,
    actor: Actor,
    amendment_id: uuid.UUID,
    draft: AnswerDraft,
    *,
    revision: int,
    typed: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> PreparedAnswer:
    """Write what is to be answered, or write it anew. `revision`: of the one that the page showed; `typed`:
    the fields of its counter-text, for who goes on with it.

    Locks: the act. Raises: Forbidden, AnswerOutdated, PreparedChanged, and as `answer_amendment`.
    """
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    require(may_prepare_answer(actor, act, row, accounts=await list_same_person(session, actor.id)))
    given = await queries.list_answers(session, amendment_id)
    if len(given) != draft.seen:
        raise AnswerOutdated(name=given[-1].by_name if given else "")
    found = await queries.find_prepared(session, amendment_id)
    if (found.revision if found else 0) != revision:
        raise PreparedChanged(number=row.number or "")
    version, operations = await check_answer(session, act, row, draft)
    prepared = found or PreparedAnswer(amendment_id=row.id)
    prepared.version_id, prepared.revision = version.id, revision + 1
    prepared.outcome, prepared.reason = draft.outcome.value, draft.reason.strip()
    prepared.operations, prepared.typed = operations, msgspec.json.encode(typed).decode()
    prepared.same_as_id = draft.same_as_id if draft.outcome is Outcome.ALREADY_IN else None
    prepared.by_id, prepared.by_name, prepared.at = actor.id, actor.name, now
    session.add(prepared)
    await session.flush()
    return prepared


async def drop_prepared(
    session: AsyncSession, actor: Actor, amendment_id: uuid.UUID, *, revision: int
) -> None:
    """The department prepares nothing after all. Locks: the act. Raises: Forbidden, PreparedChanged."""
    unlocked = await queries.get_amendment(session, amendment_id)
    act = await queries.get_act(session, unlocked.act_id, lock=True)
    row = await queries.get_amendment(session, amendment_id)
    require(may_prepare_answer(actor, act, row, accounts=await list_same_person(session, actor.id)))
    found = await queries.find_prepared(session, amendment_id)
    if found is None or found.revision != revision:
        raise PreparedChanged(number=row.number or "")
    await session.delete(found)
    await session.flush()


async def adopt_prepared(
    session: AsyncSession,
    actor: Actor,
    act_id: uuid.UUID,
    revisions: Mapping[uuid.UUID, int],
    *,
    function: str,
    now: datetime,
) -> list[Answer]:
    """Give the prepared answers as they are, in one's own name: all that were chosen, or none. `revisions`:
    of those that the page showed.

    Locks: the act. Raises: FormErrors when none was chosen, PreparedChanged, and as `answer_amendment`.
    """
    await queries.get_act(session, act_id, lock=True)
    if not revisions:
        raise FormErrors({"adopt": Invalid(N_("Choose at least one prepared answer."))})
    prepared = await queries.map_prepared(session, act_id)
    newest = await queries.last_version(session, act_id)
    async with session.begin_nested():  # a refusal is shown on a page, which ends without rolling back
        answers = []
        for amendment_id, revision in revisions.items():
            row = await queries.get_amendment(session, amendment_id)
            found = prepared.get(amendment_id)
            if found is None or found.revision != revision or found.version_id != newest.id:
                raise PreparedChanged(number=row.number or "")
            draft = msgspec.structs.replace(
                draft_of(found), function=function, seen=len(await queries.list_answers(session, row.id))
            )
            answers.append(await answer_amendment(session, actor, row.id, draft, now=now))
        return answers


def draft_of(prepared: PreparedAnswer) -> AnswerDraft:
    """What was prepared, as an answer that somebody may give."""
    return AnswerDraft(
        outcome=Outcome(prepared.outcome),
        reason=prepared.reason,
        operations=queries.read_operations(bytes(prepared.operations)) if prepared.operations else (),
        same_as_id=prepared.same_as_id,
        function="",
    )

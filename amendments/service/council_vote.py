"""The council's vote by name, and what it makes of the act.

A vote is entered once for all on the roll, and never overwritten: a mistake is corrected by another record
with its reason, both public. What was adopted, rejected or fell follows from the votes that hold; when
nothing waits any more the adopted text is replayed from the one that was before the council.

Source: Administrative Code, art. 139 (majorities, the open vote); art. 196 to 198 (decisions and their
numbers).
"""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries
from amendments.errors import NoQuorum, NotItsTurn, NumberTaken, TextRefused, VoteEntered, VotesMissing
from amendments.models import Act, ActVersion, CouncilVote, Sitting
from amendments.policy import may_end_vote, may_record_vote
from amendments.rules.majority import Choice, Decision, Majority, Tally, has_quorum, needed, quorum, tally
from amendments.rules.procedure import Event
from amendments.rules.voting_order import WHOLE_ACT, Fate, Order, felled_by, next_vote
from amendments.service.acts import note_event, publish_fact, publish_version
from amendments.service.consolidating import report_of
from amendments.service.telling import mail_author, publish_amendment_fact, tell
from amendments.states import ActState, SittingState, VersionKind
from amendments.text.refused import Refused
from amendments.text.replay import Consolidated, consolidate
from app.kit.errors import FormErrors, Invalid
from app.kit.i18n import N_
from app.kit.policy import require

MIN_REASON = 20  # characters


class Ballot(msgspec.Struct, frozen=True, kw_only=True):
    """A vote by name as the secretary wrote it down. `seen`: how many records of it the page showed, so that
    nobody's is passed over.
    """

    motion: str
    choices: Mapping[str, Choice]
    reason: str = ""
    seen: int = 0


async def record_vote(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, ballot: Ballot, *, now: datetime
) -> CouncilVote:
    """Enter a vote by name, or correct one; sent twice, it is entered once.

    Locks: the act. Raises: Forbidden, SittingNotFound, VoteEntered, NotItsTurn, FormErrors, NoQuorum.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_record_vote(actor, act))
    sitting = await queries.get_sitting(session, act_id)
    records = [one for one in await queries.list_votes(session, sitting.id) if one.motion == ballot.motion]
    if len(records) != ballot.seen:
        last = records[-1] if records else None
        if last and last.by_id == actor.id and queries.read_choices(last) == dict(ballot.choices):
            return last  # a second click
        raise VoteEntered(name=last.by_name if last else "")
    await _check_turn(session, sitting, ballot)
    counted, decision = count(act, sitting, ballot.choices)
    vote = CouncilVote(
        sitting_id=sitting.id,
        motion=ballot.motion,
        position=len(records) + 1,
        choices=msgspec.json.encode(dict(sorted(ballot.choices.items()))).decode(),
        for_count=counted.for_count,
        needed_count=decision.needed,
        passed=decision.passed,
        reason=ballot.reason.strip(),
        by_id=actor.id,
        by_name=actor.name,
        at=now,
    )
    session.add(vote)
    await _publish(session, act, sitting, vote, counted, now=now)
    return vote


async def _check_turn(session: AsyncSession, sitting: Sitting, ballot: Ballot) -> None:
    """Votes are held in their order; what was voted may be corrected, with a reason. Raises: NotItsTurn,
    FormErrors.
    """
    order, votes = queries.read_order(sitting), await queries.list_votes(session, sitting.id)
    if order is None:
        raise NotItsTurn()
    if not ballot.seen:
        if ballot.motion != next_vote(order, queries.fates_of(order, votes)):
            raise NotItsTurn()
    elif len(ballot.reason.strip()) < MIN_REASON:
        said = Invalid(N_("Say in at least %(limit)s characters why."), limit=MIN_REASON)
        raise FormErrors({"reason": said})


def count(act: Act, sitting: Sitting, choices: Mapping[str, Choice]) -> tuple[Tally, Decision]:
    """What a vote comes to, by the act's majority. Raises: FormErrors unless exactly those who were in office
    have a choice; NoQuorum.
    """
    if set(choices) != {one.id for one in queries.read_roll(sitting)}:
        raise FormErrors({"": Invalid(N_("Write down what each councillor in office did, and nobody else."))})
    counted = tally(choices.values())
    if not has_quorum(counted):
        raise NoQuorum(present=counted.in_the_hall, needed=quorum(counted.in_office))
    return counted, needed(Majority(act.majority), counted)


async def _publish(
    session: AsyncSession, act: Act, sitting: Sitting, vote: CouncilVote, counted: Tally, *, now: datetime
) -> None:
    names = {one.id: one.name for one in queries.read_roll(sitting)}
    facts: dict[str, object] = {
        "motion": vote.motion,
        "position": vote.position,
        "passed": vote.passed,
        "needed": vote.needed_count,
        "counts": msgspec.to_builtins(counted),
        "votes": {names[id]: choice.value for id, choice in queries.read_choices(vote).items()},
        "by": vote.by_name,
    }
    if vote.reason:
        facts["reason"] = vote.reason
    kind = "act.voted" if vote.position == 1 else "act.vote_corrected"
    await publish_fact(session, kind, act, facts, now=now)


# ── the end ───────────────────────────────────────────────────────────────────
async def adopted_text(session: AsyncSession, sitting: Sitting, fates: Mapping[str, Fate]) -> Consolidated:
    """The text before the council with what it adopted in it. Raises: TextRefused."""
    version = await queries.get_version(session, sitting.version_id)
    motions = await queries.list_motions(session, version)
    adopted = [one for row, one in motions if fates.get(str(row.id)) is Fate.ADOPTED]
    try:
        return consolidate(queries.read_version(version), adopted)
    except Refused as problem:
        raise TextRefused(problem.code, **problem.facts) from problem


async def end_vote(
    session: AsyncSession, actor: Actor, act_id: uuid.UUID, *, number: int | None = None, now: datetime
) -> Act:
    """Everything is voted: the act is adopted under its number, as a version of its own, or it is not
    adopted.

    Locks: the act. Raises: Forbidden, SittingNotFound, VotesMissing, FormErrors, NumberTaken, TextRefused.
    Queues: mail to the authors of what was voted and to who follows the act.
    """
    act = await queries.get_act(session, act_id, lock=True)
    require(may_end_vote(actor, act))
    sitting = await queries.get_sitting(session, act_id)
    order, fates = queries.read_order(sitting), await queries.list_fates(session, sitting)
    if order is None or next_vote(order, fates) is not None:
        raise VotesMissing()
    is_adopted = fates[WHOLE_ACT] is Fate.ADOPTED
    facts: dict[str, object] = {"by": actor.name, "fates": {id: fate.value for id, fate in fates.items()}}
    said = ""
    if is_adopted:
        said = f"HCL {await _give_number(session, sitting, number)}/{sitting.held_on.year}"
        version = await _publish_adopted(session, act, sitting, fates, now=now)
        facts |= {"decision": said, "version": version.sequence, "text": version.content_hash}
    act.move_to(ActState.ADOPTED if is_adopted else ActState.REJECTED)
    sitting.move_to(SittingState.CLOSED)
    sitting.ended_at, sitting.ended_by = now, actor.name
    await note_event(session, actor, act, Event.SITTING, sitting.held_on, text=said, now=now)
    await _tell_authors(session, act, sitting, order, fates, now=now)
    await publish_fact(session, "act.adopted" if is_adopted else "act.rejected", act, facts, now=now)
    return act


async def _give_number(session: AsyncSession, sitting: Sitting, number: int | None) -> int:
    """The number that the council's own register gives, for it also counts decisions that were not debated
    here. Raises: FormErrors, NumberTaken.
    """
    if number is None or number < 1:
        raise FormErrors({"number": Invalid(N_("Write the number of the decision."))})
    year = sitting.held_on.year
    query = select(Sitting.id).where(Sitting.decision_year == year, Sitting.decision_number == number)
    if (await session.execute(query)).first() is not None:
        raise NumberTaken(number=f"{number}/{year}")
    try:
        async with session.begin_nested():
            sitting.decision_number, sitting.decision_year = number, year
    except IntegrityError as clash:  # another act, which has a lock of its own, is given it at this moment
        raise NumberTaken(number=f"{number}/{year}") from clash
    return number


async def _publish_adopted(
    session: AsyncSession, act: Act, sitting: Sitting, fates: Mapping[str, Fate], *, now: datetime
) -> ActVersion:
    done = await adopted_text(session, sitting, fates)
    report = json.loads(report_of(done)) | {"unsettled": [list(one.pair) for one in done.unsettled]}
    return await publish_version(
        session,
        act,
        done.version,
        VersionKind.ADOPTED,
        origins=msgspec.json.encode(done.spans),
        report=json.dumps(report, ensure_ascii=False, sort_keys=True),
        now=now,
    )


async def _tell_authors(
    session: AsyncSession,
    act: Act,
    sitting: Sitting,
    order: Order,
    fates: Mapping[str, Fate],
    *,
    now: datetime,
) -> None:
    """Each amendment's timeline, the register, and its author."""
    version = await queries.get_version(session, sitting.version_id)
    motions = await queries.list_motions(session, version)
    sitting_path = f"/acts/{act.id}/sitting"
    numbers = {str(row.id): row.number or "" for row, _ in motions}
    for row, _ in motions:
        fate = fates[str(row.id)]
        by = felled_by(order, fates, str(row.id))
        text = numbers.get(by, "") if by else ""
        await tell(session, row, f"voted_{fate.value}", by_name="", text=text, now=now)
        await mail_author(
            session, act, row, "voted", fate=fate.value, by=text, state=act.state, sitting_path=sitting_path
        )
        facts: dict[str, object] = {"act": act.number, "fate": fate.value}
        if text:
            facts["because_of"] = text
        await publish_amendment_fact(session, "amendment.voted", row, facts, now=now)

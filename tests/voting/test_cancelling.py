"""Cancelling takes two officials who agree on one public reason; until then nothing changes for voters."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from app.kit.errors import Forbidden
from tests.make.cycles import DAY, NOON
from tests.make.voting import cast, confirm, make_officer, make_poll, make_voter
from voting import service
from voting.errors import PollNotOpen, WrongDigest
from voting.models import Poll
from voting.states import Act, PollState

REASON = "Lista tipărită era alta."
CLOSING = NOON + 20 * DAY


async def facts(session: AsyncSession, poll: Poll) -> list[register.Fact]:
    """What the register says of the poll, newest first."""
    return await register.list_facts(session, subject=f"poll:{poll.id}")


async def test_one_official_proposes_and_another_confirms_exactly_that_reason(session: AsyncSession) -> None:
    poll = await make_poll(session)
    first, second = await make_officer(session, name="A"), await make_officer(session, name="B")
    await service.propose_cancelling(session, first, poll.id, reason=REASON, now=NOON)
    digest = service.cancelling_digest(poll, REASON)
    proposal = (await facts(session, poll))[0]
    assert proposal.kind == "poll.cancelling_proposed"
    assert proposal.facts == {"by": "A", "reason": REASON, "digest": digest}
    assert (poll.state, poll.cancel_reason) == (PollState.OPEN, None)
    await cast(session, poll, ["P01"])  # voters notice nothing
    with pytest.raises(Forbidden, match="somebody else"):
        await service.confirm_act(session, first, poll.id, Act.CANCEL, digest=digest, now=NOON)
    other = service.cancelling_digest(poll, "Alt motiv.")
    with pytest.raises(WrongDigest):
        await service.confirm_act(session, second, poll.id, Act.CANCEL, digest=other, now=NOON)
    await service.confirm_act(session, second, poll.id, Act.CANCEL, digest=digest, now=NOON)
    assert (poll.state, poll.cancel_reason) == (PollState.CANCELLED, REASON)
    end = (await facts(session, poll))[0]
    assert end.kind == "poll.cancelled"
    assert end.facts == {"by": "B", "proposed_by": "A", "reason": REASON, "digest": digest}
    with pytest.raises(PollNotOpen):
        await cast(session, poll, ["P01"])
    with pytest.raises(Forbidden):
        await service.propose_cancelling(session, first, poll.id, reason=REASON, now=NOON)
    with pytest.raises(Forbidden):
        await service.withdraw_confirmation(session, first, poll.id, Act.CANCEL, digest=digest, now=NOON)


@pytest.mark.parametrize("name", ["A", "B"])
async def test_either_official_withdraws_the_proposal_in_public(session: AsyncSession, name: str) -> None:
    poll = await make_poll(session)
    officers = {one: await make_officer(session, name=one) for one in "AB"}
    await service.propose_cancelling(session, officers["A"], poll.id, reason=REASON, now=NOON)
    digest = service.cancelling_digest(poll, REASON)
    with pytest.raises(WrongDigest):  # a page that showed another proposal
        await service.withdraw_confirmation(
            session, officers[name], poll.id, Act.CANCEL, digest="0" * 64, now=NOON
        )
    await service.withdraw_confirmation(session, officers[name], poll.id, Act.CANCEL, digest=digest, now=NOON)
    entry = (await facts(session, poll))[0]
    assert entry.kind == "poll.cancelling_withdrawn"
    assert entry.facts == {"by": name, "proposed_by": "A", "reason": REASON, "digest": digest}
    with pytest.raises(Forbidden, match="Nobody"):
        await service.confirm_act(session, officers["B"], poll.id, Act.CANCEL, digest=digest, now=NOON)
    await service.propose_cancelling(session, officers["B"], poll.id, reason="Alt motiv.", now=NOON)
    await confirm(session, officers["A"], poll, Act.CANCEL)
    assert poll.cancel_reason == "Alt motiv."


async def test_a_proposal_does_not_outlive_the_vote(session: AsyncSession) -> None:
    poll = await make_poll(session)
    first, second = await make_officer(session, name="A"), await make_officer(session, name="B")
    await service.propose_cancelling(session, first, poll.id, reason=REASON, now=NOON)
    digest = service.cancelling_digest(poll, REASON)
    with pytest.raises(Forbidden):
        await service.confirm_act(session, second, poll.id, Act.CANCEL, digest=digest, now=CLOSING)
    assert await service.close_poll(session, poll.id, now=CLOSING)
    with pytest.raises(Forbidden):
        await service.confirm_act(session, second, poll.id, Act.CANCEL, digest=digest, now=CLOSING)
    for officer in (first, second):
        await confirm(session, officer, poll, Act.CLOSE, now=CLOSING)
    assert poll.id in await service.list_due_to_count(session)


async def test_a_resident_proposes_nothing(session: AsyncSession) -> None:
    poll = await make_poll(session)
    with pytest.raises(Forbidden):
        await service.propose_cancelling(session, await make_voter(session), poll.id, reason=REASON, now=NOON)

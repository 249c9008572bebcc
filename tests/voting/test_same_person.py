"""One person, one ballot: also when their verification has moved from one account to another."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.service.residence import verify_at_desk, withdraw_residence
from accounts.states import Role
from tests.make.accounts import actor_of, make_account, make_cnp
from tests.make.voting import cast, make_poll
from voting.errors import AlreadyVoted


async def test_a_person_with_a_second_account_has_still_voted(session: AsyncSession) -> None:
    poll = await make_poll(session)
    desk = actor_of(await make_account(session, name="Carmen Voicu", roles=[Role.DESK]), roles=[Role.DESK])
    first, second, other = [await make_account(session, name="Dan Dublu") for _ in range(3)]
    cnp = make_cnp()
    await verify_at_desk(session, desk, first.id, cnp=cnp, area="Rahova", now=poll.prepared_at)
    receipt = await cast(session, poll, ["P02"], voter=actor_of(first, verified=True))
    await withdraw_residence(session, desk, first.id, reason="Cont pierdut.", now=poll.prepared_at)
    await verify_at_desk(session, desk, second.id, cnp=cnp, area="Rahova", now=poll.prepared_at)
    with pytest.raises(AlreadyVoted):
        await cast(session, poll, ["P03"], voter=actor_of(second, verified=True))
    replaced = await cast(
        session, poll, ["P03"], voter=actor_of(second, verified=True), replacement_key=receipt.secret
    )
    assert replaced.has_replaced
    await verify_at_desk(session, desk, other.id, cnp=make_cnp(), area="Rahova", now=poll.prepared_at)
    assert not (await cast(session, poll, ["P02"], voter=actor_of(other, verified=True))).has_replaced

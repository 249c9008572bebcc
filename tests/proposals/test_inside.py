"""What is inside a file is not for its author to read, whatever their role and account."""

import pytest

from accounts.service.residence import verify_at_desk, withdraw_residence
from accounts.states import Role
from proposals import service
from proposals.states import IdeaState
from tests.make.accounts import actor_of, make_account, make_cnp
from tests.make.cycles import NOON
from tests.make.proposals import acceptance, make_idea, merger
from tests.proposals.conftest import Town
from tests.proposals.test_departments import judge

pytestmark = pytest.mark.usefixtures("clock")


async def test_an_author_reads_nothing_from_inside_under_any_account(town: Town) -> None:
    """Not as the reviewer that they are too, not under a second account, not of what took their idea in."""
    officer = await town.reviewer()
    own, second, merged = [
        await town.reviewer(name=name) for name in ("Autor Unu", "Autor Doi", "Autor Trei")
    ]
    async with town.database.write() as session:
        assert officer.account is not None
        judges = judge(officer.account)
        desk = actor_of(await make_account(session, roles=[Role.DESK]), roles=[Role.DESK])
        resident, cnp = await make_account(session, name="Autor Doi"), make_cnp()
        await verify_at_desk(session, desk, resident.id, cnp=cnp, area="Rahova", now=NOON)
        idea = await make_idea(
            session, cycle=town.cycle, author=own.account, state=IdeaState.IN_REVIEW, reviewer=officer.account
        )
        other = await make_idea(
            session, cycle=town.cycle, author=resident, state=IdeaState.IN_REVIEW, reviewer=officer.account
        )
        small = await make_idea(
            session,
            cycle=town.cycle,
            author=merged.account,
            state=IdeaState.IN_REVIEW,
            reviewer=officer.account,
        )
        await service.judge_idea(session, judges, small.id, merger(idea.id), now=NOON)
        assert second.account is not None
        await withdraw_residence(session, desk, resident.id, reason="Cont pierdut.", now=NOON)
        await verify_at_desk(session, desk, second.account.id, cnp=cnp, area="Rahova", now=NOON)
        for one in (idea, other):
            await service.add_note(session, judges, one.id, text="Notă internă.", now=NOON)
            dear = acceptance(unit_price_bani=200_000_00)
            await service.judge_idea(session, judges, one.id, dear, now=NOON)
    for visitor, one in ((own, idea), (second, other), (merged, idea)):
        file = await visitor.see(f"/review/ideas/{one.id}")
        assert "is not shown to you" in file
        assert "Notă internă." not in file
        assert "A decision is prepared" not in file
        listed = await visitor.see("/review/prepared")
        assert str(one.number) not in listed
        await visitor.send(f"/review/ideas/{one.id}/note", status=403, note="Las și eu o notă.")
    listed = await officer.see("/review/prepared")
    assert str(idea.number) in listed
    address = listed.split("/review/prepared/")[1].split('"')[0]
    assert "Notă internă." in await officer.see(f"/review/ideas/{idea.id}")
    refused = [await one.client.get(f"/en/review/prepared/{address}") for one in (own, second, merged)]
    assert 403 in [one.status_code for one in refused]

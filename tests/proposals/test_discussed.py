"""Ideas are talked about: where the discussion is found, who may say more, and when it ends."""

from proposals.models import Idea
from proposals.states import IdeaState
from tests.make.accounts import make_account
from tests.make.proposals import make_draft, make_idea
from tests.proposals.conftest import Town


async def an_idea(town: Town, state: IdeaState = IdeaState.SUBMITTED) -> Idea:
    async with town.database.write() as session:
        return await make_idea(session, cycle=town.cycle, state=state)


async def test_an_idea_is_talked_about_and_the_talk_is_counted(town: Town) -> None:
    idea = await an_idea(town)
    here, ana, nobody = f"/discussions/idea:{idea.id}", await town.resident(), await town.visitor()
    assert f'href="/en{here}"' in await nobody.see(f"/ideas/{idea.id}")
    assert "1 comment" not in await nobody.see("/ideas")
    await ana.see(here)
    await ana.send(here, body="Bună idee, dar **cine** o îngrijește?")
    assert "<strong>cine</strong>" in await nobody.see(here)
    for page in (f"/ideas/{idea.id}", "/ideas"):
        assert "1 comment" in await nobody.see(page)
    assert "o îngrijește" in await nobody.see(f"/discussions/ideas:{idea.cycle_id}/newest")
    assert idea.title in await nobody.see(here)


async def test_nothing_is_said_of_drafts_and_of_what_is_gone(town: Town) -> None:
    gone = await an_idea(town, IdeaState.WITHDRAWN)
    async with town.database.write() as session:
        draft = await make_draft(session, cycle=town.cycle, author=await make_account(session))
    ana = await town.resident()
    await ana.see(f"/discussions/idea:{draft.id}", 404)
    await ana.see(f"/discussions/idea:{str(gone.id).upper()}", 404)
    assert "This idea was withdrawn." in await ana.see(f"/discussions/idea:{gone.id}")
    refused = await ana.send(f"/discussions/idea:{gone.id}", 403, body="Totuși, ce păcat.")
    assert "Totuși, ce păcat." in refused.text
    await ana.see("/ideas")
    await ana.send(f"/discussions/ideas:{gone.cycle_id}", 403, body="Despre toate deodată.")

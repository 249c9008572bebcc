"""Ideas that are there already, shown while a draft is typed."""

import pytest

from proposals import queries
from tests.make.proposals import make_draft, make_idea
from tests.proposals.conftest import Town

pytestmark = pytest.mark.usefixtures("clock")


async def test_likeness_is_told_while_typing_and_nothing_is_saved(town: Town) -> None:
    author, other = await town.resident(), await town.resident(name="Dan Ilie")
    async with town.database.write() as session:
        there = await make_idea(session, cycle=town.cycle, title="Piste pentru biciclete pe Calea Rahovei")
        draft = await make_draft(session, cycle=town.cycle, author=author.account, title="", body="")
    path = f"/ideas/{draft.id}/alike"
    await author.see(f"/ideas/{draft.id}/edit/text")
    for typed in ("pista de bicicleta Calea Rahovei", "Pistă de bicicletă, Calea Rahovei"):
        answer = await author.send(path, status=200, htmx=True, title=typed, body="Vrem piste.")
        assert f"/ideas/{there.id}" in answer.text
        assert "may be the same as yours" in answer.text
    by_place = await author.send(path, status=200, title="Piste", location="Calea Rahovei", landmark="")
    assert f"/ideas/{there.id}" in by_place.text
    nowhere = {"location": "", "landmark": "", "area": ""}
    nothing = await author.send(
        path, status=200, htmx=True, title="Zmeură", body="Tufe de zmeură.", **nowhere
    )
    assert "/ideas/" not in nothing.text
    await author.send(path, status=200, title="", body="", location="", area="x")
    async with town.database.read() as session:
        assert (await queries.get_idea(session, draft.id)).title == ""
    await other.send(path, status=404, title="Piste")

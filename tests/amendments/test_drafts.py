"""A draft is a list of changes: each comes back as it was typed, and can be written anew or left out."""

import html
import re

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments import queries, service
from amendments.models import Act, AmendmentRow
from amendments.service import AmendmentDraft
from amendments.states import AmendmentState
from amendments.text.draft import change_keys, edit_key, still_fitting, with_change, without_change
from amendments.text.operations import DeleteUnit, InsertUnit, MoveUnit, Operation
from amendments.text.replay import consolidate
from amendments.text.units import NewUnit
from app.kit.errors import Forbidden
from tests.amendments.test_counter_texts import proposal
from tests.amendments.test_routes import REASON, announced, proposed, unit_at
from tests.make.accounts import NOON
from tests.make.acts import PARKING, edit, make_person
from tests.proposals.conftest import Town, Visitor

CHEAPER = edit("a1", "Tariful este de 8 lei pe oră.")
CHEAPEST = edit("a1", "Tariful este de 5 lei, cu bon.")
MOVED = MoveUnit(unit="a3", parent="act", after="t")
GONE = DeleteUnit(unit="a2-2")


def added(text: str, id: str = "n") -> InsertUnit:
    return InsertUnit(parent="act", after="a3", new=NewUnit(id=id, type="article", text=text))


def test_each_change_has_a_name_of_its_own() -> None:
    operations: tuple[Operation, ...] = (*CHEAPEST, GONE, added("Unu.", "n1"), added("Doi.", "n2"), MOVED)
    keys = change_keys(operations)
    assert keys[: len(CHEAPEST)] == [edit_key("a1")] * len(CHEAPEST)
    assert len(set(keys)) == 5
    for key in set(keys):
        left = without_change(operations, key)
        assert key not in change_keys(left)
        assert len(set(change_keys(left))) == 4


def test_a_change_is_written_anew_in_its_place() -> None:
    operations: tuple[Operation, ...] = (GONE, added("Unu."), MOVED)
    key = change_keys(operations)[1]
    assert with_change(operations, [added("Doi.")], key) == (GONE, added("Doi."), MOVED)
    assert with_change((*CHEAPER, GONE), CHEAPEST) == (*CHEAPEST, GONE)
    again = MoveUnit(unit="a3", parent="act", after="a1")
    assert with_change(operations, [again]) == (GONE, added("Unu."), again)


def test_on_a_later_text_only_edits_of_the_same_words_go_on() -> None:
    later = consolidate(PARKING, [proposal(*CHEAPER, GONE)]).version
    other = edit("a2", "Se aprobă regulamentul.")
    kept = still_fitting(PARKING, later, (*CHEAPEST, GONE, *other, MOVED, added("Unu.")))
    assert kept == (*other, MOVED, added("Unu."))


async def begun(session: AsyncSession, author: Actor, act: Act, *operations: Operation) -> AmendmentRow:
    draft = AmendmentDraft(operations=operations, reason=REASON)
    return await service.begin_amendment(session, author, act.id, draft, now=NOON)


async def test_changes_are_kept_and_dropped_under_the_lock(
    session: AsyncSession, act: Act, author: Actor
) -> None:
    row = await begun(session, author, act, *CHEAPER, GONE)
    row, lost = await service.keep_change(session, author, row.id, [MOVED], now=NOON)
    assert (lost, row.reason) == (0, REASON)
    assert queries.read_operations(bytes(row.operations)) == (*CHEAPER, GONE, MOVED)
    key = change_keys([GONE])[0]
    for _ in range(2):  # a second click finds nothing more
        row = await service.drop_change(session, author, row.id, key, now=NOON)
    assert queries.read_operations(bytes(row.operations)) == (*CHEAPER, MOVED)
    for key in (edit_key("a1"), change_keys([MOVED])[0]):
        row = await service.drop_change(session, author, row.id, key, now=NOON)
    assert queries.read_operations(bytes(row.operations)) == ()
    stranger = await make_person(session, name="Dan Altul")
    with pytest.raises(Forbidden):
        await service.drop_change(session, stranger, row.id, key, now=NOON)


def changes(page: str) -> list[str]:
    """The addresses under "Change it again"."""
    return [html.unescape(one) for one in re.findall(r'href="/en([^"]*change=[^"]*)"', page)]


async def step(visitor: Visitor, act: Act, **fields: str) -> str:
    """Sends a change; the address of the check page."""
    sent = await visitor.send(f"/acts/{act.id}/propose", **fields)
    return sent.headers["location"].removeprefix("/en")


async def test_what_was_typed_comes_back_whatever_the_change(town: Town) -> None:
    act, _ = await announced(town)
    ana = await town.resident()
    first = await unit_at(town, act, "Tariful este de 10 lei pe oră.")
    second = await unit_at(town, act, "Persoanele cu dizabilități nu plătesc.")
    await ana.see(f"/acts/{act.id}/propose?unit={first}&do=edit")
    check = await step(ana, act, do="edit", unit=first, text="Tariful este de 8 lei pe oră.")
    draft = check.split("/")[-2]
    words = "Nici însoțitorii lor."
    async with town.database.read() as session:
        text = queries.read_version(await queries.last_version(session, act.id))
    place = f"alin|{text[second].parent}|{second}"
    await step(ana, act, do="insert", unit=second, place=place, text=words, amendment=draft)
    before = f"alin|{text[second].parent}|"
    moved = {"do": "move", "unit": second, "place": before, "amendment": draft}
    refused = await ana.send(f"/acts/{act.id}/propose", status=422, **moved)
    assert "This contradicts another change of your amendment." in refused.text
    after = f"article|{text[first].parent}|{text[second].parent}"
    await step(ana, act, do="move", unit=first, place=after, amendment=draft)
    again = changes(await ana.see(check))
    assert len(again) == 3
    page = await ana.see(next(one for one in again if "edit-" in one))
    assert "Tariful este de 8 lei pe oră.</textarea>" in page
    # coming by the text, too: the draft's own words
    page = await ana.see(f"/acts/{act.id}/propose?unit={first}&do=edit&amendment={draft}")
    assert "Tariful este de 8 lei pe oră.</textarea>" in page
    pages = [await ana.see(one) for one in again if "edit-" not in one]
    [inserting] = [one for one in pages if f"{words}</textarea>" in one]
    key = re.search(r'name="change" value="([^"]+)"', inserting)
    assert key
    fields = {"do": "insert", "unit": second, "place": place, "amendment": draft, "change": key[1]}
    await ana.send(f"/acts/{act.id}/propose", status=422, text=" ", **fields)
    await step(ana, act, text="Nici însoțitorul lor.", **fields)
    page = await ana.see(check)
    assert "Nici însoțitorul lor." in page
    assert words not in page
    [moving] = [one for one in changes(page) if "Move a part" in await ana.see(one)]
    await ana.send(check.replace("/check", "/drop"), change=moving.rsplit("=", 1)[1])
    assert len(changes(await ana.see(check))) == 2
    stranger = await town.resident(name="Dan Altul")
    await stranger.see(f"/acts/{act.id}")
    await stranger.send(check.replace("/check", "/drop"), status=404, change=edit_key(first))
    for one in again:
        seen = await stranger.client.get("/en" + one)
        assert (seen.status_code, words in seen.text) in ((200, False), (303, False))


async def test_rejecting_the_draft_can_be_taken_out_of_it(town: Town) -> None:
    act, _ = await announced(town)
    ana = await town.resident()
    await ana.see(f"/acts/{act.id}/propose?do=reject")
    check = await step(ana, act, do="reject", unit="")
    [again] = changes(await ana.see(check))
    assert "does not adopt this draft at all" in await ana.see(again)
    await ana.send(check.replace("/check", "/drop"), change=again.rsplit("=", 1)[1])
    assert "You have not changed anything yet." in await ana.see(check)


async def test_what_came_back_is_changed_or_withdrawn_from_its_page(town: Town) -> None:
    act, clerk = await announced(town)
    ana = await town.resident()
    row = await proposed(town, act, ana, "Tariful este de 10 lei pe oră.", "Tariful este de 8 lei pe oră.")
    here = f"/acts/{act.id}/amendments/{row.id}"
    await clerk.see(here)
    await clerk.send(f"{here}/moderate", do="return", reason="Spuneți de unde vin banii pentru reducere.")
    page = await ana.see(f"{here}/check")
    [again] = changes(page)
    assert "Tariful este de 8 lei pe oră.</textarea>" in await ana.see(again)
    assert f'action="/en{here}/withdraw"' in page
    await ana.send(f"{here}/withdraw")
    async with town.database.read() as session:
        assert (await queries.get_amendment(session, row.id)).state == AmendmentState.WITHDRAWN

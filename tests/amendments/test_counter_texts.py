"""Accepting with changes: each part has a wording of its own, new ones and those that would go among them."""

import pytest

from accounts.states import Role
from amendments import queries
from amendments.states import AmendmentState
from amendments.text.counter import counter_operations, wordings
from amendments.text.derive import derive_splices
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    Splice,
)
from amendments.text.refused import BadEdit
from amendments.text.replay import consolidate
from amendments.text.units import NewUnit, Version
from tests.amendments.test_routes import announced, parent_of, unit_at
from tests.conftest import FrozenClock
from tests.make.acts import PARKING
from tests.proposals.conftest import Town

NEW = InsertUnit(parent="act", after="a1", new=NewUnit(id="n", type="article", text="Noaptea e gratuit."))
REASON = "Bugetul pe anul acesta nu permite altfel."


def proposal(*operations: Operation) -> Amendment:
    return Amendment(id="am", rank=1, operations=operations)


def text_with(*operations: Operation) -> Version:
    return consolidate(PARKING, [proposal(*operations)]).version


def test_a_new_part_is_reworded_and_its_neighbour_is_left_alone() -> None:
    amendment = proposal(NEW)
    [one] = wordings(PARKING, amendment, stands=True)
    assert (one.name, one.fate, one.text) == ("new-n", "new", "Noaptea e gratuit.")
    typed = {"new-n": "Noaptea tariful este de 2 lei.", "text-a1": "Cuvinte strecurate."}
    text = text_with(*counter_operations(PARKING, amendment, typed, {0}, stands=True))
    assert text["a1"] == PARKING["a1"]
    assert text["n"].text == "Noaptea tariful este de 2 lei."


def test_an_edit_and_what_is_put_after_it_are_two_fields() -> None:
    amendment = proposal(*derive_splices(PARKING["a1"], "Tariful este de 8 lei pe oră."), NEW)
    shown = wordings(PARKING, amendment, stands=True)
    assert [(one.name, one.text) for one in shown] == [
        ("text-a1", "Tariful este de 8 lei pe oră."),
        ("new-n", "Noaptea e gratuit."),
    ]
    text = text_with(
        *counter_operations(PARKING, amendment, {"text-a1": "Tariful este de 9 lei."}, {1}, stands=True)
    )
    assert (text["a1"].text, text["n"].text) == ("Tariful este de 9 lei.", "Noaptea e gratuit.")
    text = text_with(*counter_operations(PARKING, amendment, {}, (), stands=True))
    assert "n" not in text  # the new article was left out


def test_what_would_go_can_be_kept_in_other_words() -> None:
    amendment = proposal(DeleteUnit(unit="a2"))
    assert [one.name for one in wordings(PARKING, amendment, stands=True)] == [
        "text-a2",
        "text-a2-1",
        "text-a2-2",
    ]
    typed = {"text-a2-1": "Abonamentul lunar costă 200 de lei."}
    text = text_with(*counter_operations(PARKING, amendment, typed, (), stands=True))
    assert text["a2-1"].text == "Abonamentul lunar costă 200 de lei."
    assert text["a2-2"] == PARKING["a2-2"]
    with pytest.raises(BadEdit, match="kept_and_out"):
        counter_operations(PARKING, amendment, typed, {0}, stands=True)
    assert counter_operations(PARKING, amendment, {}, {0}, stands=True) == amendment.operations
    assert counter_operations(PARKING, amendment, {}, (), stands=True) == ()


def test_a_new_article_keeps_its_parts_and_loses_those_that_were_emptied() -> None:
    parts = tuple(NewUnit(id=f"n{n}", type="alin", text=f"Alineatul {n}.") for n in (1, 2))
    new = NewUnit(id="n", type="article", children=parts)
    for operation in (InsertUnit(parent="act", new=new), ReplaceUnit(unit="a3", new=new)):
        typed = {"new-n1": " ", "new-n2": "Altfel spus."}
        text = text_with(*counter_operations(PARKING, proposal(operation), typed, {0}, stands=True))
        assert text.children("n") == ["n2"]
        assert text["n2"].text == "Altfel spus."
        emptied = {"new-n1": "", "new-n2": ""}
        with pytest.raises(BadEdit, match="emptied"):
            counter_operations(PARKING, proposal(operation), emptied, {0}, stands=True)


def test_on_a_later_text_only_what_is_still_there_is_worded() -> None:
    gone = Splice(unit="gone", start=0, end=1, new="X")
    lost = InsertUnit(parent="act", after="gone", new=NewUnit(id="n2", type="article", text="Ceva."))
    edited = derive_splices(PARKING["a1"], "Tariful este de 8 lei pe oră.")
    amendment = proposal(gone, *edited, lost, NEW, DeleteUnit(unit="a3"), MoveUnit(unit="a2", parent="act"))
    shown = wordings(PARKING, amendment, stands=False)
    assert [one.name for one in shown][:3] == ["text-a1", "new-n", "text-a3"]
    assert shown[0].text == PARKING["a1"].text  # as it reads now: what was accepted is not undone unseen
    typed = {"text-a1": "Tariful este de 7 lei pe oră."}
    found = counter_operations(PARKING, amendment, typed, {3}, stands=False)
    assert text_with(*found)["a1"].text == "Tariful este de 7 lei pe oră."
    assert NEW in found


async def test_the_answering_page_words_the_new_paragraph_and_not_the_one_before(
    town: Town, clock: FrozenClock
) -> None:
    act, _ = await announced(town)
    ana = await town.resident()
    beside = "Persoanele cu dizabilități nu plătesc."
    unit = await unit_at(town, act, beside)
    place = f"alin|{await parent_of(town, act, unit)}|{unit}"
    fields = {"do": "insert", "unit": unit, "place": place, "text": "Nici însoțitorii lor."}
    await ana.see(f"/acts/{act.id}/propose?unit={unit}&do=insert")
    sent = await ana.send(f"/acts/{act.id}/propose", **fields)
    check = sent.headers["location"].removeprefix("/en")
    await ana.send(check, do="send", reason=REASON, author_kind="resident")
    here = check.removesuffix("/check")
    councillor = await town.officer(Role.COUNCILLOR)
    page = await councillor.see(f"{here}/answer")
    assert f'name="text-{unit}"' not in page
    [name] = {line.split('"')[0] for line in page.split('name="')[1:] if line.startswith("new-n-")}
    answer = {"outcome": "changed", "function": "consilier local", "seen": "0", "reason": REASON}
    refused = await councillor.send(f"{here}/answer", status=409, **answer, **{name: "Nimic."})
    assert "Nimic." in refused.text  # unticked: nothing is taken in; what was typed is kept
    await councillor.send(f"{here}/answer", **answer, take="0", **{name: "Nici însoțitorul lor."})
    async with town.database.read() as session:
        [row] = await queries.list_amendments(session, act.id)
        [given] = await queries.list_answers(session, row.id)
        [operation] = queries.read_operations(bytes(given.operations or b""))
        version = queries.read_version(await queries.last_version(session, act.id))
    assert row.state == AmendmentState.ANSWERED
    assert isinstance(operation, InsertUnit)
    assert operation.new.text == "Nici însoțitorul lor."
    assert version[unit].text == beside

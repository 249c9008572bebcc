"""The check page says what an amendment brings about elsewhere, and who proposes nearly the same."""

import msgspec

from accounts.states import Role
from amendments.pages.warnings import SHOWN, view_near, view_warnings
from amendments.text.likeness import likest
from amendments.text.operations import Amendment, DeleteUnit, RejectAct
from amendments.text.reading import read_markdown
from tests.amendments.test_routes import REASON, announced, proposed, unit_at
from tests.make.acts import edit
from tests.proposals.conftest import Town

LONG = "\n\n".join(
    ["# HOTĂRÂRE privind parcarea", "Art. 1. - Tariful este de 10 lei pe oră."]
    + [f"Art. {n}. - Cine nu plătește tariful prevăzut la art. 1 este amendat." for n in range(2, 12)]
)


async def test_many_warnings_of_a_kind_are_counted_and_not_listed() -> None:
    text = read_markdown(LONG).version
    first = next(unit.id for unit in text.units if unit.type == "article")
    drop = Amendment(id="am", rank=1, operations=(DeleteUnit(unit=first),))
    views = await view_warnings(text, drop, "en")
    assert len(views) == SHOWN
    assert (views[0].said, views[0].place, views[-1].more) == ("art. 1", "Art. 2", 10 - SHOWN)
    impossible = Amendment(id="am", rank=1, operations=(DeleteUnit(unit="gone"),))
    assert await view_warnings(text, impossible, "ro") == []


def test_the_likest_come_first_and_the_same_is_not_near() -> None:
    def one(id: str, words: str) -> Amendment:
        return Amendment(id=id, rank=1, operations=edit("a3", words))

    mine = one("mine", "Hotărârea se publică pe site, în presă și la sediul primăriei din sector.")
    near = one("near", "Hotărârea se publică pe site, în presă și la sediul primăriei noastre din sector.")
    other = one("other", "Hotărârea intră în vigoare mâine.")
    reject = Amendment(id="reject", rank=2, operations=(RejectAct(),))
    same = msgspec.structs.replace(mine, id="same")
    found = likest(mine, [other, near, reject, same, mine])
    assert [(one.first, one.second) for one in found] == [("mine", "near")]
    assert view_near(reject, [mine], {}) == []


async def test_the_check_page_names_what_is_nearly_the_same(town: Town) -> None:
    act, _ = await announced(town)
    ana, dan = await town.resident(), await town.resident(name="Dan Vecinu")
    old = "Persoanele cu dizabilități nu plătesc."
    words = "Persoanele cu dizabilități și cei care le însoțesc la spital nu plătesc nimic"
    await proposed(town, act, ana, old, f"{words}.")
    unit = await unit_at(town, act, old)
    fields = {"do": "edit", "unit": unit, "text": f"{words} niciodată."}
    sent = await dan.send(f"/acts/{act.id}/propose", **fields)
    page = await dan.see(sent.headers["location"].removeprefix("/en"))
    assert "Somebody proposes nearly the same already:" in page
    assert "AM-2027-00001" in page


async def test_who_proposes_and_who_answers_read_what_refers_to_it(town: Town) -> None:
    act, _ = await announced(town, LONG)
    ana = await town.resident()
    fare = await unit_at(town, act, "Tariful este de 10 lei pe oră.")
    await ana.see(f"/acts/{act.id}/propose?unit={fare}&do=delete")
    sent = await ana.send(f"/acts/{act.id}/propose", do="delete", unit=fare)
    check = sent.headers["location"].removeprefix("/en")
    said = "Art. 2 refers to “art. 1”, which would be gone."
    assert said in await ana.see(check)
    await ana.send(check, do="send", reason=REASON, author_kind="resident")
    councillor = await town.officer(Role.COUNCILLOR)
    assert said in await councillor.see(check.replace("/check", "/answer"))

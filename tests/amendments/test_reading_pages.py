"""Reading an act by its pages: an earlier version, a place asked for, a table, what is owed to a debate."""

import html
import re
from datetime import date, timedelta

import pytest

from accounts.states import Role
from amendments import service
from amendments.models import Act, AmendmentRow
from amendments.service import DebateDraft, SpeakerDraft
from amendments.states import Outcome
from amendments.text.finding import find_place
from amendments.text.labels import Language, cite
from amendments.text.lines import lay_out
from amendments.text.operations import DeleteUnit
from amendments.text.reading import read_markdown
from tests.conftest import FrozenClock
from tests.make.accounts import NOON
from tests.make.acts import (
    AFTER,
    PARKING,
    TO_COUNCIL,
    answer,
    edit,
    make_act,
    make_clerk,
    make_councillor,
    make_person,
    propose,
)
from tests.make.decision import DECISION
from tests.proposals.conftest import Town

NEXT_ROUND = date(2027, 4, 20)
DECIDED = read_markdown(DECISION).version
CALL = DebateDraft(
    starts_at=NOON + timedelta(days=9),
    place="Sala de ședințe",
    minutes_each=5,
    register_until=(NOON + timedelta(days=8)).date(),
    how="În scris, la intrare, sau oral.",
    attending="Ion Primaru, primar",
)
LANGUAGES: tuple[Language, ...] = ("ro", "en")


async def two_rounds(town: Town, clock: FrozenClock) -> tuple[Act, list[AmendmentRow]]:
    """An act in its second round: in the first one, two amendments contradicted each other, and an article
    went out.
    """
    async with town.database.write() as session:
        clerk, councillor = await make_clerk(session), await make_councillor(session)
        act = await make_act(session, clerk, town.app.services.settings.var_dir / "files")
        proposed = [
            await propose(session, await make_person(session), act, operations)
            for operations in (
                edit("a1", "Tariful este de 8 lei pe oră."),
                edit("a1", "Tariful este de 5 lei pe oră."),
                (DeleteUnit(unit="a3"),),
            )
        ]
        await service.close_debate(session, clerk, act.id, now=AFTER)
        outcomes = (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.ACCEPTED)
        for row, outcome in zip(proposed, outcomes, strict=True):
            await answer(session, councillor, row, outcome)
        await service.consolidate_act(session, clerk, act.id, proposals_until=NEXT_ROUND, now=AFTER)
    clock.at(AFTER)
    return act, proposed


def links_of(page: str, act: Act) -> set[str]:
    """The addresses below the act to which its page leads."""
    found = {html.unescape(one) for one in re.findall(r'href="(/[^"#]*)', page)}
    return {one for one in found if str(act.id) in one and "/discussions/" not in one}


async def test_every_link_of_an_earlier_version_leads_somewhere(town: Town, clock: FrozenClock) -> None:
    act, [first, second, _] = await two_rounds(town, clock)
    visitor = await town.resident()
    page = await visitor.see(f"/acts/{act.id}/versions/1")
    group = f"/en/acts/{act.id}/contradictions/{first.id}?version=1"
    links = links_of(page, act)
    assert group in links
    for link in sorted(links):
        answered = await visitor.client.get(link)
        assert answered.status_code == 200, link
    compared = await visitor.see(group.removeprefix("/en"))
    assert "The text in version 1" in compared
    assert "Tariful este de 10 lei pe oră." in compared, "the text that they change"
    assert not re.findall(rf'href="[^"]*/{act.id}/text/', compared), "its parts may be gone from the newest"
    own = await visitor.see(f"/acts/{act.id}/contradictions/{second.id}")
    assert "The text in version 1" in own, "without a version: the newest on which it contradicts another"
    for version in ("2", "9", "x"):
        await visitor.see(f"/acts/{act.id}/contradictions/{first.id}?version={version}", 404)


async def test_an_amendment_leads_to_those_that_it_contradicts(town: Town, clock: FrozenClock) -> None:
    async with town.database.write() as session:
        act = await make_act(session, await make_clerk(session), town.app.services.settings.var_dir / "files")
        first, _ = [
            await propose(
                session, await make_person(session), act, edit("a1", f"Tariful este de {lei} lei pe oră.")
            )
            for lei in (8, 5)
        ]
    visitor = await town.visitor()
    group = f"/en/acts/{act.id}/contradictions/{first.id}"
    assert f'href="{group}"' in await visitor.see(f"/acts/{act.id}/amendments/{first.id}")
    assert (await visitor.client.get(group)).status_code == 200


@pytest.mark.parametrize(
    ("asked", "cited"),
    [
        ("1", "titlu"),
        (" rd. 3 ", "art. 2"),
        ("rândul 3", "art. 2"),
        ("lines 2-3", "art. 1"),
        ("art. 2 alin. (2)", "art. 2 alin. (2)"),
        ("Articolul 2, alineatul 2", "art. 2 alin. (2)"),
        ("ART 3", "art. 3"),
        ("art. 2 para. (1)", "art. 2 alin. (1)"),
        ("alin. (1)", "art. 2 alin. (1)"),
        ("0", None),
        ("7000", None),
        ("art. 9", None),
        ("", None),
        ("§§ ()", None),
        ("x" * 100_000, None),
    ],
)
def test_a_place_is_found_as_people_say_it(asked: str, cited: str | None) -> None:
    found = find_place(PARKING, lay_out(PARKING), asked)
    assert (cite(PARKING, found) if found else None) == cited


def test_every_line_and_every_citation_finds_its_unit() -> None:
    layout = lay_out(DECIDED)
    for line in layout.lines:
        assert find_place(DECIDED, layout, str(line.number)) == line.unit
    for unit in DECIDED.units:
        if unit.text:
            for language in LANGUAGES:
                assert find_place(DECIDED, layout, cite(DECIDED, unit.id, language)) == unit.id


async def test_a_line_or_an_article_is_gone_to(town: Town, clock: FrozenClock) -> None:
    act, _ = await two_rounds(town, clock)
    visitor = await town.visitor()
    here = f"/acts/{act.id}"
    for address, unit in (("", "a2-2"), ("/versions/1", "a2-2")):
        went = await visitor.client.get(f"/en{here}{address}?to=art.+2+alin.+(2)")
        assert (went.status_code, went.headers["location"]) == (303, f"/en{here}{address}#u-{unit}")
    page = await visitor.see(f"{here}?to=art.+3", 422)  # only the first version has it
    assert "There is no such line or article in this text." in page
    assert 'value="art. 3"' in page, "what was typed is kept"
    went = await visitor.client.get(f"/en{here}/versions/1?to=art.+3")
    assert went.headers["location"] == f"/en{here}/versions/1#u-a3"


async def test_an_empty_cell_has_a_name_and_a_row_its_lines(town: Town) -> None:
    text = read_markdown(
        "HOTĂRÂRE privind zonele\n\nArt. 1 Zonele:\n\n| Zona | Tarif |\n|---|---|\n| Rahova | |\n"
    ).version
    async with town.database.write() as session:
        act = await make_act(
            session, await make_clerk(session), town.app.services.settings.var_dir / "files", text=text
        )
        cell = next(unit for unit in text.units if unit.text == "Rahova")
        await propose(session, await make_person(session), act, edit(cell.id, "Ferentari", text=text))
    page = await (await town.visitor()).see(f"/acts/{act.id}")
    table = page[page.index("<table") : page.index("</table>")]
    said = " ".join(re.sub(r"<[^>]*>", " ", table).split())
    assert "Empty cell: art. 1 table 1 row 2 column 2" in said
    assert "Rahova (1) , 1 amendment: art. 1 table 1 row 2 column 1" in said
    assert "Lines of the text: lines 3–4 Zona Tarif line 5 Rahova" in said
    assert all(re.search(r">[^<\s]", one) for one in re.findall(r"<a .*?</a>", table)), (
        "no link without a name"
    )


async def test_what_is_owed_to_a_debate_is_said_where_the_text_goes_on(
    town: Town, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        act = await make_act(session, await make_clerk(session), town.app.services.settings.var_dir / "files")
        await service.request_debate(
            session,
            await make_person(session),
            act.id,
            entity="Asociația Pietonilor",
            kind="association",
            signed_by="Ana",
            reason="",
            now=NOON,
        )
    clock.at(TO_COUNCIL)
    clerk = await town.officer(Role.SECRETARIAT)
    await clerk.send(f"/acts/{act.id}/step", do="close")
    here = f"/acts/{act.id}/consolidate"
    page = await clerk.see(here)
    assert f'href="/en/acts/{act.id}/debates/new"' in page
    refused = await clerk.send(here, 409, do="council")
    assert 'href="#without_debate"' in refused.text
    refused = await clerk.send(here, 422, do="council", without_debate="Nu.")
    assert re.search(r">\s*Nu\.</textarea>", refused.text), "what was typed is kept"
    await clerk.send(here, do="council", without_debate="Asociația nu este legal constituită.")
    assert "Asociația nu este legal constituită." in await clerk.see(f"/acts/{act.id}")


async def test_what_was_said_and_not_registered_is_named_where_the_text_goes_on(
    town: Town, clock: FrozenClock
) -> None:
    async with town.database.write() as session:
        clerk = await make_clerk(session)
        act = await make_act(session, clerk, town.app.services.settings.var_dir / "files")
        debate = await service.call_debate(session, clerk, act.id, CALL, now=NOON)
        await service.add_walk_in(session, clerk, debate.id, SpeakerDraft(name="Gheorghe"), now=NOON)
        await service.add_recommendation(
            session, clerk, debate.id, speaker=1, body="Să fie mai ieftin.", now=NOON
        )
    clock.at(TO_COUNCIL)
    visitor = await town.officer(Role.SECRETARIAT)
    await visitor.send(f"/acts/{act.id}/step", do="close")
    desk = f"/en/acts/{act.id}/debates/1/desk#said-1"
    assert f'href="{desk}"' in await visitor.see(f"/acts/{act.id}/consolidate")
    refused = await visitor.send(f"/acts/{act.id}/consolidate", 409, do="council")
    assert "not registered as amendments: 1" in refused.text

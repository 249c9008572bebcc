"""The report on a debate, and the yearly report: counted, entered, published once, corrected in the open."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.states import Role
from amendments import queries, service
from amendments.errors import YearlyChanged, YearlyIncomplete
from amendments.rules.yearly import ENTERED, FIGURES, LAW, missing
from app.kit import register
from app.kit.errors import Forbidden, FormErrors
from tests.amendments.test_printing import check_tagged, plain
from tests.conftest import FrozenClock
from tests.make.acts import AFTER, make_clerk, make_councillor, make_person
from tests.make.published import make_published
from tests.proposals.conftest import Town

ALL = {
    "c_sittings": "120",
    "e": "0",
    "f": "Un parteneriat bun, cu „voci” noi: ăâîșț.",
    "g": "1",
    "g_reasons": "Date personale.",
}
NEXT_YEAR = AFTER.replace(year=2028)
WHY = "Numărul participanților era greșit."


def test_each_figure_of_the_law_is_there_once() -> None:
    keys = [one.key for one in FIGURES]
    assert len(keys) == len(set(keys))
    required = [one.key for one in LAW if one.is_required]
    assert required == ["a", "b", "c", "c_sittings", "d", "e", "f", "g"]
    assert missing({}) == ("c_sittings", "e", "f", "g")
    assert missing(ALL | {"f": "  "}) == ("f",)
    assert not missing(ALL)


async def test_what_happened_here_is_counted(session: AsyncSession, tmp_path: Path) -> None:
    await make_published(session, tmp_path)
    counted = await queries.count_year(session, 2027)
    assert (counted["a"], counted["b"], counted["A2"], counted["A6"], counted["A1"]) == (7, 4, 1, 1, 0)
    assert (counted["A7"], counted["A8"], counted["d"], counted["A9"]) == (7, 4, 0, 0)
    assert set((await queries.count_year(session, 2026)).values()) == {0}
    assert await queries.list_years(session) == [2027]


async def test_figures_are_entered_with_names_and_published_once(
    session: AsyncSession, tmp_path: Path
) -> None:
    await make_published(session, tmp_path)
    clerk = await make_clerk(session, name="Ioana Secretaru")
    for stranger in (await make_person(session), await make_councillor(session)):
        with pytest.raises(Forbidden):
            await service.enter_figures(session, stranger, 2027, ALL, now=NEXT_YEAR)
        with pytest.raises(Forbidden):
            await service.publish_year(session, stranger, 2027, seen=0, now=NEXT_YEAR)
    with pytest.raises(FormErrors) as wrong:
        await service.enter_figures(
            session, clerk, 2027, {"c_sittings": "-1", "e": "o sută", "g": "٣"}, now=NEXT_YEAR
        )
    assert set(wrong.value.errors) == {"c_sittings", "e", "g"}
    with pytest.raises(FormErrors) as long:  # and not cut silently
        await service.enter_figures(session, clerk, 2027, {"f": "a" * 5_001}, now=NEXT_YEAR)
    assert set(long.value.errors) == {"f"}
    with pytest.raises(YearlyIncomplete):
        await service.publish_year(session, clerk, 2027, seen=0, now=NEXT_YEAR)
    assert await service.enter_figures(session, clerk, 2027, ALL, now=NEXT_YEAR) == 5
    assert await service.enter_figures(session, clerk, 2027, ALL | {"c_sittings": "121"}, now=NEXT_YEAR) == 1
    assert [one.value for one in await queries.list_entries(session, 2027) if one.figure == "c_sittings"] == [
        "120",
        "121",
    ]
    with pytest.raises(Forbidden, match="not over"):
        await service.publish_year(session, clerk, 2027, seen=0, now=AFTER)
    first = await service.publish_year(session, clerk, 2027, seen=0, now=NEXT_YEAR)
    figures = json.loads(first.figures)
    assert (figures["a"], figures["c"], figures["f"]) == ("7", "121", ALL["f"])
    with pytest.raises(YearlyChanged):  # the button pressed twice
        await service.publish_year(session, clerk, 2027, seen=0, now=NEXT_YEAR)
    with pytest.raises(FormErrors):
        await service.publish_year(session, clerk, 2027, seen=1, reason="greșit", now=NEXT_YEAR)
    await service.enter_figures(session, clerk, 2027, {"c_sittings": "99"}, now=NEXT_YEAR)
    second = await service.publish_year(session, clerk, 2027, seen=1, reason=WHY, now=NEXT_YEAR)
    assert [one.position for one in await queries.list_reports(session, 2027)] == [1, 2]
    assert json.loads(second.figures)["c"] == "99"
    facts = await register.list_facts(session, subject="transparency:2027")
    assert len(facts) == 2
    for statement in ("UPDATE yearly_reports SET figures = '{}'", "DELETE FROM yearly_entries"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with session.begin_nested():
                await session.execute(text(statement))


async def test_the_pages_of_both_reports(
    app: Any, client: httpx.AsyncClient, make_client: Any, clock: FrozenClock, tmp_path: Path
) -> None:
    async with app.services.database.write() as session:
        act = await make_published(session, tmp_path / "papers")
    clock.at(AFTER)
    page = (await client.get(f"/en/acts/{act.id}/report")).text
    for said in (
        "not final yet",
        "Taken into the text",
        "Bugetul pe anul acesta nu permite altfel.",
        "In all",
    ):
        assert said in page, said
    assert (await client.get(f"/acts/{act.id}/report?state=withdrawn")).text.count(
        'class="ob-amendment"'
    ) == 7
    printed = (await client.get(f"/acts/{act.id}/report.pdf")).content
    found = check_tagged(printed, title="Raport asupra dezbaterii publice", lang="ro-RO")
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/P"} <= set(found)
    said = " ".join(plain(printed, tmp_path).split())
    for words in (act.title, "AM-2027-00007", "Bugetul pe anul acesta nu permite altfel.", "Ana Popescu"):
        assert words in said, words
    clock.at(NEXT_YEAR)
    town = Town(app, make_client)
    clerk, anonymous = await town.officer(Role.SECRETARIAT), await town.visitor()
    here = "/acts/yearly/2027"
    assert "figures counted so far" in await anonymous.see(here)
    await clerk.see(here)
    refused = await clerk.send(here, status=422, do="enter", **ALL | {"c_sittings": "multe"})
    assert "Write a whole number." in refused.text
    assert 'value="multe"' in refused.text
    await clerk.send(here, do="enter", **ALL)
    assert ALL["g_reasons"] not in await anonymous.see(here)  # public only when it is published
    await clerk.see(here)
    await clerk.send(here, do="publish", seen="0")
    twice = await clerk.send(here, status=409, do="publish", seen="0")
    assert "in the meantime" in twice.text
    public = await anonymous.see(here)
    for said in ("Version 1, published on", ALL["g_reasons"], "SHA-256"):
        assert said in public, said
    await clerk.send(here, status=422, do="publish", seen="1", reason="scurt")
    rows = list(csv.DictReader(io.StringIO((await client.get(f"{here}/figures.csv")).text)))
    assert {row["indicator"]: row["value"] for row in rows}["c"] == "120"
    assert {row["version"] for row in rows} == {"1"}
    printed = (await client.get(f"{here}/report.pdf")).content
    found = check_tagged(printed, title="2027", lang="ro-RO")
    assert {"/H1", "/Table", "/TH", "/TD", "/P"} <= set(found)
    said = " ".join(plain(printed, tmp_path).split())
    for words in ("2027", "120", ALL["g_reasons"], "Un parteneriat bun, cu „voci” noi: ăâîșț."):
        assert words in said, words
    for wrong in ("/acts/yearly/1999", "/acts/yearly/2029", "/acts/yearly/2029/report.pdf"):
        assert (await client.get(wrong)).status_code == 404
    resident = await town.resident()
    await resident.send(here, status=403, do="publish", seen="0")
    assert here in await anonymous.see("/acts/yearly")


def test_only_what_nobody_can_count_is_entered() -> None:
    assert {one.key for one in ENTERED}.isdisjoint({"a", "b", "d", "A1", "A2"})

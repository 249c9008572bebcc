"""The council's votes for programs: open data, Akoma Ntoso, CSV, and in the report on the debate."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from amendments.models import Act
from tests.amendments.test_printing import check_tagged, plain
from tests.amendments.test_publishing import AKN, akoma_ntoso, fetch, judge_open_act
from tests.conftest import FrozenClock
from tests.make.sittings import SITTING, make_voted


@pytest.fixture
async def act(app: Any, clock: FrozenClock, tmp_path: Path) -> Act:
    """An adopted act, by a vote with a correction in it."""
    clock.at(SITTING)
    async with app.services.database.write() as session:
        return await make_voted(session, tmp_path)


async def the_votes_are_open_data(client: httpx.AsyncClient, act: Act) -> None:
    given = json.loads((await fetch(client, act, "act.json")).content)
    [sitting] = given["sittings"]
    assert (sitting["decision"], sitting["state"], sitting["version"]) == ("HCL 12/2027", "closed", 2)
    assert [one["present"] for one in sitting["roll"]].count(False) == 1
    first, second, third = given["amendments"]
    assert first["taken_over_by"] == second["taken_over_by"] == "Victor Consilieru"
    fates = {one["motion"]: (one["fate"], one["felled_by"]) for one in sitting["motions"]}
    assert fates == {
        first["id"]: ("adopted", None),
        second["id"]: ("fallen", first["id"]),
        third["id"]: ("rejected", None),
        "act": ("adopted", None),
    }
    corrected = next(one for one in sitting["motions"] if one["motion"] == third["id"])["votes"]
    assert [one["for_count"] for one in corrected] == [2, 1]
    assert corrected[1]["reason"] == "Numărătoarea a fost greșită."
    for one in corrected:
        assert set(one["choices"]) == {member["id"] for member in sitting["roll"]}
    schema = (await client.get("/acts/schema.json")).json()
    judge_open_act(schema, given)
    described = schema["$defs"]
    for name in ("OpenSitting", "OpenMotion", "OpenVote", "OpenMember"):
        assert name in described
    assert set(described["OpenSitting"]["properties"]) == set(sitting)


async def the_votes_are_valid_akoma_ntoso(client: httpx.AsyncClient, act: Act) -> None:
    answer = await fetch(client, act, "sittings/1/votes.xml")
    root = etree.fromstring(answer.content)
    akoma_ntoso().assertValid(root)
    votings = root.findall(f".//{AKN}voting")
    assert [one.get("outcome") for one in votings] == ["#adopted", "#not_adopted", "#not_adopted", "#adopted"]
    holds = [one.get("{urn:obste:text:1}holds") for one in votings]
    assert holds == ["true", "false", "true", "true"]
    for one in votings:
        assert sum(int(count.get("value")) for count in one.iter(f"{AKN}count")) == 5
    known = {one.get("eId") for one in root.iter() if one.get("eId")}
    said = root.findall(f".//{AKN}vote")
    assert len(said) == 4 * 5
    assert {one.get(name).removeprefix("#") for one in said for name in ("by", "choice")} <= known
    await fetch(client, act, "sittings/2/votes.xml", status=404)
    await fetch(client, act, "sittings/0/votes.xml", status=404)


async def the_votes_as_tables(client: httpx.AsyncClient, act: Act) -> None:
    votes = list(csv.DictReader(io.StringIO((await fetch(client, act, "votes.csv")).text)))
    assert len(votes) == 4 * 5
    rows = list(csv.DictReader(io.StringIO((await fetch(client, act, "amendments.csv")).text)))
    assert [row["council_vote"] for row in rows] == ["adopted", "fallen", "rejected"]
    assert {row["taken_over_by"] for row in rows} == {"Victor Consilieru"}


async def the_report_tells_how_the_council_voted(client: httpx.AsyncClient, act: Act, tmp_path: Path) -> None:
    report = (await fetch(client, act, "report")).text
    told = report[report.index("Votul consiliului</h2>") :]
    for said in ("HCL 12/2027", "Căzut", "Adoptat", "Respins la vot", "Pentru: <strong>3</strong>"):
        assert said in told, said
    printed = await fetch(client, act, "report.pdf")
    check_tagged(printed.content, title="Raport asupra dezbaterii publice", lang="ro-RO")
    words = " ".join(plain(printed.content, tmp_path).split())
    for said in ("HCL 12/2027", "Căzut", "Adoptat", "Respins la vot"):
        assert said in words, said


async def test_the_council_s_votes_in_every_form(
    app: Any, client: httpx.AsyncClient, act: Act, tmp_path: Path
) -> None:
    await the_votes_are_open_data(client, act)
    await the_votes_are_valid_akoma_ntoso(client, act)
    await the_votes_as_tables(client, act)
    await the_report_tells_how_the_council_voted(client, act, tmp_path)
    files = (await fetch(client, act, "files")).text
    for name in ("votes.csv", "sittings/1/votes.xml", "amendments.xml"):
        assert f"{act.id}/{name}" in files

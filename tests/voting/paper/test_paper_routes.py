"""From naming places to a published protocol, by the pages; and what is refused keeps what was typed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from accounts.states import Role
from app.kit.db import Database
from tests.make.accounts import make_account, sign_in
from tests.make.ballots import ORIGIN, as_officer, as_voter, field, press
from tests.make.cycles import NOON
from tests.make.paper import (
    CLOSING,
    PaperPoll,
    ballot,
    close,
    confirm_close,
    give,
    make_paper_poll,
    settle,
    write,
)
from tests.make.voting import make_poll, make_voter
from voting import service
from voting.states import PollState

Make = Callable[[], httpx.AsyncClient]


@pytest.fixture
def database(app: Any) -> Database:
    return app.services.database


async def as_clerk(client: httpx.AsyncClient, database: Database, *, name: str) -> None:
    async with database.write() as session:
        account = await make_account(session, name=name, roles=[Role.CLERK])
    await sign_in(client, database, account)


async def send(client: httpx.AsyncClient, to: str, /, *, of: str = "", **fields: str) -> httpx.Response:
    """Send a form of the page at `of`, the address itself if none is given."""
    page = await client.get(of or to)
    assert page.status_code == 200, (of or to, page.status_code, page.text[:2000])
    data = {"csrf_token": field(page.text, "csrf_token"), **fields}
    return await client.post(to, data=data, headers=ORIGIN)


async def ended(database: Database, clock: Any) -> PaperPoll:
    """A vote that has ended, with two papers given out at place 1."""
    async with database.write() as session:
        paper = await make_paper_poll(session)
        await give(session, paper, voters=2)
        await close(session, paper)
    clock.at(CLOSING)
    return paper


async def test_an_officer_names_changes_and_removes_places(client, database, clock) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session, is_open=False)
    await as_officer(client, database, name="Elena Radu")
    base = f"/polls/{paper.id}/officer/places"
    place = {
        "number": "3",
        "name": "Căminul <Uverturii>",
        "address": "Calea 13 Septembrie 1",
        "hours": "9-13",
    }
    assert (await send(client, base, **place)).status_code == 303
    page = (await client.get(base)).text
    assert "Căminul &lt;Uverturii&gt;" in page
    again = await send(client, base, **place)
    assert again.status_code == 422
    assert "cu acest număr" in again.text
    assert 'value="Calea 13 Septembrie 1"' in again.text
    assert (await send(client, base, number="0", name="", address="", hours="")).status_code == 422
    changed = await send(client, f"{base}/3", name="Căminul", address="Strada A 1", hours="10-14")
    assert changed.status_code == 303
    assert "10-14" in (await client.get(f"/polls/{paper.id}/places")).text
    assert (await send(client, f"{base}/3", do="remove")).status_code == 303
    assert (await client.get(f"{base}/3")).status_code == 404
    assert base in (await client.get(f"/polls/{paper.id}/officer")).text


async def test_a_paper_is_given_at_the_table_and_the_voter_is_told_on_the_web(
    client, database, clock, make_client: Make
) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session)
        voter = await make_account(session, name="Ana Popescu", verified=True)
    await as_clerk(client, database, name="Secretar D")
    table = f"/polls/{paper.id}/places/1/table"
    assert "Deschideți masa" in (await client.get("/places")).text
    for wrong in ({}, {"document": "123"}, {"name": "Ana Popescu"}, {"name": "Ana", "birth_year": "1985"}):
        refused = await send(client, table, **wrong)
        assert refused.status_code == 422, wrong
    found = await send(client, table, name="popescu ANA", birth_year="1985")
    assert found.headers["location"] == f"{table}/{voter.id}"
    person = f"{table}/{voter.id}"
    assert 'id="give-paper"' in (await client.get(person)).text
    assert (await send(client, f"{person}/give", of=person)).status_code == 303
    page = (await client.get(person)).text
    assert 'id="give-paper"' not in page
    assert "A primit un buletin" in page
    assert (await send(client, f"{person}/give", of=person)).status_code == 403
    assert "<strong" in (await client.get(table)).text
    other = make_client()
    await sign_in(other, database, voter)
    for address in (f"/polls/{paper.id}", "/account/access"):
        assert "buletin de hârtie" in (await other.get(address)).text, address
    assert (await other.get(table)).status_code == 403
    short = await send(client, f"{person}/undo", of=person, reason="ab")
    assert short.status_code == 422
    assert 'value="ab"' in short.text
    assert (await send(client, f"{person}/undo", of=person, reason="Am apăsat greșit.")).status_code == 303
    assert 'id="give-paper"' in (await client.get(person)).text
    assert 'href="/polls/' + str(paper.id) + '/ballot"' in (await other.get(f"/polls/{paper.id}")).text
    assert (await send(client, f"{table}/assisted", of=table, do="more")).status_code == 303
    assert 'id="assisted-count">1<' in (await client.get(table)).text
    assert (await send(client, f"{table}/close", of=table)).status_code == 422
    assert (await send(client, f"{table}/close", of=table, sure="yes")).status_code == 303
    assert "închisă" in (await client.get(table)).text
    assert (await send(client, f"{table}/reopen", of="/account", reason="Greșeală.")).status_code == 403
    officer = make_client()
    await as_officer(officer, database, name="Elena Radu")
    assert f'href="{table}"' in (await officer.get("/places")).text
    short = await send(officer, f"{table}/reopen", of=table, reason="ab")
    assert short.status_code == 422
    assert 'value="ab"' in short.text
    assert (await send(officer, f"{table}/reopen", of=table, reason="Greșeală.")).status_code == 303
    assert 'id="find-person"' in (await client.get(table)).text


async def test_a_ballot_of_whoever_holds_a_paper_is_answered_on_the_vote_s_page(
    client, database, clock
) -> None:
    """A paper is given while the ballot waits to be sent."""
    async with database.write() as session:
        paper = await make_paper_poll(session)
        voter = await make_voter(session)
    await as_voter(client, database, voter)
    await press(client, f"/polls/{paper.id}/ballot", "add:P02")
    review = (await client.get(f"/polls/{paper.id}/ballot/review")).text
    async with database.write() as session:
        await service.give_paper(session, paper.clerks[0], paper.id, 1, voter.id, now=NOON)
    form = {name: field(review, name) for name in ("csrf_token", "ballot", "receipt")}
    answer = await client.post(f"/polls/{paper.id}/ballot/review", data=form, headers=ORIGIN)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/polls/{paper.id}")
    assert "Școala 141" in (await client.get(f"/polls/{paper.id}")).text


async def test_a_draft_s_paper_ballot_is_for_those_who_may_see_drafts(
    client, database, clock, make_client: Make
) -> None:
    async with database.write() as session:
        draft = await make_poll(session, state=PollState.DRAFT)
    await as_clerk(client, database, name="Secretar D")
    officer = make_client()
    await as_officer(officer, database, name="Elena Radu")
    assert (await client.get(f"/polls/{draft.id}/paper-ballot")).status_code == 404
    assert (await officer.get(f"/polls/{draft.id}/paper-ballot")).status_code == 200


async def test_two_of_one_name_are_told_apart(client, database, clock) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session)
        twins = [await make_voter(session, name="Ion Pop") for _ in range(2)]
    await as_clerk(client, database, name="Secretar D")
    table = f"/polls/{paper.id}/places/1/table"
    found = await send(client, table, name="Ion Pop", birth_year="1985")
    assert found.status_code == 200
    assert all(str(one.id) in found.text for one in twins)


async def test_two_clerks_enter_blind_a_third_decides_two_sign(
    client, database, clock, make_client: Make
) -> None:
    paper = await ended(database, clock)
    base = f"/polls/{paper.id}/places/1"
    officer, one, two, three = client, make_client(), make_client(), make_client()
    await as_officer(officer, database, name="Elena Radu")
    for name, clerk in zip("DEF", (one, two, three), strict=True):
        await as_clerk(clerk, database, name=f"Secretar {name}")
    numbers = {"received": "50", "unused": "48", "returned": "0", "in_box": "2", "blank": "3", "spoiled": "0"}
    refused = await send(officer, f"{base}/protocol", **numbers)
    assert refused.status_code == 422
    assert 'value="48"' in refused.text
    assert (await send(one, f"{base}/papers/begin", of="/account")).status_code == 403
    numbers["blank"] = "1"
    assert (await send(officer, f"{base}/protocol", **numbers)).status_code == 303
    for clerk in (one, two):
        assert (await send(clerk, f"{base}/papers/begin", of=f"{base}/papers")).status_code == 303
    typed = {"sheet": "1", "kind": "ballot", "said": "3 1"}
    saved = await send(one, f"{base}/papers", **typed)
    assert saved.headers["location"] == f"{base}/papers?before=1"
    read_back = (await one.get(saved.headers["location"])).text
    assert "1. P03 Pistă pentru biciclete" in read_back
    for said, message in (
        ("3 3", "de două ori"),
        ("99", "nu este pe acest buletin"),
        ("", "Scrieți numerele"),
    ):
        refused = await send(one, f"{base}/papers", sheet="2", kind="ballot", said=said)
        assert refused.status_code == 422, said
        assert message in refused.text, said
        assert f'value="{said}"' in refused.text
    assert (await send(one, f"{base}/papers", sheet="2", kind="spoiled")).status_code == 422
    assert (await send(one, f"{base}/papers", sheet="7", kind="blank")).status_code == 422
    missing = await send(one, f"{base}/papers/done", of=f"{base}/papers")
    assert "nu sunt încă introduse: 2" in missing.text
    await send(one, f"{base}/papers", sheet="2", kind="blank")
    assert (await send(one, f"{base}/papers/done", of=f"{base}/papers")).status_code == 303
    for reader in (two, officer, three):  # blind: nobody sees what the first entered
        for page in ("papers", "papers?sheet=1&before=1", "protocol", "differing"):
            assert "P03 Pistă" not in (await reader.get(f"{base}/{page}")).text, page
    await send(two, f"{base}/papers", sheet="1", kind="ballot", said="P03")
    await send(two, f"{base}/papers", sheet="2", kind="blank")
    assert (await send(two, f"{base}/papers/done", of=f"{base}/papers")).status_code == 303
    assert "Au citit diferit 1 buletin" in (await three.get(f"{base}/protocol")).text
    assert (await two.get(f"{base}/differing")).status_code == 403
    unreasoned = await send(three, f"{base}/differing", sheet="1", kind="ballot", said="3 1")
    assert unreasoned.status_code == 422
    assert 'value="3 1"' in unreasoned.text
    decided = await send(
        three, f"{base}/differing", sheet="1", kind="ballot", said="3 1", reason="Scris clar."
    )
    assert decided.status_code == 303
    for signer in (officer, three):
        page = (await signer.get(f"{base}/protocol")).text
        digest = field(page, "digest")
        assert (await send(signer, f"{base}/sign", of=f"{base}/protocol", digest=digest)).status_code == 303
    page = (await one.get(f"{base}/protocol")).text
    assert "2 din 2 semnături" in page
    assert 'id="sign"' not in page
    assert (await send(three, f"{base}/withdraw", of=f"{base}/protocol")).status_code == 303
    printed = (await officer.get(f"{base}/form")).text
    assert "Buletine primite de secție" in printed
    assert "<td>" in printed


async def test_an_officer_gives_a_clerks_entries_up(client, database, clock) -> None:
    paper = await ended(database, clock)
    async with database.write() as session:
        await write(session, paper, [ballot("P01"), ballot("P02")])
        await service.begin_reading(session, paper.clerks[0], paper.id, 1, now=CLOSING)
    await as_officer(client, database, name="Elena Radu")
    protocol = f"/polls/{paper.id}/places/1/protocol"
    refused = await send(client, f"/polls/{paper.id}/places/1/release/1", of=protocol, reason="")
    assert refused.status_code == 422
    short = await send(client, f"/polls/{paper.id}/places/1/release/1", of=protocol, reason="ab")
    assert 'value="ab"' in short.text
    done = await send(client, f"/polls/{paper.id}/places/1/release/1", of=protocol, reason="S-a îmbolnăvit.")
    assert done.status_code == 303
    page = (await client.get(protocol)).text
    assert "Nimeni nu a început" in page
    assert "Secretar A" in page
    assert "S-a îmbolnăvit." in page
    changed = {"received": "50", "unused": "49", "returned": "0", "in_box": "1", "blank": "0", "spoiled": "0"}
    assert (await send(client, protocol, **changed)).status_code == 303


async def test_after_the_count_everybody_reads_the_protocols_and_the_paper_part(
    client, database, clock, run_jobs
) -> None:
    paper = await ended(database, clock)
    places = f"/polls/{paper.id}/places"
    assert "Ce a fost în urne" not in (await client.get(places)).text
    async with database.write() as session:
        await settle(session, paper, {1: [ballot("P03", "P01"), ballot("P03")], 2: []})
        await confirm_close(session, paper)
    await run_jobs()
    result = (await client.get(f"/polls/{paper.id}/result")).text
    assert "pe hârtie: 2 (secții de votare: 2), electronic: 0" in result
    public = (await client.get(places)).text
    for said in ("Ce a fost în urne", "Școala 141", "au semnat Ion Georgescu, Secretar A"):
        assert said in public
    assert "P03" not in public
    sheets = await client.get(f"/polls/{paper.id}/files/paper.csv")
    assert sheets.text.splitlines() == ["ballot,options,points", "1,P03,", "2,P03 P01,"]


@pytest.mark.parametrize("who", ["nobody", "resident", "officer"])
async def test_pages_of_work_are_for_those_whose_work_it_is(client, database, clock, who: str) -> None:
    async with database.write() as session:
        paper = await make_paper_poll(session)
        account = await make_account(session, verified=True)
    if who == "officer":
        await as_officer(client, database, name="Elena Radu")
    elif who == "resident":
        await sign_in(client, database, account)
    status = {"nobody": 303, "resident": 403, "officer": 200}[who]
    for page in ("/places", f"/polls/{paper.id}/places/1/table", f"/polls/{paper.id}/paper-ballot"):
        assert (await client.get(page)).status_code == status, page
    assert (await client.get(f"/polls/{paper.id}/places")).status_code == 200

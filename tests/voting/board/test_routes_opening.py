"""From the end of a sealed vote to its result, as everybody sees it."""

import re
from pathlib import Path

import pytest

from app.kit.db import Database
from tests.make.ballots import HTMX, as_resident, as_voter
from tests.make.sealed_polls import (
    CLOSING,
    TRUSTEES,
    SealedPoll,
    advance,
    cast,
    close,
    confirm_protocol,
    make_sealed_poll,
    mix,
    open_mixed,
)
from voting import service


@pytest.fixture
def database(app) -> Database:
    return app.services.database


@pytest.fixture
async def sealed(database: Database, clock) -> SealedPoll:
    async with database.write() as session:
        return await make_sealed_poll(session, voters=2, threshold=2)


def states_of(html: str) -> list[str]:
    return re.findall(r"ob-stages__item--(\w+)", html)


async def test_everybody_sees_how_far_the_opening_has_come_and_who_did_it(
    client, database, sealed: SealedPoll, clock, run_jobs, tmp_path: Path
) -> None:
    path = f"/polls/{sealed.poll.id}/opening"
    assert (await client.get(path)).status_code == 404  # the vote runs
    async with database.write() as session:
        await cast(session, sealed, 0, ["P02", "P01"])
        await cast(session, sealed, 1, [])
    clock.at(CLOSING)
    async with database.write() as session:
        assert await service.close_poll(session, sealed.poll.id, now=CLOSING)
    assert states_of((await client.get(path)).text) == ["done", "current", *["future"] * 4]

    async with database.write() as session:
        await confirm_protocol(session, sealed)
        await advance(session, sealed)
        await mix(session, sealed, 0, tmp_path)
        await advance(session, sealed)
    html = (await client.get(path)).text
    assert states_of(html) == ["done"] * 3 + ["current", "future", "future"]
    assert f"Au amestecat: {TRUSTEES[0]}. Încă nu: {TRUSTEES[1]}, {TRUSTEES[2]}." in html
    assert "data-hx-trigger" not in html, "it looks again by itself only when asked to"
    watched = await client.get(path + "?watch=yes", headers=HTMX)
    assert watched.text.lstrip().startswith('<div id="opening"')
    assert 'data-hx-trigger="every 30s"' in watched.text
    poll_page = (await client.get(f"/polls/{sealed.poll.id}")).text
    assert states_of(poll_page) == states_of(html)

    async with database.write() as session:
        await mix(session, sealed, 2, tmp_path)
        await advance(session, sealed)
        await service.end_mixing(session, sealed.officers[0], sealed.poll.id, now=CLOSING)
        await open_mixed(session, sealed, 1, tmp_path)
        await advance(session, sealed)
    html = (await client.get("/en" + path)).text
    assert f"Opened by: {TRUSTEES[1]}. 2 of them are needed." in html
    async with database.write() as session:
        await open_mixed(session, sealed, 0, tmp_path)
        await advance(session, sealed)
    await run_jobs()
    html = (await client.get(path + "?watch=yes")).text
    assert states_of(html) == ["done"] * 6
    assert f"/polls/{sealed.poll.id}/result" in html
    assert "data-hx-trigger" not in html, "there is nothing more to wait for"

    result = (await client.get(f"/polls/{sealed.poll.id}/result")).text
    assert f"Au amestecat, unul după altul: {TRUSTEES[0]}, {TRUSTEES[2]}." in result
    assert f"Au deschis: {TRUSTEES[1]}, {TRUSTEES[0]}." in result
    assert f"./obste verify {sealed.uuid}.bel --contest contest.json --record record.json" in result
    for name in re.findall(rf'href="(/polls/{sealed.poll.id}/(?:board|files)/[^"]+)"', result):
        assert (await client.get(name)).status_code == 200, name
    board = (await client.get(f"/polls/{sealed.poll.id}/board")).text
    assert "Buletinele amestecate sunt deschise" in board
    assert f"{TRUSTEES[2]}: a amestecat" in board


async def test_a_vote_in_which_nobody_voted_says_so(
    client, database, sealed: SealedPoll, clock, run_jobs
) -> None:
    clock.at(CLOSING)
    async with database.write() as session:
        await close(session, sealed)
        await advance(session, sealed)
    await run_jobs()
    result = (await client.get(f"/polls/{sealed.poll.id}/result")).text
    assert "Nu a fost niciun buletin sigilat de amestecat și de deschis." in result


async def test_the_page_of_a_sealed_vote_knows_its_roll(client, database, sealed: SealedPoll) -> None:
    path = f"/polls/{sealed.poll.id}"
    assert "codul secret primit pentru acest vot" in (await client.get(path)).text
    await as_resident(client, database)  # verified after the roll was frozen
    html = (await client.get(path)).text
    assert "Nu sunteți pe lista acestui vot" in html
    assert "Votați acum" not in html
    await as_voter(client, database, sealed.voters[0])
    html = (await client.get(path)).text
    assert "Nu sunteți pe lista acestui vot" not in html
    assert f"{path}/board" in html

"""Nothing that an installation keeps joins a person to a ranking, or holds a private code: real ballots are
cast over HTTP, then tables, files, logs, mail, the queue's file and the web process's memory are searched.
With PostgreSQL, which is told to log every statement, its log, its tables' files and its write-ahead log too.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
import redis
from sqlalchemy import update

from accounts.models import Account
from accounts.service import begin_session
from app.kit import clock
from app.kit.db import Database
from app.kit.front import SESSION_COOKIE
from cycles.models import Stage
from tests.live import LiveServer
from tests.make.ballots import field
from tests.make.sealed_polls import SealedPoll, election_of, make_sealed_poll
from tests.secrets_search import Cluster, memory, needles_of, search, traces, web_processes
from voting import service
from voting.sealing.ballot import seal

pytestmark = pytest.mark.slow

RANKS = [[3, 7, 5, 1, 6, 2, 4], [6, 2, 7, 5, 1, 4, 3], [2, 5, 1, 7, 4, 3, 6]]


@asynccontextmanager
async def open_database(server: LiveServer) -> AsyncIterator[Database]:
    database = Database(server.database_url)
    try:
        yield database
    finally:
        await database.dispose()


async def make_open_poll(server: LiveServer) -> tuple[SealedPoll, list[bytes], list[str]]:
    """A sealed poll that is open by the real clock, a ballot for each voter, and their sessions."""
    now = clock.now()
    async with open_database(server) as database, database.write() as session:
        sealed = await make_sealed_poll(session, voters=len(RANKS), threshold=None)
        dates = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=1)}
        await session.execute(update(Stage).where(Stage.id == sealed.poll.stage_id).values(dates))
        tokens = []
        for voter in sealed.voters:
            account = await session.get_one(Account, voter.id)
            tokens.append(await begin_session(session, account, agent="", now=now))
        election = await election_of(session, sealed)
    raws = [seal(election, code, ranks) for code, ranks in zip(sealed.codes, RANKS, strict=True)]
    return sealed, raws, tokens


async def post(server: LiveServer, poll: SealedPoll, session: str, ballot: str) -> httpx.Response:
    """As a page sends it."""
    async with httpx.AsyncClient(base_url=server.url, cookies={SESSION_COOKIE: session}) as client:
        path = f"/polls/{poll.poll.id}/ballot/sealed"
        token = field((await client.get(path, timeout=60)).text, "csrf_token")
        form = {"csrf_token": token, "ballot": ballot}
        return await client.post(path, data=form, headers={"origin": server.url}, timeout=60)


def all_needles(sealed: SealedPoll) -> dict[str, bytes]:
    names = [option.id for option in service.contest_of(sealed.poll).options]
    return {
        f"{what} of voter {voter}": needle
        for voter, ranks in enumerate(RANKS)
        for what, needle in needles_of(ranks, names, sealed.codes[voter], sealed.uuid).items()
    }


def everywhere(server: LiveServer, cluster: Cluster | None) -> Iterator[tuple[str, bytes]]:
    yield from traces(server)
    yield from memory(web_processes(server))
    yield from cluster.traces() if cluster else ()


@pytest.fixture
def cluster(db_url: str) -> Iterator[Cluster | None]:
    """PostgreSQL where that is the database, logging everything from now on."""
    found = Cluster(db_url) if db_url.startswith("postgresql") else None
    yield found
    if found:
        found.close()


async def test_no_ranking_and_no_code_stays_anywhere(
    cluster: Cluster | None, own_live_server: LiveServer
) -> None:
    server = own_live_server
    sealed, raws, tokens = await make_open_poll(server)
    for token, raw in zip(tokens, raws, strict=True):
        answer = await post(server, sealed, token, raw.decode())
        assert answer.status_code == 200, answer.text
    again = await post(server, sealed, tokens[0], raws[0].decode())
    refused = await post(server, sealed, tokens[1], raws[2].decode())
    assert (again.status_code, refused.status_code) == (200, 409)
    assert not search(everywhere(server, cluster), all_needles(sealed))
    check_what_names_the_voter(server, sealed)
    await check_that_the_search_can_fail(server, cluster, sealed, raws[2], tokens[0])


def check_what_names_the_voter(server: LiveServer, sealed: SealedPoll) -> None:
    """Two tables of the vote have the voter's account; nothing of the board is in either, and the reverse."""
    voter = sealed.voters[0].id
    marks = {"with hyphens": str(voter).encode(), "without": voter.hex.encode()}
    named = {place for place, _ in search(traces(server), marks) if place.startswith("table ")}
    assert {"table participations", "table credential_holders"} <= named
    assert not {"table board_members", "table board_ballots", "table board_parts"} & named


async def check_that_the_search_can_fail(
    server: LiveServer, cluster: Cluster | None, sealed: SealedPoll, raw: bytes, session: str
) -> None:
    """It sees a sealed ballot where one must be, and in every place what is planted there."""
    alpha = json.loads(raw)["answers"][0]["choices"]["alpha"].encode()
    places = {place for place, _ in search(everywhere(server, cluster), {"alpha": alpha})}
    assert "table board_members" in places
    assert any(place.startswith("memory") for place in places)
    names = [option.id for option in service.contest_of(sealed.poll).options]
    needles = needles_of(RANKS[0], names, sealed.codes[0], sealed.uuid)
    planted = needles["order with ','"].decode()
    async with open_database(server) as database, database.write() as unit:
        await unit.execute(update(Account).where(Account.id == sealed.voters[0].id).values(name=planted))
    for folder, name, content in (("files", "planted", "ranks as bytes"), ("mail", "planted.eml", "code")):
        (server.folder / folder).mkdir(exist_ok=True)
        (server.folder / folder / name).write_bytes(needles[content])
    with (server.folder / "output.log").open("ab") as log:
        log.write(needles["ranks"])
    with redis.Redis(unix_socket_path=str(server.folder / "valkey.sock")) as queue:
        queue.set("planted", needles["code without hyphens"])
    answer = await post(server, sealed, session, needles["secret exponent"].decode() + planted)
    assert answer.status_code == 422
    places = {place for place, _ in search(everywhere(server, cluster), needles)}
    assert {"table accounts", "files/planted", "mail/planted.eml", "output.log"} <= places
    assert any("appendonly" in place for place in places)
    assert any(place.startswith("memory") for place in places)
    if cluster and any(cluster.traces()):
        for what in ("log of", "files of", "write-ahead log of"):
            assert any(place.startswith(f"{what} PostgreSQL") for place in places), what

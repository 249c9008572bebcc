"""The officer's page of a sealed vote: each action, allowed and refused, by the page alone."""

import re
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from app.kit import register
from app.kit.access_log import AccessLogEntry
from app.kit.db import Database
from tests.make.ballots import HTMX, ORIGIN, as_officer, as_resident, field, new_poll
from tests.make.cycles import NOON
from tests.make.sealed_polls import SealedPoll, make_chosen, make_keys
from tests.make.voting import confirm, make_officer, make_poll
from voting import queries, service
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.states import Act, PollState, SealingPhase

NAMES = {"name-1": "Ioana Marin", "name-2": "Radu Pop", "name-3": "Asociația Transparent"}
TOKEN = re.compile(r"/trustee/([\w-]{40,})")


@pytest.fixture
def database(app) -> Database:
    return app.services.database


def address(poll_id: object, deed: str = "") -> str:
    return f"/polls/{poll_id}/officer/sealing" + (f"/{deed}" if deed else "")


async def send(client: httpx.AsyncClient, poll_id: object, deed: str, **fields: str) -> httpx.Response:
    """A form of the page, with the token that the page gave."""
    shown = (await client.get(address(poll_id))).text
    form = {"csrf_token": field(shown, "csrf_token"), **fields}
    return await client.post(address(poll_id, deed), data=form, headers=ORIGIN)


async def upload(
    client: httpx.AsyncClient, poll_id: object, content: bytes, *, token: str = ""
) -> httpx.Response:
    shown = (await client.get(address(poll_id))).text
    fields = {"csrf_token": token or field(shown, "csrf_token")}
    files = {"file": ("some.pubcreds", content)}
    return await client.post(address(poll_id, "credentials"), data=fields, files=files, headers=ORIGIN)


async def phase(database: Database, poll_id: UUID) -> SealingPhase | None:
    async with database.read() as session:
        return (await queries.get_poll(session, poll_id)).facts.sealing


async def ready_for_the_roll(database: Database, *, voters: int = 3) -> SealedPoll:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=voters, threshold=None)
        await make_keys(session, sealed)
    return sealed


async def test_trustees_are_named_and_their_addresses_shown_once(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        poll = await make_poll(session, state=PollState.ANNOUNCED, sealed=True)
    await as_officer(client, database)
    desk = (await client.get(f"/polls/{poll.id}/officer")).text
    assert "Se așteaptă ca un responsabil cu votul să numească custozii." in desk
    assert address(poll.id) in desk
    wrong = await send(client, poll.id, "trustees", **{"name-1": "Ana", "name-2": "ana", "threshold": "9"})
    assert wrong.status_code == 422
    assert 'href="#name-1"' in wrong.text
    assert 'href="#threshold"' in wrong.text
    assert 'value="Ana"' in wrong.text
    named = await send(client, poll.id, "trustees", **NAMES, threshold="2", instead_of="")
    assert (named.status_code, named.headers["cache-control"]) == (200, "no-store")
    tokens = list(dict.fromkeys(TOKEN.findall(named.text)))
    assert len(tokens) == 3
    shown = (await client.get(address(poll.id))).text
    assert not TOKEN.findall(shown)
    assert "Ioana Marin, Radu Pop, Asociația Transparent" in shown
    again = await send(client, poll.id, "trustees", **NAMES, threshold="2", instead_of="")
    assert again.status_code == 409, "a second click, or a colleague at the same time"
    async with database.read() as session:
        election = await queries.get_election(session, poll.id)
        assert election.threshold == 2
        assert [one.name for one in await queries.list_trustees(session, poll.id)] == list(NAMES.values())
        assert (await service.get_trustee(session, tokens[1])).name == "Radu Pop"
    renewed = await send(client, poll.id, "links", number="2")
    (fresh,) = set(TOKEN.findall(renewed.text))
    assert fresh not in tokens
    assert (await client.get(f"/trustee/{tokens[1]}")).status_code == 404
    assert (await client.get(f"/trustee/{fresh}")).status_code == 200
    assert (await send(client, poll.id, "links", number="9")).status_code == 404
    async with database.read() as session:
        kinds = [fact.kind for fact in await register.list_facts(session, subject=f"poll:{poll.id}")]
    assert kinds[:2] == ["poll.trustee_link_renewed", "poll.trustees_named"]


async def test_all_of_them_is_no_threshold(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        poll = await make_poll(session, state=PollState.ANNOUNCED, sealed=True)
    await as_officer(client, database)
    named = await send(client, poll.id, "trustees", **NAMES, threshold="3", instead_of="")
    assert named.status_code == 200
    async with database.read() as session:
        assert (await queries.get_election(session, poll.id)).threshold is None


async def test_the_roll_the_file_and_the_board(client: httpx.AsyncClient, database: Database, clock) -> None:
    sealed = await ready_for_the_roll(database)
    poll_id = sealed.poll.id
    await as_officer(client, database)
    assert (await client.get(address(poll_id, "roll.csv"))).text.count("\n") == 1, "a heading and nobody"
    hasty = await send(client, poll_id, "roll")
    assert hasty.status_code == 422
    assert 'href="#freeze-agreed"' in hasty.text
    early = await upload(client, poll_id, b"[]")
    assert early.status_code == 403
    assert (await send(client, poll_id, "roll", agreed="yes")).status_code == 303
    assert (await send(client, poll_id, "roll", agreed="yes")).status_code == 403
    roll = await client.get(address(poll_id, "roll.csv"))
    assert (roll.headers["cache-control"], roll.text.count("\r\n")) == ("no-store", 4)
    assert roll.text.startswith("\ufeffname,email,language")
    assert {line.split(",")[1] for line in roll.text.splitlines()[1:]} == {one.email for one in sealed.voters}
    async with database.read() as session:
        told = await session.execute(select(func.count()).select_from(AccessLogEntry))
        assert told.scalar_one() == 3, "each of them can see that it was read"
    codes = [new_code() for _ in sealed.voters]
    made = write_credentials(public_credential(code, sealed.uuid) for code in codes)
    for wrong, says in (
        (b"hello", "Acesta nu este fișierul"),
        (write_credentials([public_credential(codes[0], sealed.uuid)]), "1"),
        (b"", "Alegeți fișierul"),
    ):
        refused = await upload(client, poll_id, wrong)
        assert refused.status_code == 422
        assert 'href="#file"' in refused.text
        assert says in refused.text
    assert (await upload(client, poll_id, made, token="f" * 64)).status_code == 403
    done = await upload(client, poll_id, made + b"\n")
    assert done.status_code == 303, done.text
    shown = (await client.get(address(poll_id))).text
    digest = field(shown, "digest")
    assert (await send(client, poll_id, "board", digest=digest)).status_code == 422
    assert (await send(client, poll_id, "board", digest="0" * 64, agreed="yes")).status_code == 409
    begun = await send(client, poll_id, "board", digest=digest, agreed="yes")
    assert begun.headers["location"] == f"/polls/{poll_id}/officer#open"
    assert await phase(database, poll_id) is SealingPhase.READY
    assert (await send(client, poll_id, "board", digest=digest, agreed="yes")).status_code == 403
    assert (await upload(client, poll_id, made)).status_code == 403
    assert 'id="to-confirmations"' in (await client.get(address(poll_id))).text


async def test_the_page_looks_again_by_itself(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=None)
    await as_officer(client, database)
    path = address(sealed.poll.id)
    whole = (await client.get(path)).text
    assert f'data-hx-get="{path}?seen=1"' in whole
    assert "data-hx-get" not in (await client.get(f"{path}?still=yes")).text
    part = await client.get(f"{path}?seen=1", headers=HTMX)
    assert part.text.lstrip().startswith("<div")
    assert "hx-refresh" not in part.headers
    async with database.write() as session:
        await make_keys(session, sealed)
    assert (await client.get(f"{path}?seen=1", headers=HTMX)).headers["hx-refresh"] == "true"


async def test_mixing_is_not_ended_too_early(client: httpx.AsyncClient, database: Database, clock) -> None:
    sealed = await ready_for_the_roll(database)
    await as_officer(client, database)
    assert (await send(client, sealed.poll.id, "end-mixing")).status_code == 403


async def test_others_see_none_of_it(
    client: httpx.AsyncClient, make_client, database: Database, clock
) -> None:
    sealed = await ready_for_the_roll(database, voters=1)
    plain = await new_poll(database)
    await as_resident(client, database)
    stranger = make_client()
    for deed in ("", "roll.csv"):
        assert (await client.get(address(sealed.poll.id, deed))).status_code == 403
        assert (await stranger.get(address(sealed.poll.id, deed))).status_code in (303, 401)
    token = field((await client.get("/account")).text, "csrf_token")
    for deed in ("trustees", "links", "roll", "credentials", "board", "end-mixing"):
        answer = await client.post(
            address(sealed.poll.id, deed), data={"csrf_token": token, "agreed": "yes"}, headers=ORIGIN
        )
        assert answer.status_code == 403, deed
        assert (await stranger.post(address(sealed.poll.id, deed), headers=ORIGIN)).status_code == 401, deed
        elsewhere = {"origin": "https://rau.example"}
        assert (await client.post(address(sealed.poll.id, deed), headers=elsewhere)).status_code == 403, deed
    officer = make_client()
    await as_officer(officer, database)
    assert (await officer.get(address(plain.id))).status_code == 404, "its ballots are not sealed"
    assert (await officer.get(address(UUID(int=1)))).status_code == 404


async def test_the_desk_says_what_the_ceremony_waits_for(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=2)
    await as_officer(client, database)
    desk = (await client.get(f"/polls/{sealed.poll.id}/officer")).text
    assert "Se așteaptă certificatele de la: Ioana Marin, Radu Pop, Asociația Transparent." in desk
    async with database.write() as session:
        officer = await make_officer(session, name="Vlad Stan")
        with pytest.raises(Exception, match="First the trustees"):
            await confirm(session, officer, sealed.poll, Act.OPEN, now=NOON)

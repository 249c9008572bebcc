"""The booth's page, and sealing by the server: what may come to the server, and what it makes of it."""

import json
import re
from collections.abc import Callable
from importlib import import_module

import httpx
import pytest
from sqlalchemy import update

from app.kit.db import Database
from tests.make.ballots import ORIGIN, as_resident, as_voter, code_of, field, press
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    archive_bytes,
    make_sealed_poll,
    rankings_in,
    save_archive,
    seal_for,
)
from voting import queries
from voting.models import Poll
from voting.routes.booth import consent_cookie
from voting.sealing.election import read_election

cast_sealed = import_module("voting.service.cast_sealed")  # its name in the package is its function's


@pytest.fixture
def database(app) -> Database:
    return app.services.database


@pytest.fixture
async def sealed(database: Database, clock) -> SealedPoll:
    async with database.write() as session:
        return await make_sealed_poll(session, voters=3, threshold=None)


@pytest.fixture
async def by_server(database: Database, sealed: SealedPoll) -> SealedPoll:
    """The same, where the server may seal."""
    async with database.write() as session:
        await session.execute(update(Poll).where(Poll.id == sealed.poll.id).values(server_sealing=True))
    return sealed


def data_of(html: str) -> dict:
    found = re.search(r'<script type="application/json" id="booth-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


# ── the booth ─────────────────────────────────────────────────────────────────


async def test_the_booth_is_given_the_election_as_it_is_on_the_board(
    client, database, sealed: SealedPoll
) -> None:
    html = (await client.get(f"/polls/{sealed.poll.id}/ballot")).text
    data = data_of(html)
    async with database.read() as session:
        stored = await queries.get_election(session, sealed.poll.id)
    assert data["election"] == stored.parameters
    answers = read_election(data["election"].encode()).parameters.questions[0].value.answers
    assert [answer.split()[0] for answer in answers] == data["numbers"]
    assert data["limit"] == 6
    assert len(data["texts"]["bar"]) == 7
    assert data["texts"]["bar"][2].startswith("Ați ales 2 proiecte · împreună costă {cost}")
    assert data["money"] == {"group": ".", "decimal": ",", "unit": "\N{NO-BREAK SPACE}lei"}
    assert "/static/js/booth/booth.js?v=" in html
    assert "obste_ballot" not in str((await client.get(f"/polls/{sealed.poll.id}/ballot")).headers)


async def test_the_booth_says_early_who_may_not_send(client, database, sealed: SealedPoll) -> None:
    path = f"/polls/{sealed.poll.id}/ballot"
    visitor = (await client.get(path)).text
    assert f"/sign-in?next=/polls/{sealed.poll.id}/ballot%23review" in visitor
    assert 'id="send-vote"' not in visitor
    assert 'spellcheck="true"' not in visitor, "a browser may ask others about the spelling of a code"
    await as_resident(client, database)  # verified after the roll was frozen
    stranger = (await client.get(path)).text
    assert (
        stranger.count("Nu sunteți pe lista acestui vot") == 2
    )  # on the first step, and where one would send
    assert 'id="send-vote"' not in stranger
    await as_voter(client, database, sealed.voters[0])
    voter = (await client.get(path)).text
    assert 'id="send-vote"' in voter
    assert data_of(voter)["who"] not in ("", data_of(stranger)["who"])
    assert str(sealed.voters[0].id) not in voter


async def test_no_choice_is_taken_from_who_has_not_asked_the_server_to_seal(
    client, database, by_server: SealedPoll
) -> None:
    await as_voter(client, database, by_server.voters[0])
    base = f"/polls/{by_server.poll.id}/ballot"
    token = field((await client.get("/account")).text, "csrf_token")
    for path, fields in (
        (base, {"move": "add:P01"}),
        (base + "/order", {"move": "up:P01"}),
        (base + "/review", {"ballot": "P01", "receipt": "0" * 20}),
        (base + "/by-server/send", {"ballot": "P01", "code": by_server.codes[0]}),
    ):
        answer = await client.post(path, data={"csrf_token": token, **fields}, headers=ORIGIN)
        assert answer.status_code in (303, 404), path
        assert "P01" not in str(answer.headers), path
    for path in (base + "/order", base + "/review"):
        assert (await client.get(path)).headers["location"] == base
    async with database.read() as session:
        assert await queries.count_ballots(session, by_server.poll.id) == 0


async def test_before_and_after_the_vote_the_booth_is_closed(
    client, database, sealed: SealedPoll, clock
) -> None:
    clock.at(CLOSING)
    answer = await client.get(f"/polls/{sealed.poll.id}/ballot")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/polls/{sealed.poll.id}")


# ── sealing by the server ─────────────────────────────────────────────────────


async def consent(client: httpx.AsyncClient, sealed: SealedPoll, *, do: str = "consent") -> httpx.Response:
    path = f"/polls/{sealed.poll.id}/ballot/by-server"
    token = field((await client.get(path)).text, "csrf_token")
    return await client.post(path, data={"csrf_token": token, "do": do}, headers=ORIGIN)


async def send_by_server(client: httpx.AsyncClient, sealed: SealedPoll, code: str) -> httpx.Response:
    review = await client.get(f"/polls/{sealed.poll.id}/ballot/review")
    assert review.status_code == 200, review.headers
    form = {name: field(review.text, name) for name in ("csrf_token", "ballot")}
    address = f"/polls/{sealed.poll.id}/ballot/by-server/send"
    return await client.post(address, data=form | {"code": code}, headers=ORIGIN)


async def test_where_it_is_not_allowed_the_server_seals_for_nobody(
    client, database, sealed: SealedPoll
) -> None:
    await as_voter(client, database, sealed.voters[0])
    base = f"/polls/{sealed.poll.id}/ballot"
    assert (await client.get(base + "/by-server")).status_code == 404
    assert "nu are voie să sigileze" in (await client.get(base)).text
    client.cookies.set("obste_by_server_" + str(sealed.poll.id)[:8], "yes")
    assert "booth-data" in (await client.get(base)).text
    token = field((await client.get("/account")).text, "csrf_token")
    form = {"csrf_token": token, "ballot": "P01", "code": sealed.codes[0], "do": "consent"}
    for path in ("/by-server", "/by-server/send"):
        assert (await client.post(base + path, data=form, headers=ORIGIN)).status_code == 404


async def test_with_consent_the_server_seals_one_ballot(
    client, database, by_server: SealedPoll, tmp_path
) -> None:
    await as_voter(client, database, by_server.voters[0])
    base = f"/polls/{by_server.poll.id}/ballot"
    assert (await consent(client, by_server)).headers["location"] == base
    for number in ("P02", "P01"):
        await press(client, base, f"add:{number}")
    assert "Ați cerut ca serverul să vă sigileze buletinul" in (await client.get(base)).text
    answer = await send_by_server(client, by_server, by_server.codes[0].replace("-", " "))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert code_of(answer.text)
    assert by_server.codes[0] not in answer.text
    assert "obste_ballot_" not in str(client.cookies)
    assert "booth-data" in (await client.get(base)).text, "the consent was for one ballot"
    async with database.read() as session:
        assert by_server.codes[0].encode() not in await archive_bytes(session, by_server)
        archive = await save_archive(session, by_server, tmp_path)
    secrets = dict(enumerate(by_server.secrets, start=1))
    assert rankings_in(archive, secrets) == [tuple(by_server.ranks("P02", "P01"))]


async def test_a_wrong_code_is_told_at_its_field_and_keeps_the_rest(
    client, database, by_server: SealedPoll
) -> None:
    await as_voter(client, database, by_server.voters[0])
    await consent(client, by_server)
    await press(client, f"/polls/{by_server.poll.id}/ballot", "add:P02")
    for code, words in {
        "": "Scrieți codul secret.",
        "ii8-HNe-cxe-Uq6-6Mk": "Codul secret nu este scris corect.",
        "ii8-HNe-cxe-Uq6-6Mj": "Codul acesta nu este pe lista acestui vot.",
    }.items():
        answer = await send_by_server(client, by_server, code)
        assert answer.status_code == 422, code
        assert re.search(rf'id="code-error"[^>]*>.*?{words}', answer.text, re.DOTALL), code
        assert f'value="{code}"' in answer.text
        assert field(answer.text, "ballot") == "P02"


async def test_nobody_waits_for_a_connection_while_a_ballot_is_sealed_and_checked(
    client, database, by_server: SealedPoll, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []

    def watched(work: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object) -> object:
            taken.append(database.writer.pool.checkedout() + database.reader.pool.checkedout())
            return work(*arguments)

        return run

    for name in ("seal", "check_ballot"):
        monkeypatch.setattr(cast_sealed, name, watched(getattr(cast_sealed, name)))
    await as_voter(client, database, by_server.voters[0])
    await consent(client, by_server)
    await press(client, f"/polls/{by_server.poll.id}/ballot", "add:P02")
    assert (await send_by_server(client, by_server, by_server.codes[0])).status_code == 200
    async with database.read() as session:
        raw = await seal_for(session, by_server, 0, ["P01"])
    token = field((await client.get("/account")).text, "csrf_token")
    form = {"csrf_token": token, "ballot": raw.decode()}
    path = f"/polls/{by_server.poll.id}/ballot/sealed"
    assert (await client.post(path, data=form, headers=ORIGIN)).status_code == 200
    assert taken == [0, 0, 0]


async def test_nothing_is_sealed_or_stored_that_would_not_be_taken(
    client, database, by_server: SealedPoll, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.read() as session:
        raw = (await seal_for(session, by_server, 0, ["P02"])).decode()
    worked: list[object] = []
    monkeypatch.setattr(cast_sealed, "seal", lambda *arguments: worked.append(arguments))
    base = f"/polls/{by_server.poll.id}/ballot"
    await as_resident(client, database)  # verified after the roll was frozen
    await consent(client, by_server)
    token = field((await client.get("/account")).text, "csrf_token")
    form = {"csrf_token": token, "code": by_server.codes[0]}
    for path, ballot in (("/by-server/send", "P02"), ("/sealed", raw)):
        answer = await client.post(base + path, data=form | {"ballot": ballot}, headers=ORIGIN)
        assert answer.status_code == 403, path
        assert "Nu sunteți pe lista acestui vot" in answer.text
    clock.at(CLOSING)
    await as_voter(client, database, by_server.voters[0])
    form["csrf_token"] = field((await client.get("/account")).text, "csrf_token")
    client.cookies.set(consent_cookie(by_server.poll), "yes")
    late = await client.post(base + "/by-server/send", data=form | {"ballot": "P02"}, headers=ORIGIN)
    assert (late.status_code, late.headers["location"]) == (303, f"/polls/{by_server.poll.id}")
    late = await client.post(base + "/sealed", data=form | {"ballot": raw}, headers=ORIGIN)
    assert late.status_code == 409
    assert not worked
    async with database.read() as session:
        assert await queries.count_ballots(session, by_server.poll.id) == 0


async def test_whoever_lost_the_receipt_at_the_last_minute_gets_it_after_the_end(
    client, database, sealed: SealedPoll, clock
) -> None:
    await as_voter(client, database, sealed.voters[0])
    async with database.read() as session:
        raw = await seal_for(session, sealed, 0, ["P01"])
    token = field((await client.get("/account")).text, "csrf_token")
    form = {"csrf_token": token, "ballot": raw.decode()}
    path = f"/polls/{sealed.poll.id}/ballot/sealed"
    first = await client.post(path, data=form, headers=ORIGIN)
    clock.at(CLOSING)
    await as_voter(client, database, sealed.voters[0])
    form["csrf_token"] = field((await client.get("/account")).text, "csrf_token")
    again = await client.post(path, data=form, headers=ORIGIN)
    assert (again.status_code, code_of(again.text)) == (200, code_of(first.text))


async def test_the_server_seals_a_blank_ballot_for_whoever_means_it(
    client, database, by_server: SealedPoll, tmp_path
) -> None:
    await as_voter(client, database, by_server.voters[0])
    base = f"/polls/{by_server.poll.id}/ballot"
    token = field((await client.get("/account")).text, "csrf_token")  # before consent nothing comes here
    refused = await client.post(base + "/order", data={"csrf_token": token, "move": "blank"}, headers=ORIGIN)
    assert refused.headers["location"] == base
    assert "obste_ballot" not in str(refused.headers)
    await consent(client, by_server)
    assert (await client.get(base + "/review")).headers["location"] == base, "nothing chosen is not blank"
    assert "nu este pentru nimeni și nici împotriva nimănui" in (await client.get(base + "/order")).text
    answer = await press(client, base + "/order", "blank")
    assert answer.headers["location"] == base + "/review"
    assert 'id="blank-vote"' in (await client.get(base + "/review")).text
    wrong = await send_by_server(client, by_server, "ii8-HNe-cxe-Uq6-6Mj")
    assert wrong.status_code == 422
    assert 'id="blank-vote"' in wrong.text
    for mistake in ("", ".", "_.P01"):
        form = {"csrf_token": token, "ballot": mistake, "code": by_server.codes[0]}
        assert (await client.post(base + "/by-server/send", data=form, headers=ORIGIN)).status_code == 422
    sent = await send_by_server(client, by_server, by_server.codes[0])
    assert code_of(sent.text)
    async with database.read() as session:
        archive = await save_archive(session, by_server, tmp_path)
    secrets = dict(enumerate(by_server.secrets, start=1))
    assert rankings_in(archive, secrets) == [tuple(by_server.ranks())]


async def test_consent_can_be_taken_back(client, database, by_server: SealedPoll) -> None:
    base = f"/polls/{by_server.poll.id}/ballot"
    await consent(client, by_server)
    await press(client, base, "add:P02")
    await consent(client, by_server, do="withdraw")
    assert "booth-data" in (await client.get(base)).text
    await consent(client, by_server)
    assert 'value="remove:P02"' not in (await client.get(base)).text, "the draft went with the consent"

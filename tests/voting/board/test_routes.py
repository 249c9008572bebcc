"""The pages around sealed ballots: the board, its downloads, sending, the receipt, the check of a code."""

import hashlib
import re
from pathlib import Path

import httpx
import pytest

from app.booth import single_file
from app.kit.db import Database
from tests.make.ballots import HTMX, ORIGIN, as_resident, as_voter, code_of, field, new_poll
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    archive_bytes,
    cast,
    close,
    make_chosen,
    make_sealed_poll,
    read_archive,
    seal_for,
)
from voting import service
from voting.rules.announced import encode_announced


@pytest.fixture
def database(app) -> Database:
    return app.services.database


@pytest.fixture
async def sealed(database: Database, clock) -> SealedPoll:
    async with database.write() as session:
        return await make_sealed_poll(session, voters=3, threshold=None)


async def ballot_of(database: Database, sealed: SealedPoll, voter: int, numbers: list[str]) -> bytes:
    async with database.read() as session:
        return await seal_for(session, sealed, voter, numbers)


async def send(
    client: httpx.AsyncClient, sealed: SealedPoll, raw: bytes, *, htmx: bool = False
) -> httpx.Response:
    path = f"/polls/{sealed.poll.id}/ballot/sealed"
    token = field((await client.get(path)).text, "csrf_token")
    form = {"csrf_token": token, "ballot": raw.decode()}
    return await client.post(path, data=form, headers=HTMX if htmx else ORIGIN)


# ── sending ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("htmx", [False, True])
async def test_a_sealed_ballot_gets_its_receipt_and_twice_the_same(
    client, database, sealed: SealedPoll, htmx: bool
) -> None:
    await as_voter(client, database, sealed.voters[0])
    raw = await ballot_of(database, sealed, 0, ["P02", "P01"])
    first = await send(client, sealed, raw, htmx=htmx)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
    assert ("<html" in first.text) is not htmx
    assert not re.search(r"\bP02\b", first.text)  # three letters in a row also come in a digest
    again = await send(client, sealed, raw + b"\n", htmx=htmx)
    assert code_of(again.text) == code_of(first.text)
    assert "nimic nu a fost trimis de două ori" in again.text
    newer = await send(client, sealed, await ballot_of(database, sealed, 0, ["P03"]), htmx=htmx)
    assert "ține locul votului dumneavoastră anterior" in newer.text or "nu mai contează" in newer.text
    assert code_of(newer.text) != code_of(first.text)


@pytest.mark.parametrize("htmx", [False, True])
async def test_what_is_refused_says_why_and_keeps_what_was_typed(
    client, database, sealed: SealedPoll, htmx: bool
) -> None:
    await as_voter(client, database, sealed.voters[0])
    async with database.write() as session:
        await cast(session, sealed, 1, ["P01"])
    taken = await ballot_of(database, sealed, 1, ["P02"])
    answer = await send(client, sealed, taken, htmx=htmx)
    assert answer.status_code == 409
    assert "Altcineva a votat cu acest cod." in answer.text
    assert ('data-ob-field="code"' in answer.text) is htmx
    nonsense = await send(client, sealed, b"{<b>", htmx=htmx)
    assert nonsense.status_code == 422
    if not htmx:
        assert "{&lt;b&gt;" in nonsense.text
        assert nonsense.text.count("<h1") == 1


async def test_a_file_is_taken_like_a_pasted_ballot(client, database, sealed: SealedPoll) -> None:
    await as_voter(client, database, sealed.voters[0])
    path = f"/polls/{sealed.poll.id}/ballot/sealed"
    token = field((await client.get(path)).text, "csrf_token")
    raw = await ballot_of(database, sealed, 0, [])
    files = {"file": ("ballot.json", raw, "application/json")}
    answer = await client.post(path, data={"csrf_token": token, "ballot": ""}, files=files, headers=ORIGIN)
    assert answer.status_code == 200
    assert code_of(answer.text)


async def test_who_may_not_send_learns_why(client, database, sealed: SealedPoll) -> None:
    path = f"/polls/{sealed.poll.id}/ballot/sealed"
    assert (await client.get(path)).headers["location"].startswith("/sign-in")
    raw = await ballot_of(database, sealed, 0, ["P01"])
    signed_out = await client.post(path, data={"ballot": raw.decode()}, headers=ORIGIN)
    assert signed_out.status_code == 401
    assert "election_hash" in signed_out.text  # the ballot is offered to be sent again after signing in
    await as_resident(client, database)  # verified after the roll was frozen
    answer = await send(client, sealed, raw)
    assert answer.status_code == 403
    assert "Nu sunteți pe lista acestui vot" in answer.text


async def test_after_closing_no_ballot_is_taken(client, database, sealed: SealedPoll, clock) -> None:
    await as_voter(client, database, sealed.voters[0])
    raw = await ballot_of(database, sealed, 0, ["P01"])
    path = f"/polls/{sealed.poll.id}/ballot/sealed"
    token = field((await client.get(path)).text, "csrf_token")
    clock.at(CLOSING)
    assert (await client.get(path)).status_code == 303
    await as_voter(client, database, sealed.voters[0])
    token = field((await client.get("/account")).text, "csrf_token")
    answer = await client.post(path, data={"csrf_token": token, "ballot": raw.decode()}, headers=ORIGIN)
    assert answer.status_code == 409
    assert "Votul s-a încheiat" in answer.text


async def test_an_open_vote_has_no_board_and_takes_no_sealed_ballots(client, database, clock) -> None:
    poll = await new_poll(database)
    await as_resident(client, database)
    for path in ("board", "board.json", "board/election.json", "ballot/sealed"):
        assert (await client.get(f"/polls/{poll.id}/{path}")).status_code == 404, path


# ── the board ─────────────────────────────────────────────────────────────────


async def test_the_board_shows_ballots_and_turnout_while_the_vote_runs(
    client, database, sealed: SealedPoll
) -> None:
    path = f"/polls/{sealed.poll.id}/board"
    assert "Încă niciun buletin" in (await client.get(path)).text
    async with database.write() as session:
        first = await cast(session, sealed, 0, ["P01"])
        second = await cast(session, sealed, 0, ["P02"])
        third = await cast(session, sealed, 1, ["P02"])
    html = (await client.get(path)).text
    listed = re.findall(r'<li><span class="ob-mono" translate="no">([0-9A-Z-]{14})</span>( <span)?', html)
    assert [code for code, _ in listed] == sorted([first.code, second.code, third.code])
    assert {code for code, replaced in listed if replaced} == {first.code}
    state = (await client.get(path + ".json")).json()
    assert (state["voters"], state["ballots"]) == (2, 3)
    assert state["head"] in html
    assert state["fingerprint"] in html
    english = (await client.get("/en" + path)).text
    assert "sealed ballots on the board" in english
    answer = await client.get(f"/polls/{sealed.poll.id}/codes")
    assert answer.status_code == 404


async def test_the_archive_is_streamed_grows_and_holds(
    client, database, sealed: SealedPoll, tmp_path: Path
) -> None:
    path = f"/polls/{sealed.poll.id}/board/{sealed.uuid}.bel"
    before = await client.get(path)
    assert before.status_code == 200
    async with database.write() as session:
        await cast(session, sealed, 0, ["P01"])
        await cast(session, sealed, 1, [])
    after = await client.get(path)
    async with database.read() as session:
        assert after.content == await archive_bytes(session, sealed)
    assert after.content.startswith(before.content)
    assert int(after.headers["content-length"]) == len(after.content)
    state = (await client.get(f"/polls/{sealed.poll.id}/board.json")).json()
    assert (after.headers["etag"], state["archive_bytes"]) == (f'"{state["head"]}"', len(after.content))
    assert f"/board/{sealed.uuid}.bel" in state["archive"]
    same = await client.get(path, headers={"if-none-match": after.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == after.headers["content-length"]
    archive = tmp_path / f"{sealed.uuid}.bel"
    archive.write_bytes(after.content)
    assert read_archive(archive).checked.ballots == 2


RANGES = {
    "bytes=1000-": 206,
    "bytes=0-": 200,
    "bytes=99999999-": 416,
    "bytes=5-9": 200,
    "bytes=-5": 200,
    "bytes=²-": 200,
    "bytes=" + "9" * 5000 + "-": 200,
    "lines=1-": 200,
}


async def test_the_rest_of_an_archive_can_be_asked_for(client, database, sealed: SealedPoll) -> None:
    path = f"/polls/{sealed.poll.id}/board/{sealed.uuid}.bel"
    whole = (await client.get(path)).content
    for header, status in RANGES.items():
        answer = await client.get(path, headers={"range": header.encode()})
        assert answer.status_code == status, header
        if status == 206:
            assert answer.content == whole[1000:]
            assert answer.headers["content-range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
        elif status == 200:
            assert answer.content == whole, header


async def test_election_and_contest_are_as_they_were_bound(client, database, sealed: SealedPoll) -> None:
    base = f"/polls/{sealed.poll.id}/board/"
    contest = await client.get(base + "contest.json")
    assert contest.content == encode_announced(service.announced_of_poll(sealed.poll))
    election = (await client.get(base + "election.json")).json()
    assert election["uuid"] == sealed.uuid
    for name in ("x.json", f"{sealed.uuid}.tar", "..%2Fboard"):
        assert (await client.get(base + name)).status_code == 404, name


async def test_before_it_begins_there_is_no_board(client, database, clock) -> None:
    async with database.write() as session:
        chosen = await make_chosen(session, voters=1)
    assert (await client.get(f"/polls/{chosen.poll.id}/board")).status_code == 404


async def test_after_closing_the_codes_of_a_sealed_vote_are_on_its_board(
    client, database, sealed: SealedPoll
) -> None:
    async with database.write() as session:
        await cast(session, sealed, 0, ["P01"])
        await close(session, sealed)
    answer = await client.get(f"/polls/{sealed.poll.id}/codes")
    assert answer.headers["location"] == f"/polls/{sealed.poll.id}/board"


# ── the check of a code ───────────────────────────────────────────────────────


async def test_a_sealed_ballot_is_found_by_its_code_and_by_the_whole_of_it(
    client, database, sealed: SealedPoll
) -> None:
    async with database.write() as session:
        first = await cast(session, sealed, 0, ["P01"])
        second = await cast(session, sealed, 0, ["P02"])
    for typed in (second.code.lower().replace("-", " "), second.tracker, f" {second.tracker}= "):
        html = (await client.get("/check", params={"code": typed})).text
        assert "Votul sigilat cu acest cod este pe panou" in html, typed
        assert "numărul 2 pe panou" in html
        assert second.tracker in html.replace("&#43;", "+")
    replaced = (await client.get("/check", params={"code": first.code})).text
    assert "a fost înlocuit" in replaced
    wrong = ("A" if second.tracker[-2] != "A" else "B").join((second.tracker[:-2], second.tracker[-1]))
    for unknown in (wrong, "7QXM-4T2K-9RVD"):
        assert "Nu găsim acest cod" in (await client.get("/check", params={"code": unknown})).text


# ── the booth in one file ─────────────────────────────────────────────────────


async def test_the_booth_is_offered_with_its_digest(client, database, sealed: SealedPoll) -> None:
    made = single_file.build()
    digest = hashlib.sha256(made).hexdigest()
    html = (await client.get("/booth")).text
    assert digest in html
    assert f"/polls/{sealed.poll.id}/board" in html
    answer = await client.get("/booth/obste-booth.html")
    assert answer.content == made
    assert answer.headers["content-disposition"] == 'attachment; filename="obste-booth.html"'

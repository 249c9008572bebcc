"""A trustee's page: what it offers at each step, what it takes, and what it keeps from others."""

import hashlib
from pathlib import Path

import httpx
import pytest
import structlog
from sqlalchemy import func, select

from app.kit.db import Database
from app.kit.uploads import LARGE_BYTES
from tests.make.ballots import HTMX, ORIGIN, as_officer, field
from tests.make.sealed_polls import (
    CLOSING,
    SealedPoll,
    advance,
    cast,
    certificates_in,
    close,
    make_chosen,
    make_sealed_poll,
    mix,
    read_archive,
    save_archive,
)
from voting import queries
from voting.models import CeremonyPart
from voting.sealing.channel import certificate, keys_of, new_seed
from voting.sealing.decryption import make_decryption
from voting.sealing.shuffle import make_shuffle
from voting.sealing.threshold import make_polynomial, make_voutput
from voting.sealing.trustees import new_private_key, public_key
from voting.sealing.wire import Vinput, read, write
from voting.states import Delivery, PollState, SealingPhase, Step

OFFERED = '<a class="govuk-link" href="{}" download>'


@pytest.fixture
def database(app) -> Database:
    return app.services.database


async def send(
    client: httpx.AsyncClient, token: str, step: str, content: bytes = b"", *, text: str = "", headers=ORIGIN
) -> httpx.Response:
    files = {"file": ("made.json", content)}
    fields = {"csrf_token": "", "step": step, "text": text}
    return await client.post(f"/trustee/{token}", data=fields, files=files, headers=headers)


async def test_the_key_is_made_step_by_step_through_the_pages(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=2)
    seeds = [keys_of(new_seed()) for _ in sealed.tokens]
    first = sealed.tokens[0]
    shown = await client.get(f"/trustee/{first}")
    assert (shown.headers["cache-control"], shown.headers["referrer-policy"]) == ("no-store", "strict-origin")
    assert "Ioana Marin" in shown.text
    assert "./obste trustee certificate my.key" in shown.text
    assert "belenios-tool setup generate-trustee-key-threshold --group RFC-3526-2048 --step 1" in shown.text
    for place, (keys, token) in enumerate(zip(seeds, sealed.tokens, strict=True)):
        made = write(certificate(keys))
        pasted = {"text": made.decode()} if place else {}
        answer = await send(client, token, "certificate", b"" if place else made + b"\n", **pasted)
        assert answer.headers["location"] == f"/trustee/{token}#now"
    given = {}
    for name in ("certs.jsons",):
        assert (
            OFFERED.format(f"/trustee/{first}/files/{name}") in (await client.get(f"/trustee/{first}")).text
        )
        given[name] = (await client.get(f"/trustee/{first}/files/{name}")).content
    certificates = certificates_in(given)
    for keys, token in zip(seeds, sealed.tokens, strict=True):
        made = write(make_polynomial(keys, certificates, 2))
        assert (await send(client, token, "polynomial", made)).status_code == 303
    for keys, token in zip(seeds, sealed.tokens, strict=True):
        vinput = (await client.get(f"/trustee/{token}/files/vinput.json")).content
        made = write(make_voutput(keys, certificates, read(Vinput, vinput.strip()), 2))
        assert (await send(client, token, "share", made)).status_code == 303
    async with database.read() as session:
        assert (await queries.get_poll(session, sealed.poll.id)).facts.sealing is SealingPhase.ROLL
    page = (await client.get(f"/trustee/{first}")).text
    assert "Acum nu aveți nimic de trimis" in page
    assert "Se așteaptă ca un responsabil cu votul să înghețe lista alegătorilor." in page
    assert 'id="deliver"' not in page
    assert (await client.get(f"/trustee/{first}/files/vinput.json")).status_code == 404


async def test_what_is_refused_says_why_and_keeps_what_was_typed(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=None)
    token, other, _ = sealed.tokens
    nothing = await send(client, token, "key")
    assert nothing.status_code == 422
    assert "Alegeți fișierul făcut de program sau lipiți textul lui." in nothing.text
    assert f'href="/en/trustee/{token}"' in nothing.text, "the other language is this page too"
    wrong = await send(client, token, "key", text="hello, I am a key")
    assert wrong.status_code == 422
    assert "Acesta nu este fișierul sau textul așteptat aici." in wrong.text
    assert "hello, I am a key</textarea>" in wrong.text
    key = write(public_key(new_private_key()))
    late = await send(client, token, "shuffle", key)
    assert late.status_code == 303
    assert "Între timp a început alt pas." in (await client.get(f"/trustee/{token}")).text
    assert (await send(client, token, "key", key)).status_code == 303
    twice = await send(client, token, "key", key)
    assert twice.status_code == 303, "a second click"
    assert "Ce ați trimis este deja primit." in (await client.get(f"/trustee/{token}")).text
    copied = await send(client, other, "key", key)
    assert copied.status_code == 422
    large = await send(client, other, "key", b"1" * (2 << 20))
    assert large.status_code == 422
    assert "Este prea mare." in large.text


async def test_an_address_that_is_none_opens_nothing(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=None)
    token = sealed.tokens[0]
    wrong = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    for path in (f"/trustee/{wrong}", f"/trustee/{wrong}/files/certs.jsons"):
        assert (await client.get(path)).status_code == 404
    assert (await send(client, wrong, "key", b"{}")).status_code == 404
    elsewhere = {"origin": "https://rau.example"}
    assert (await send(client, token, "key", b"{}", headers=elsewhere)).status_code == 403
    answers = [(await client.get(f"/trustee/{wrong}")).status_code for _ in range(30)]
    assert answers[-1] == 429
    assert (await client.get(f"/trustee/{token}")).status_code == 200, "who has the address is not locked out"


async def test_no_log_keeps_the_address(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=None)
    with structlog.testing.capture_logs() as lines:
        await client.get(f"/trustee/{sealed.tokens[0]}")
        await client.get(f"/en/trustee/{sealed.tokens[0]}/files/none")
        await client.get("/help")
    told = [line.get("path") for line in lines]
    assert sealed.tokens[0] not in str(lines)
    assert told in ([], ["/trustee/…", "/trustee/…", "/help"])


async def test_one_who_is_signed_in_sends_the_form_s_token(
    client: httpx.AsyncClient, database: Database, clock
) -> None:
    async with database.write() as session:
        sealed = await make_chosen(session, voters=1, threshold=None)
    await as_officer(client, database)
    token = sealed.tokens[0]
    key = write(public_key(new_private_key()))
    assert (await send(client, token, "key", key)).status_code == 403
    right = field((await client.get(f"/trustee/{token}")).text, "csrf_token")
    fields = {"csrf_token": right, "step": "key"}
    files = {"file": ("my.key.pubkey", key)}
    answer = await client.post(f"/trustee/{token}", data=fields, files=files, headers=ORIGIN)
    assert answer.status_code == 303
    assert (await client.post(f"/trustee/{token}", data=fields, headers=ORIGIN)).status_code == 400


async def closed(database: Database) -> SealedPoll:
    """A sealed vote whose ballots are to be mixed."""
    async with database.write() as session:
        sealed = await make_sealed_poll(session, voters=3, threshold=2)
        for voter in range(3):
            await cast(session, sealed, voter, ["P01", "P02"])
        await close(session, sealed)
        await advance(session, sealed)
    return sealed


async def test_a_mixing_is_sent_checked_and_told(
    client: httpx.AsyncClient, database: Database, clock, run_jobs, tmp_path: Path
) -> None:
    sealed = await closed(database)
    clock.at(CLOSING)
    token = sealed.tokens[1]
    shown = (await client.get(f"/trustee/{token}")).text
    assert f"./obste trustee shuffle {sealed.uuid}.bel mixed.json" in shown
    assert "belenios-tool election shuffle --trustee-id=2 &gt; mixed.json" in shown
    assert f'href="/polls/{sealed.poll.id}/board/{sealed.uuid}.bel"' in shown
    assert (await send(client, token, "shuffle", b'{"a":1}')).status_code == 303
    waiting = (await client.get(f"/trustee/{token}")).text
    assert "se verifică" in waiting
    assert 'data-hx-get="' in waiting
    await run_jobs()
    part = await client.get(f"/trustee/{token}?seen=8", headers=HTMX)
    assert part.headers["hx-refresh"] == "true"
    refused = (await client.get(f"/trustee/{token}")).text
    assert "Ce ați trimis a fost refuzat." in refused
    async with database.read() as session:
        checked = read_archive(await save_archive(session, sealed, tmp_path))
    made = make_shuffle(checked.election, checked.mixed)
    both_lines = made + b'\n{"owner":2,"payload":"as belenios-tool prints"}\n'
    assert (await send(client, token, "shuffle", both_lines)).status_code == 303
    await run_jobs()
    accepted = (await client.get(f"/trustee/{token}")).text
    assert "Amestecarea: <strong>acceptat</strong>" in accepted
    async with database.read() as session:
        found = await queries.find_message(session, sealed.poll.id, 2, Step.SHUFFLE)
    assert found is not None
    assert (found.state, found.sha256) == (Delivery.ACCEPTED, hashlib.sha256(made).hexdigest())


async def test_the_ballots_are_opened_through_the_pages(
    client: httpx.AsyncClient, database: Database, clock, run_jobs, make_client, tmp_path: Path
) -> None:
    sealed = await closed(database)
    clock.at(CLOSING)
    async with database.write() as session:
        for trustee in (0, 1):
            await mix(session, sealed, trustee, tmp_path)
            await advance(session, sealed)
        checked = read_archive(await save_archive(session, sealed, tmp_path))
    officer = make_client()
    await as_officer(officer, database)
    path = f"/polls/{sealed.poll.id}/officer/sealing"
    shown = (await officer.get(path)).text
    assert "Se așteaptă ca unul dintre acești custozi să amestece, pe rând: Asociația Transparent." in shown
    fields = {"csrf_token": field(shown, "csrf_token")}
    for status in (303, 403):  # the second click comes too late
        answer = await officer.post(f"{path}/end-mixing", data=fields, headers=ORIGIN)
        assert answer.status_code == status
    assert "Mai trebuie să deschidă 2 dintre" in (await officer.get(path)).text
    for trustee in (0, 2):
        token = sealed.tokens[trustee]
        page = (await client.get(f"/trustee/{token}")).text
        assert f"./obste trustee decrypt {sealed.uuid}.bel my.key opened.json" in page
        assert f"--decryption-key decryption-key.json --trustee-id={trustee + 1} &gt; opened.json" in page
        key = await client.get(f"/trustee/{token}/files/decryption-key.json")
        assert key.content.startswith(b'{"alpha":')
        made = make_decryption(checked.election, checked.mixed, sealed.secrets[trustee])
        assert (await send(client, token, "decryption", made)).status_code == 303
        await run_jobs()
    async with database.read() as session:
        full = await queries.get_poll(session, sealed.poll.id)
    assert (full.facts.sealing, full.facts.state) == (SealingPhase.OPENED, PollState.TALLIED)
    for trustee, told in ((0, "acceptat"), (1, "nu a fost nevoie")):
        page = (await client.get(f"/trustee/{sealed.tokens[trustee]}")).text
        assert f"./obste verify {sealed.uuid}.bel" in page
        assert told in page
    assert "Ioana Marin, Asociația Transparent" in (await officer.get(path)).text


async def test_a_large_delivery_is_kept_in_pieces_and_goes_when_it_is_checked(
    client: httpx.AsyncClient, database: Database, clock, run_jobs
) -> None:
    sealed = await closed(database)
    clock.at(CLOSING)
    token = sealed.tokens[0]
    async with database.write() as session:  # as many ballots as fit such a file
        (await queries.get_poll(session, sealed.poll.id, lock=True)).poll.box_size = 500
    parts = select(func.count()).select_from(CeremonyPart)
    junk = b"7" * ((2 << 20) + 5)
    assert (await send(client, token, "shuffle", junk + b"\r\n")).status_code == 303
    async with database.read() as session:
        assert (await session.execute(parts)).scalar_one() == 3
        found = await queries.find_message(session, sealed.poll.id, 1, Step.SHUFFLE)
        assert found is not None
        assert await queries.read_content(session, found) == junk
        assert found.sha256 == hashlib.sha256(junk).hexdigest()
    await run_jobs()
    async with database.read() as session:
        assert (await session.execute(parts)).scalar_one() == 0
        found = await queries.find_message(session, sealed.poll.id, 1, Step.SHUFFLE)
        assert found is not None
        assert found.state == Delivery.REFUSED
    too_large = await send(client, token, "shuffle", b"7" * (5 << 20))
    assert too_large.status_code == 422, "more than so many ballots can have"
    async with database.read() as session:
        assert (await session.execute(parts)).scalar_one() == 0
    claimed = {
        **ORIGIN,
        "content-length": str(LARGE_BYTES + 1),
        "content-type": "multipart/form-data; boundary=x",
    }
    assert (await client.post(f"/trustee/{token}", content=b"--x", headers=claimed)).status_code == 413


async def test_the_key_is_tried_before_the_vote(client: httpx.AsyncClient, database: Database, clock) -> None:
    async with database.write() as session:
        sealed = await make_sealed_poll(session, voters=1, threshold=2)
    shown = (await client.get(f"/trustee/{sealed.tokens[0]}")).text
    assert f"./obste trustee try my.key {sealed.uuid}.bel" in shown
    assert 'id="deliver"' not in shown

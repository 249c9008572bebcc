"""After a sealed vote, by everybody in it: two officers confirm, two trustees mix and open by their programs
and pages, and anybody watches and reads the result. One trustee and the reader have no scripts.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.models import Account
from accounts.policy import Actor
from accounts.states import Role
from app.embedded import fill_in
from app.kit import clock
from app.kit.db import Database
from app.seed.people import actor_of
from app.settings import get_settings
from tests.journeys.conftest import EMAILS
from tests.journeys.gate import DESK, PHONE
from tests.journeys.how import How, become, text_of
from tests.journeys.test_ceremony import NAMES, PASSPHRASE, announced
from tests.journeys.test_elections import confirm_as_both, move_dates
from tests.live import LiveServer
from voting import queries, service
from voting.roles import trustee_main
from voting.sealing.ballot import seal
from voting.sealing.credentials import new_code, public_credential, write_credentials
from voting.sealing.election import read_election
from voting.states import Act, Step
from voting.verify import verify_record

pytestmark = pytest.mark.journey
TRUSTEES = NAMES[:2]
BALLOTS = ([1, 2, 0], [2, 1, 0], [1, 0, 0], [0, 0, 0])  # ranks of the three candidates; the last one is blank


@dataclass
class Opener:
    """A trustee with a key file in a folder of their own, and a browser."""

    how: How
    page: Any
    address: str
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    async def work(self, step: str) -> None:
        """Wait for one's turn, take home what is offered, run what the page says, send what it made."""
        await until(self.page, self.address, f"#command:text('obste trustee {step}')")
        for link in await self.page.locator("#trustee_now a[download]").all():
            async with self.page.expect_download() as begun:
                await link.click()
            download = await begun.value
            await download.save_as(self.folder / download.suggested_filename)
        words = (await self.page.locator("#command").inner_text()).split()
        if "*.key" in words:
            words[words.index("*.key")] = "my.key"
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE))
        assert trustee_main(words[2:]) == 0
        await self.page.locator("#file").set_input_files(self.folder / words[-1])
        await self.page.locator("#send").click()
        await self.page.wait_for_load_state()
        assert self.how.says("What you sent has arrived.") in await text_of(self.page)


async def until(page: Any, address: str, selector: str) -> None:
    """Look at a page again until it shows something: a worker works meanwhile."""
    for _ in range(60):
        await page.goto(address)
        if await page.locator(selector).count():
            return
        await page.wait_for_timeout(250)
    pytest.fail(f"{address} does not show {selector}: {await text_of(page)}")


@pytest.fixture
def keys_of_town(town: LiveServer) -> Iterator[None]:
    """Services of this process seal with the server's keys: the lot that breaks ties, and whose a code is."""
    env = fill_in(town.env)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OBSTE_SECRET_KEY", "OBSTE_IDENTITY_KEY"):
            patch.setenv(name, env[name])
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


async def officer(session: AsyncSession, who: str) -> Actor:
    query = select(Account).where(Account.email == EMAILS[who])
    return actor_of((await session.execute(query)).scalar_one(), Role.ELECTION)


async def prepare(server: LiveServer, keys: list[bytes]) -> tuple[str, list[str]]:
    """An open election with a few sealed ballots; its id, and the trustees' secret addresses."""
    poll_id = await announced(server)
    database = Database(server.database_url)
    now = clock.now()
    async with database.write() as session:
        both = [await officer(session, who) for who in ("election", "colleague")]
        tokens = await service.name_trustees(
            session, both[0], poll_id, names=TRUSTEES, threshold=None, now=now
        )
        for token, key in zip(tokens, keys, strict=True):
            await service.deliver(session, token, Step.KEY, key, now=now)
        people = await service.freeze_roll(session, both[0], poll_id, now=now)
        election = await queries.get_election(session, poll_id)
        codes = [new_code() for _ in range(people)]
        raw = write_credentials(public_credential(code, election.uuid) for code in codes)
        credentials = service.check_credentials(raw)
        digest = await service.deliver_credentials(session, both[0], poll_id, credentials, now=now)
        await service.begin_board(session, both[0], poll_id, digest=digest, now=now)
        poll = (await queries.get_poll(session, poll_id)).poll
        digest = await service.digest_to_confirm(session, poll, Act.OPEN)
        for one in both:
            await service.confirm_act(session, one, poll_id, Act.OPEN, digest=digest, now=now)
        parameters = read_election(((await queries.get_election(session, poll_id)).parameters or "").encode())
        for row, code, ranks in zip(await queries.list_roll(session, poll_id), codes, BALLOTS, strict=False):
            ballot = seal(parameters, code, ranks)
            voter = Actor(id=row.id, name=row.name, email=row.email, is_verified=True)
            checked = await service.check_sealed(parameters, ballot, voter=voter.id)
            await service.cast_sealed(session, voter, poll_id, ballot, checked, now=now)
    await database.dispose()
    return str(poll_id), tokens


@pytest.mark.usefixtures("keys_of_town")
async def test_trustees_mix_and_open_through_their_pages_and_everybody_sees_it(
    town: LiveServer, open_page: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = []
    for name in TRUSTEES:
        (tmp_path / name).mkdir()
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE))
        assert trustee_main(["key", str(tmp_path / name / "my.key")]) == 0
        keys.append((tmp_path / name / "my.key.pubkey").read_bytes())
    poll_id, tokens = await prepare(town, keys)
    await move_dates(town, poll_id, closes_at=clock.now() - timedelta(seconds=1))
    address = f"{town.url}/polls/{poll_id}"
    seen_by_officer = await How("ro", DESK, True).open(open_page)
    anybody = await How("en", PHONE, False).open(open_page)
    await anybody.goto(f"{town.url}/en/polls/{poll_id}/opening")
    assert "4 sealed ballots were cast." in await text_of(anybody)
    await confirm_as_both(seen_by_officer, town, address, "close")

    openers = []
    for name, token, how in zip(
        TRUSTEES, tokens, (How("ro", PHONE, True), How("en", DESK, False)), strict=True
    ):
        page = await how.open(open_page)
        where = f"{town.url}{how.prefix}/trustee/{token}"
        openers.append(Opener(how, page, where, tmp_path / name, monkeypatch))
    first, second = openers
    await first.work("shuffle")
    mixed = f"Mixed by: {TRUSTEES[0]}. Not yet: {TRUSTEES[1]}."
    await until(anybody, f"{town.url}/en/polls/{poll_id}/opening", f"text='{mixed}'")
    await become(seen_by_officer, town, EMAILS["election"])
    await seen_by_officer.goto(f"{address}/officer/sealing")
    said = await text_of(seen_by_officer)
    assert all(name in said for name in TRUSTEES)
    assert f"Se așteaptă ca unul dintre acești custozi să amestece, pe rând: {TRUSTEES[1]}." in said
    await second.work("shuffle")

    # Nobody needs to end the mixing: all have mixed.
    await second.work("decrypt")
    opened = f"Opened by: {TRUSTEES[1]}. 2 of them are needed."
    await until(anybody, f"{town.url}/en/polls/{poll_id}/opening", f"text='{opened}'")
    await first.work("decrypt")
    await until(anybody, f"{town.url}/en/polls/{poll_id}/opening", "#opening a[href$='/result']")

    await anybody.locator("#opening a[href$='/result']").click()
    said = await text_of(anybody)
    for text in (
        f"Mixed, one after another, by: {', '.join(TRUSTEES)}.",
        "Opened by: Radu Pop, Ioana Marin.",
    ):
        assert text in said, text
    record = await anybody.request.get(f"{address}/files/record.json")
    verification = verify_record(await record.body())
    assert verification.ok, verification.failed
    await until(first.page, first.address, "#trustee_now:not(:has(#send))")

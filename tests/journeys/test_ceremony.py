"""The ceremony of a sealed vote, by everybody in it: two officers, the registrar, three trustees with their
programs, one of them `belenios-tool`. One officer and two trustees have no scripts.
"""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from accounts.models import Account
from accounts.states import Role
from app.kit import clock
from app.kit.db import Database
from app.seed.people import actor_of
from tests.belenios import Judge, belenios_path
from tests.conftest import skip_or_fail
from tests.journeys.conftest import EMAILS
from tests.journeys.gate import DESK, PHONE
from tests.journeys.how import How, become, text_of
from tests.live import LiveServer
from tests.servers import Missing
from voting import service
from voting.roles import registrar_main, trustee_main
from voting.service import Candidate, Election, Settings

pytestmark = pytest.mark.journey
PASSPHRASE = "cinci nuci verzi\n"
NAMES = ("Ioana Marin", "Radu Pop", "Asociația Transparent")
TOKEN = re.compile(r"https?://\S+/trustee/[\w-]+")


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """The third trustee's program."""
    try:
        path = belenios_path()
    except Missing as reason:
        skip_or_fail(reason)
    folder = tmp_path / "third"
    folder.mkdir()
    return Judge(path, folder)


async def announced(server: LiveServer) -> UUID:
    """An election with sealed ballots whose date has come, as an officer announced it the day before."""
    now = clock.now()
    database = Database(server.database_url)
    try:
        async with database.write() as session:
            account = (
                await session.execute(select(Account).where(Account.email == EMAILS["election"]))
            ).scalar_one()
            officer = actor_of(account, Role.ELECTION)
            election = Election(
                title="Numele noii școli",
                title_en="The name of the new school",
                candidates=(
                    Candidate("Ana Aslan"),
                    Candidate("Smaranda Brăescu"),
                    Candidate("Elie Carafoli"),
                ),
                settings=Settings(rule="schulze", seats=1, sealed=True),
            )
            before, day = now - timedelta(days=2), timedelta(days=1)
            poll = await service.create_election(
                session, officer, election, opens_at=now - day, closes_at=now + day, now=before
            )
            await service.announce_poll(session, officer, poll.id, now=before)
            return poll.id
    finally:
        await database.dispose()


class Trustee:
    """One who works with `./obste trustee` in a folder of their own, and a browser."""

    def __init__(self, page: Any, address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.page, self.address, self.folder, self.monkeypatch = page, address, folder, monkeypatch

    async def look(self) -> None:
        """Go to their page, and take what it offers home."""
        await self.page.goto(self.address)
        for link in await self.page.locator("#trustee_now a[download]").all():
            async with self.page.expect_download() as begun:
                await link.click()
            download = await begun.value
            await download.save_as(self.folder / download.suggested_filename)

    async def work(self) -> None:
        """Do what the page says, as it says it."""
        await self.look()
        command = (await self.page.locator("#command").inner_text()).split()
        assert command[:2] == ["./obste", "trustee"]
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE))
        assert trustee_main(command[2:]) == 0
        made = command[3] + ".cert" if command[2] == "certificate" else command[-3]
        await self.send(self.folder / made)

    async def send(self, made: Path) -> None:
        """Send a file, and see that it has come."""
        await self.page.locator("#file").set_input_files(made)
        await self.page.locator("#send").click()
        await self.page.wait_for_load_state()
        assert "Ce ați trimis a ajuns." in await text_of(self.page)


class Stranger(Trustee):
    """One who trusts only `belenios-tool`."""

    judge: Judge

    async def work(self) -> None:
        await self.look()
        command = await self.page.locator("#command-by-tool").text_content()
        words, _, made = command.partition(" > ")
        words, _, given = words.partition(" < ")
        keys = [path.name for path in self.folder.glob("*.key")]
        arguments = [keys[0] if word == "*.key" else word for word in words.split()[1:]]
        said = self.judge.run(*arguments, given=(self.folder / given).read_bytes() if given else b"")
        path = self.folder / made if made else next(self.folder.glob("*.cert"), None)
        assert path is not None
        if made:
            path.write_bytes(said)
        await self.send(path)


async def test_a_key_a_roll_and_a_board(
    town: LiveServer, open_page: Any, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll_id = await announced(town)
    here = f"{town.url}/polls/{poll_id}/officer/sealing"
    officer = await How("ro", DESK, True).open(open_page)
    await become(officer, town, EMAILS["election"])
    await officer.goto(f"{town.url}/polls/{poll_id}/officer")
    await officer.locator("#to-ceremony").click()
    for place, name in enumerate(NAMES, start=1):
        await officer.locator(f"#name-{place}").fill(name)
    await officer.locator("#threshold").fill("2")
    await officer.locator("#name").click()
    await officer.wait_for_selector("#link-3")
    addresses = [TOKEN.findall(await officer.locator(f"#link-{n}").inner_text())[0] for n in (1, 2, 3)]
    await officer.locator("#go-on").click()
    assert "Se așteaptă certificatele de la" in await text_of(officer)

    trustees: list[Trustee] = []
    for number, (address, kind) in enumerate(zip(addresses, (Trustee, Trustee, Stranger), strict=True)):
        folder = judge.folder if kind is Stranger else tmp_path / str(number)
        folder.mkdir(exist_ok=True)
        page = await How("ro", PHONE, scripts=number == 0).open(open_page)
        trustees.append(kind(page, address, folder, monkeypatch))
    stranger = trustees[2]
    assert isinstance(stranger, Stranger)
    stranger.judge = judge
    for _step in ("certificate", "polynomial", "share"):
        for trustee in trustees:
            await trustee.work()

    # The officer's page has noticed by itself that it is the roll's turn.
    await officer.wait_for_selector("#freeze-agreed", timeout=15_000)
    await officer.locator("#freeze-agreed").check()
    await officer.locator("#freeze").click()
    await officer.wait_for_selector("#download-roll")
    async with officer.expect_download() as begun:
        await officer.locator("#download-roll").click()
    roll, codes = tmp_path / "roll.csv", tmp_path / "codes"
    await (await begun.value).save_as(roll)
    command = await officer.locator("#roll .ob-mono").inner_text()
    uuid = command.split()[-1]
    assert registrar_main(["codes", str(roll), str(codes), "--election", uuid]) == 0
    await officer.locator("#file").set_input_files(codes / f"{uuid}.pubcreds")
    await officer.locator("#send-credentials").click()
    await officer.wait_for_selector("#begin-agreed")
    await officer.locator("#begin-agreed").check()
    await officer.locator("#begin").click()
    await officer.wait_for_selector("#confirm-open")
    await officer.locator("#confirm-open").click()
    await officer.wait_for_load_state()

    colleague = await How("ro", PHONE, scripts=False).open(open_page)
    await become(colleague, town, EMAILS["colleague"])
    await colleague.goto(f"{town.url}/polls/{poll_id}/officer")
    await colleague.locator("#confirm-open").click()
    await colleague.wait_for_load_state()
    await colleague.goto(here)
    assert "Votul este deschis până la" in await text_of(colleague)

    # Each key is tried before the vote; the independent program accepts the board.
    await trustees[0].look()
    archive = trustees[0].folder / f"{uuid}.bel"
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSPHRASE))
    monkeypatch.chdir(trustees[0].folder)
    assert trustee_main((await trustees[0].page.locator("#command").inner_text()).split()[2:]) == 0
    (judge.folder / archive.name).write_bytes(archive.read_bytes())
    judge.verify()
    assert registrar_main(["check", str(archive), str(codes / f"{uuid}.pubcreds")]) == 0

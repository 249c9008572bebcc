"""The booth in a real Chromium: its files as the site serves them, under the site's policy."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.kit.front import CSP
from app.settings import ROOT
from tests.belenios import Judge

ADDRESS = "http://127.0.0.1:9/"  # nobody is there: the browser is given the answers
EMPTY = "<!DOCTYPE html><html lang='ro'><title>Cabina</title><link rel='icon' href='data:,'>"
SEAL = """async ([election, code, ranks]) => {
  const { seal } = await import("/static/js/booth/seal.js");
  const progress = [];
  try {
    return { ...await seal(election, code, ranks, (done) => progress.push(done)), progress };
  } catch ({ name, reason, facts }) {
    return { name, reason, facts };
  }
}"""


@dataclass
class Booth:
    """A page that can seal."""

    page: Any

    async def seal(self, election: bytes, code: str, ranks: Any) -> Any:
        """What the page's script is given: ballot, tracker, checkCode, progress; or name, reason, facts."""
        return await self.page.evaluate(SEAL, [election.decode(), code, ranks])

    async def ballot(self, election: bytes, code: str, ranks: list[int]) -> bytes:
        """The bytes to be sent."""
        sealed = await self.seal(election, code, ranks)
        assert "ballot" in sealed, sealed
        return str(sealed["ballot"]).encode()


async def serve(route: Any) -> None:
    """Answer as the site does: the policy stands on the worker's program too."""
    path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
    is_script = path.startswith("static/js/booth/")
    body = (ROOT / "app" / path).read_text("utf-8") if is_script else EMPTY
    kind = "text/javascript" if is_script else "text/html; charset=utf-8"
    headers = {"content-type": kind, "content-security-policy": CSP, "x-content-type-options": "nosniff"}
    await route.fulfill(status=200, headers=headers, body=body)


@pytest.fixture
async def booth(open_page: Callable[..., Awaitable[Any]]) -> Booth:
    """A page of the site with nothing on it."""
    page = await open_page()
    await page.route("**/*", serve)
    await page.goto(ADDRESS)
    return Booth(page)


@pytest.fixture
async def parts(booth: Booth) -> Any:
    """The sealing program loaded into a page, whose functions can then be called one by one."""
    await booth.page.add_script_tag(url="/static/js/booth/sealing.js")
    return booth.page


@dataclass(frozen=True)
class Theirs:
    """An election that is open, made wholly by the judge in its folder."""

    judge: Judge
    election: bytes
    codes: list[str]

    def add(self, ballot: bytes) -> None:
        """Put a ballot on the judge's board. Raises: Refusal (when it is verified)."""
        self.judge.add_event("Ballot", ballot)


def make_theirs(judge: Judge, *, options: int, voters: int = 3) -> Theirs:
    """One trustee, and options with quotes and letters that JSON may write in several ways."""
    folder = judge.folder
    uuid = judge.run("setup", "generate-token").decode().strip()
    judge.setup("generate-credentials", "--uuid", uuid, "--count", str(voters))
    (private,), (public,) = folder.glob("*.privcreds"), folder.glob("*.pubcreds")
    public.rename(folder / "public_creds.json")
    judge.setup("generate-trustee-key")
    (key,) = folder.glob("*.pubkey")
    (folder / "public_keys.jsons").write_bytes(key.read_bytes())
    judge.run("setup", "make-trustees")
    answers = ",".join(f'"Opțiunea \\"{number}\\" / ăâîșț \U0001f333"' for number in range(1, options + 1))
    (folder / "template.json").write_text(
        '{"description":"sha256:0","name":"Buget","questions":[{"type":"NonHomomorphic","value":'
        f'{{"answers":[{answers}],"question":"Care?"}}}}],"administrator":"x","credential_authority":"y"}}'
    )
    judge.setup("make-election", "--uuid", uuid, "--template", "template.json")
    election = (folder / "election.json").read_bytes().strip()
    judge.run("archive", "init")
    return Theirs(judge, election, [line.split()[1] for line in private.read_text().splitlines()])

"""The booth on the real site: its worker starts under the policy that the server really sends."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from tests.live import LiveServer
from tests.make.sealing import make_sealed
from voting.sealing.ballot import check_ballot

SEAL = """async ([election, code, ranks]) => {
  const { seal } = await import("/static/js/booth/seal.js?v=1");
  return await seal(election, code, ranks, undefined, { worker: "/static/js/booth/sealing.js?v=1" });
}"""


async def test_a_page_of_the_site_seals_a_ballot(
    live_server: LiveServer, open_page: Callable[..., Awaitable[Any]], tmp_path: Path
) -> None:
    sealed = make_sealed(tmp_path, options=20)
    page = await open_page()
    answer = await page.goto(f"{live_server.url}/help")
    assert "worker-src 'self'" in answer.headers["content-security-policy"]
    ranks = [2, 0, 1] + [0] * 17
    made = await page.evaluate(SEAL, [sealed.election.raw.decode(), sealed.codes[0], ranks])
    checked = check_ballot(sealed.election, made["ballot"].encode(), sealed.roll)
    assert made["tracker"] == checked.tracker


async def test_the_policy_refuses_a_worker_from_elsewhere(
    live_server: LiveServer, open_page: Callable[..., Awaitable[Any]]
) -> None:
    page = await open_page()
    await page.goto(f"{live_server.url}/help")
    refused = await page.evaluate(
        """() => new Promise((tell) => {
          document.addEventListener("securitypolicyviolation", (report) => tell(report.effectiveDirective));
          new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))).onmessage = () => tell("it ran");
        })"""
    )
    assert refused == "worker-src"
    page.complaints.clear()  # the policy's report is what was wanted

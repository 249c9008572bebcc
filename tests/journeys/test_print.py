"""Pages on paper, as the browser prints them: what a clerk files has the lines that people cite, and no
addresses between its words.
"""

import subprocess
from pathlib import Path

import pytest

from tests.debian import debian_program
from tests.journeys.conftest import Windows
from tests.journeys.pages import read_facts
from tests.live import LiveServer

pytestmark = pytest.mark.journey


async def printed(windows: Windows, address: str, folder: Path) -> str:
    """The words of a page as it is printed."""
    page = await windows.window("nobody", "ro", scripts=False)
    await page.goto(address)
    await page.emulate_media(media="print")
    (path := folder / "page.pdf").write_bytes(await page.pdf(format="A4"))
    await page.emulate_media(media="screen")
    program = debian_program("pdftotext", "poppler-utils")
    done = subprocess.run([program, "-layout", str(path), "-"], check=True, capture_output=True, text=True)
    return done.stdout


async def test_a_draft_decision_is_printed_with_its_lines(
    windows: Windows, district: LiveServer, tmp_path: Path
) -> None:
    facts = await read_facts(district.database_url)
    for address in (f"/acts/{facts['act']}", f"/acts/{facts['act']}/text/{facts['amended_unit']}"):
        text = await printed(windows, district.url + address, tmp_path)
        assert "rd. " in text, address
        assert "/acts/" not in text, address
        assert "Propuneți o schimbare" not in text, address


async def test_lists_are_printed_without_addresses(
    windows: Windows, district: LiveServer, tmp_path: Path
) -> None:
    for address, says in (("/ideas", "Idei"), ("/projects", "Proiecte"), ("/works", "Lucrări")):
        text = await printed(windows, district.url + address, tmp_path)
        assert says in text
        assert "(/" not in text, address

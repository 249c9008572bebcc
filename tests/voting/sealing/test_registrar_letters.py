"""Letters with codes, judged by Poppler and ZBar; and codes destroyed when the result is there."""

import csv
import io
import re
import subprocess
from pathlib import Path

import pytest

from app.cli import main
from tests.conftest import skip_or_fail
from tests.debian import debian_program
from tests.make.sealing import make_sealed
from tests.servers import Missing
from voting.roles.registrar_destroy import REACH

PEOPLE = [
    ("Ștefănița Țîrlea-Mănăștireanu", "s@example.ro", "ro", "Str. Învățătorului nr. 1", "050123 București"),
    ("Mary Ann Smith", "", "en", "Calea Rahovei 2", "050124 București"),
    ("Őry Zoltán", "z@example.ro", "ro", "Str. Mică 3\nsc. B, ap. 7", "050125 București"),
]
VOTE = ["--title", "Buget participativ 2027", "--title-en", "Participatory budget 2027"]
VOTE += ["--url", "https://vot.example.ro/polls/1", "--closes", "30 aprilie 2027, ora 20:00"]
VOTE += ["--office", "Primăria Sectorului 5", "--contact", "021 314 46 80"]
ADDRESS = ["--address", "street", "--address", "town"]
EVERYONE = ["--who", "everyone"]


@pytest.fixture(scope="session")
def tools() -> dict[str, str]:
    """Programs that we did not write."""
    packages = {"pdftotext": "poppler-utils", "pdffonts": "poppler-utils", "pdftoppm": "poppler-utils"}
    packages["zbarimg"] = "zbar-tools"
    try:
        return {name: debian_program(name, package) for name, package in packages.items()}
    except Missing as reason:
        skip_or_fail(reason)
        raise


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def make_codes(folder: Path, uuid: str = "4aGdhjJbFt1b7b") -> tuple[Path, list[str]]:
    """The folder of the codes, and the codes."""
    with (folder / "roll.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("name", "e-mail", "language", "street", "town"), *PEOPLE])
    codes = folder / "codes"
    assert main(["registrar", "codes", str(folder / "roll.csv"), str(codes), "--election", uuid]) == 0
    rows = csv.DictReader(io.StringIO((codes / "codes.csv").read_text("utf-8")))
    return codes, [row["code"] for row in rows]


def test_letters_read_and_scan(tools: dict[str, str], tmp_path: Path) -> None:
    folder, codes = make_codes(tmp_path)
    assert main(["registrar", "letters", str(folder), *VOTE, *EVERYONE, *ADDRESS]) == 0
    (path,) = folder.glob("letters-*.pdf")
    assert path.stat().st_mode & 0o777 == 0o600
    pages = said(tools["pdftotext"], "-layout", str(path), "-").split("\f")[:-1]
    assert len(pages) == 3
    for page, code, person in zip(pages, codes, PEOPLE, strict=True):
        assert person[0] in page
        assert person[4] in page
        assert code in page
        assert ("Take care" if person[2] == "en" else "Aveți grijă") in page
        assert "https://vot.example.ro/check" in page
    fonts = said(tools["pdffonts"], str(path)).splitlines()[2:]
    assert len(fonts) == 3
    assert all(re.search(r" yes yes ", line) for line in fonts), "every font is embedded, as a subset"
    said(tools["pdftoppm"], "-r", "100", "-png", str(path), str(tmp_path / "page"))
    images = sorted(tmp_path.glob("page*.png"))
    assert [said(tools["zbarimg"], "-q", "--raw", str(image)).strip() for image in images] == codes


@pytest.mark.parametrize(("side", "left"), [("right", 110 / 25.4 * 72), ("left", 20 / 25.4 * 72)])
def test_the_window_shows_the_address_and_never_the_code(
    tools: dict[str, str], tmp_path: Path, side: str, left: float
) -> None:
    folder, codes = make_codes(tmp_path)
    assert main(["registrar", "letters", str(folder), *VOTE, *EVERYONE, *ADDRESS, "--window", side]) == 0
    (path,) = folder.glob("letters-*.pdf")
    found = said(tools["pdftotext"], "-bbox", "-l", "1", str(path), "-")
    places: dict[str, tuple[float, float]] = {}
    for x, y, word in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)<', found):
        places.setdefault(word, (float(x), float(y)))
    millimetre = 72 / 25.4
    for word in ("Ștefănița", "050123"):
        x, y = places[word]
        assert left <= x <= left + 80 * millimetre
        assert 45 * millimetre <= y <= 79 * millimetre, "in the window however the paper slides"
    assert places[codes[0]][1] > 105 * millimetre, "below the first fold"


def test_parts_that_a_kill_left_out_are_made_and_the_others_kept(tmp_path: Path) -> None:
    folder, _ = make_codes(tmp_path)
    words = ["registrar", "letters", str(folder), *VOTE, *EVERYONE, "--pages", "2"]
    assert main(words) == 0
    first, second = sorted(folder.glob("letters-*.pdf"))
    kept = first.read_bytes()
    second.unlink()
    journal = folder / "letters-journal.csv"
    journal.write_text("".join(journal.read_text().splitlines(keepends=True)[:-1]) + "wri")
    second.with_suffix(".new").write_bytes(b"%PDF-cut")
    assert main(words) == 0
    assert first.read_bytes() == kept
    assert second.read_bytes().endswith(b"%%EOF\n")
    assert not list(folder.glob("*.new"))


def test_a_name_that_cannot_be_printed_is_declined(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = make_codes(tmp_path)
    path = folder / "codes.csv"
    path.write_text(path.read_text("utf-8").replace("Mary", "Мария"), "utf-8")
    assert main(["registrar", "letters", str(folder), *VOTE, *EVERYONE]) == 2
    assert "line 3: the letters' font has no" in capsys.readouterr().err
    assert not list(folder.glob("letters-*"))


def test_one_letter_again_is_written_down(tmp_path: Path) -> None:
    folder, codes = make_codes(tmp_path)
    only = ["registrar", "letters", str(folder), *VOTE, *EVERYONE, "--only", "e-mail=z@example.ro"]
    assert main(only) == 2
    assert main([*only, "--by", "M. Ionescu", "--reason", "a venit la ghișeu"]) == 0
    assert (folder / "letter-000005.pdf").exists()
    note = (folder / "given-again.csv").read_text("utf-8")
    assert "Őry Zoltán" in note
    assert not any(code in note for code in codes)


def test_codes_are_destroyed_only_with_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = make_sealed(tmp_path, voters=2, singles=1)
    folder, codes = make_codes(tmp_path, sealed.election.uuid)
    assert main(["registrar", "letters", str(folder), *VOTE, *EVERYONE]) == 0
    words = ["registrar", "destroy", str(folder)]
    for voter in range(2):
        sealed.vote(voter, [1, 2, 0])
    sealed.end_ballots()
    assert main(words) == 2
    assert main([*words, str(sealed.path)]) == 2
    assert "has no result yet" in capsys.readouterr().err
    sealed.shuffle(1)
    sealed.end_shuffles()
    sealed.decrypt(1)
    sealed.finish()
    foreign = make_sealed(tmp_path, voters=1)
    assert main([*words, str(foreign.path)]) == 2
    assert (folder / "codes.csv").exists()
    assert main([*words, str(sealed.path)]) == 0
    shown = capsys.readouterr().out
    assert REACH[0] in shown
    left = [path for path in folder.iterdir() if path.is_file()]
    assert {path.name for path in left} == {
        ".lock",
        f"{sealed.election.uuid}.pubcreds",
        "letters-journal.csv",
        "list-journal.csv",
    }
    assert not any(code.encode() in path.read_bytes() for code in codes for path in left)


def test_codes_of_elections_that_nobody_knows_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, _ = make_codes(tmp_path)
    credentials = folder / "4aGdhjJbFt1b7b.pubcreds"
    credentials.rename(tmp_path / "elsewhere")
    assert main(["registrar", "destroy", str(folder)]) == 2
    assert "say --cancelled" in capsys.readouterr().err
    assert main(["registrar", "destroy", str(folder), str(make_sealed(tmp_path, voters=1).path)]) == 2
    assert (folder / "codes.csv").exists()
    assert main(["registrar", "destroy", str(folder), "--cancelled"]) == 0
    assert not (folder / "codes.csv").exists()


@pytest.mark.parametrize("tally", [True, False], ids=["tally", "ours"])
def test_an_election_without_ballots_has_ended(tmp_path: Path, tally: bool) -> None:
    sealed = make_sealed(tmp_path, voters=2, singles=1)
    folder, _ = make_codes(tmp_path, sealed.election.uuid)
    words = ["registrar", "destroy", str(folder), str(sealed.path)]
    assert main(words) == 2, "it is open"
    if tally:
        sealed.end_ballots()
    else:  # as the platform ends a board without ballots
        sealed.board.end_ballots()
        sealed.save()
    assert main(words) == 0
    assert not (folder / "codes.csv").exists()


def test_public_credentials_of_the_same_codes_for_a_further_election(tmp_path: Path) -> None:
    folder, _ = make_codes(tmp_path)
    made = folder / "4aGdhjJbFt1b7b.pubcreds"
    first = made.read_bytes()
    made.unlink()  # as a kill between the two files leaves it
    words = ["registrar", "credentials", str(folder), "--election"]
    assert main([*words, "4aGdhjJbFt1b7b", "--election", "5bGdhjJbFt1b7c"]) == 0
    assert made.read_bytes() == first
    assert (folder / "5bGdhjJbFt1b7c.pubcreds").read_bytes() != first
    assert main([*words, "4aGdhjJbFt1b7b"]) == 2

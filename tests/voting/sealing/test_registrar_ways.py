"""A mixed roll, by e-mail and by letter: everybody once, in whichever order; and the list stays."""

import csv
import io
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.conftest import skip_or_fail
from tests.debian import debian_program
from tests.make.post_office import Office
from tests.servers import Missing
from voting.roles.registrar_mail import State
from voting.roles.registrar_parts import lettered_lines
from voting.roles.registrar_ways import divide, told
from voting.roles.terminal import Declined

UUID = "4aGdhjJbFt1b7b"
ROLL = [
    ("Ștefan Țîrlea", "stefan@example.ro", "ro", "Str. Mică 1"),
    ("Gheorghe Mutat", "mutat@example.ro", "ro", "Str. Mică 2"),
    ("Mary Ann Ö", "mary@example.ro", "en", "Str. Mică 3\nsc. B"),
    ("Ion fără adresă", "", "ro", "Str. Mică 4"),
    ("Ana Popescu", "ana@example.ro", "ro", "Str. Mică 5"),
    ("Eva Fărăpoștă", "", "en", "Str. Mică 6"),
]
VOTE = [
    "--title",
    "Buget participativ 2027",
    "--url",
    "https://vot.example.ro/polls/1",
    "--closes",
    "30 aprilie",
]
VOTE += ["--office", "Primăria", "--contact", "021 314 46 80"]


@pytest.fixture(scope="session")
def pdftotext() -> str:
    try:
        return debian_program("pdftotext", "poppler-utils")
    except Missing as reason:
        skip_or_fail(reason)
        raise


class Registrar:
    """The folder of the codes, and the two commands."""

    def __init__(self, folder: Path, server: str) -> None:
        roll = folder / "roll.csv"
        with roll.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("name", "e-mail", "language", "address"), *ROLL])
        self.codes = folder / "codes"
        self.list = self.codes / "codes.csv"
        self.server = server
        assert main(["registrar", "codes", str(roll), str(self.codes), "--election", UUID]) == 0

    def mail(self, *more: str) -> int:
        sending = ["--server", self.server, "--from", "registratura@example.ro", "--per-minute", "6000"]
        return main(["registrar", "mail", str(self.codes), *VOTE, *sending, *more])

    def letters(self, *more: str) -> int:
        return main(["registrar", "letters", str(self.codes), *VOTE, *more])

    def code_of(self, name: str) -> str:
        rows = csv.DictReader(io.StringIO(self.list.read_text("utf-8")))
        return next(row["code"] for row in rows if row["name"] == name)

    def printed(self, pdftotext: str) -> list[str]:
        """The names on all letters that lie there, by the code that is on them."""
        paths = [str(path) for path in self.codes.glob("letter*.pdf")]
        texts = [subprocess.run([pdftotext, one, "-"], capture_output=True, text=True) for one in paths]
        told = "".join(one.stdout for one in texts)
        return sorted(name for name, *_ in ROLL for _ in range(told.count(self.code_of(name))))

    def edit(self, old: str, new: str) -> None:
        text = self.list.read_text("utf-8")
        assert old in text
        self.list.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def registrar(office: tuple[Office, str], tmp_path: Path) -> Registrar:
    return Registrar(tmp_path, office[1])


def last_sums(capsys: pytest.CaptureFixture[str]) -> str:
    return next(line for line in reversed(capsys.readouterr().out.splitlines()) if " people: " in line)


@pytest.mark.parametrize("first", ["mail", "letters"])
def test_everybody_of_a_mixed_roll_gets_one_code_by_one_way(
    office: tuple[Office, str],
    registrar: Registrar,
    capsys: pytest.CaptureFixture[str],
    pdftotext: str,
    first: str,
) -> None:
    inbox, _ = office
    if first == "letters":
        assert registrar.letters() == 0
        sums = "6 people: 0 by e-mail, 2 by letter, 0 both ways; still to come: 4 by e-mail, 0 by letter"
        assert sums in last_sums(capsys)
    assert registrar.mail() == 0
    assert "line 3: the server refuses the message" in capsys.readouterr().out
    assert inbox.recipients == {"stefan@example.ro": 1, "mary@example.ro": 1, "ana@example.ro": 1}
    assert registrar.letters() == 0
    done = (
        "6 people: 3 by e-mail, 3 by letter, 0 both ways; still to come: 0 by e-mail, 0 by letter, 0 of whom"
    )
    assert done in last_sums(capsys)
    lettered = ["Eva Fărăpoștă", "Gheorghe Mutat", "Ion fără adresă"]
    assert registrar.printed(pdftotext) == lettered
    inbox.at_address.clear()
    assert registrar.mail("--retry-refused") == 0  # he has a letter
    assert registrar.letters() == 0
    assert done in last_sums(capsys)
    assert inbox.recipients.total() == 3
    assert registrar.printed(pdftotext) == lettered
    # Both only when it is asked for.
    assert registrar.letters("--who", "everyone") == 0
    assert registrar.printed(pdftotext) == sorted(name for name, *_ in ROLL)
    assert registrar.mail("--who", "everyone", "--retry-refused") == 0
    assert "0 by e-mail, 2 by letter, 4 both ways" in last_sums(capsys)
    assert set(inbox.recipients.values()) == {1}


def test_a_letter_that_was_printed_and_destroyed_is_not_made_again_by_itself(
    registrar: Registrar, capsys: pytest.CaptureFixture[str], pdftotext: str
) -> None:
    assert registrar.letters() == 0
    (path,) = registrar.codes.glob("letters-*.pdf")
    path.unlink()
    assert registrar.letters() == 0
    assert "2 by letter" in last_sums(capsys)
    assert not path.exists()
    assert registrar.letters("--remake", "letters-1-2.pdf") == 2
    assert path.name in capsys.readouterr().err
    assert registrar.letters("--remake", path.name) == 0
    assert registrar.printed(pdftotext) == ["Eva Fărăpoștă", "Ion fără adresă"]


def test_mailing_does_not_go_on_with_another_list(
    office: tuple[Office, str], registrar: Registrar, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, _ = office
    whole = registrar.list.read_text("utf-8")
    inbox.at_address = {"ana@example.ro": "554 5.7.1 not from you"}
    assert registrar.mail() == 2
    sent = inbox.recipients.total()
    inbox.at_address = {}
    lines = whole.splitlines(keepends=True)
    for changed in ("".join([lines[0], *sorted(lines[1:])]), "".join(lines[:-1])):
        registrar.list.write_text(changed, "utf-8")
        for command in (registrar.mail, registrar.letters):
            for more in ((), ("--corrected-list",)):
                assert command(*more) == 2
                assert "lines were added, removed or moved" in capsys.readouterr().err
    registrar.list.write_text(whole.replace("ana@", "ana.p@"), "utf-8")
    assert registrar.mail() == 2
    assert "say --corrected-list" in capsys.readouterr().err
    assert inbox.recipients.total() == sent
    assert registrar.mail("--dry-run", "--corrected-list") == 0
    assert registrar.mail() == 2, "trying leaves nothing behind"
    assert registrar.mail("--corrected-list") == 0
    assert inbox.recipients["ana.p@example.ro"] == 1
    assert set(inbox.recipients.values()) == {1}
    assert registrar.mail() == 0, "once said, it is the list"
    (registrar.codes / "list-journal.csv").unlink()
    assert registrar.mail() == 2, "a journal of which nobody knows its list"


@pytest.mark.parametrize(
    ("edit", "more"),
    [
        (("Str. Mică 4", "Str. Mare 44"), ("--corrected-list",)),
        (None, ("--closes", "1 mai")),
        (None, ("--window", "left")),
    ],
    ids=["address", "words", "window"],
)
def test_letters_of_another_input_are_neither_kept_nor_overwritten(
    registrar: Registrar, capsys: pytest.CaptureFixture[str], edit: Any, more: tuple[str, ...]
) -> None:
    assert registrar.letters() == 0
    (path,) = registrar.codes.glob("letters-*.pdf")
    kept = path.read_bytes()
    if edit:
        registrar.edit(*edit)
    assert registrar.letters(*more) == 2
    assert f"If it was not printed: --remake {path.name}" in capsys.readouterr().err
    assert path.read_bytes() == kept
    assert registrar.letters(*more, "--remake", path.name) == 0
    assert path.read_bytes() != kept
    assert registrar.letters(*(one for one in more if one != "--corrected-list")) == 0


def test_a_file_of_letters_that_nobody_knows_is_declined(
    registrar: Registrar, capsys: pytest.CaptureFixture[str]
) -> None:
    stray = registrar.codes / "letters-000005-000009.pdf"
    stray.write_bytes(b"%PDF")
    assert registrar.letters() == 2
    assert f"knows nothing of {stray}" in capsys.readouterr().err
    assert stray.read_bytes() == b"%PDF"


@pytest.mark.parametrize(
    "address",
    [
        "\n".join(f"rândul {n}" for n in range(6)),
        "Stradacuunnumecarenuseîncheieniciodatășinuîncapenicăieri 1",
    ],
    ids=["lines", "word"],
)
def test_an_address_that_the_window_would_cut_is_declined_by_name(
    registrar: Registrar, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    registrar.edit("Str. Mică 4", f'"{address}"')
    assert registrar.letters("--pages", "1") == 2
    said = capsys.readouterr().err
    assert "1 addresses are too long for the window" in said
    assert "Ion fără adresă" in said
    assert not list(registrar.codes.glob("letter*"))
    assert registrar.letters("--only", "name=Ion fără adresă", "--by", "M. I.", "--reason", "ghișeu") == 2
    assert not (registrar.codes / "given-again.csv").exists(), "nothing was given"


def test_words_that_fill_more_than_a_page_are_declined(
    registrar: Registrar, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registrar.letters("--title", "Buget participativ și încă multe altele " * 25) == 2
    assert "is longer than a page" in capsys.readouterr().err
    assert not list(registrar.codes.glob("letter*"))


def test_a_letter_at_the_desk_counts_and_the_next_run_leaves_that_person_out(
    registrar: Registrar, capsys: pytest.CaptureFixture[str], pdftotext: str
) -> None:
    only = ("--only", "name=Ion fără adresă", "--by", "M. Ionescu", "--reason", "a venit la ghișeu")
    assert registrar.letters(*only) == 0
    assert registrar.letters() == 0
    assert "2 by letter, 0 both ways" in last_sums(capsys)
    assert registrar.printed(pdftotext) == ["Eva Fărăpoștă", "Ion fără adresă"]
    assert registrar.letters(*only) == 0, "again, as often as they come"
    assert len(lettered_lines(registrar.codes)) == 2


def test_a_journal_that_names_nobody_is_declined() -> None:
    with pytest.raises(Declined, match="line 9"):
        divide([], State(sent={9}), ())
    assert told(divide([], State(), ())).startswith("0 people: 0 by e-mail")

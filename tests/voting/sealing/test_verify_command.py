"""`obste verify` on archives: what it says, in which words, and how it ends."""

import hashlib
import json
from pathlib import Path

import pytest

from app.cli import main
from app.settings import ROOT
from tests.make.sealing import Sealed, make_sealed
from tests.make.tampering import Parts, make_finished
from voting.roles.words import REFUSED
from voting.sealing.election import bound_contest, contest_line, make_election
from voting.sealing.refused import REASONS


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sealed, Parts]:
    """A finished election."""
    return make_finished(tmp_path_factory.mktemp("finished"))


def test_everything_that_can_be_refused_has_words() -> None:
    assert set(REFUSED) == set(REASONS)
    for english, romanian in REFUSED.values():
        assert english
        assert romanian
        assert english != romanian


def test_nothing_has_words_that_is_never_refused() -> None:
    sources = [
        path for path in (ROOT / "voting").rglob("*.py") if path.name not in ("refused.py", "words.py")
    ]
    code = "".join(path.read_text("utf-8") for path in sources)
    assert [reason for reason in REASONS if f'"{reason}"' not in code] == []


@pytest.mark.parametrize("language", ["en", "ro"])
@pytest.mark.parametrize("cores", ["1", "2"])
def test_an_archive_that_holds_ends_well(
    finished: tuple[Sealed, Parts], capsys: pytest.CaptureFixture[str], language: str, cores: str
) -> None:
    path = str(finished[0].path)
    assert main(["verify", path, "--lang", language, "--cores", cores]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7
    assert lines[-1] == f"{path}: " + {"en": "everything holds", "ro": "totul este în regulă"}[language]


def test_the_first_thing_wrong_is_named_with_its_place(
    finished: tuple[Sealed, Parts], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.bel"
    path.write_bytes(finished[1].bytes()[:-700])
    assert main(["verify", str(path), "--lang", "en"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].endswith("WRONG, the file is cut (member 24 of the file)")
    assert main(["verify", str(path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["refused"], report["stage"]) == (False, "archive_cut", "PartialDecryption")


def test_an_open_vote_holds_so_far(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed = make_sealed(tmp_path)
    sealed.vote(0, [1, 2, 3])
    renamed = sealed.path.rename(tmp_path / "board")  # recognised by what it holds
    assert main(["verify", str(renamed), "--lang", "en"]) == 0
    assert "the vote is not over, 1 ballots so far" in capsys.readouterr().out


def test_the_contest_is_compared_with_what_the_election_is_bound_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contest = tmp_path / "contest.json"
    contest.write_bytes(b'{"budget":100}\n')
    digest = hashlib.sha256(b'{"budget":100}').hexdigest()
    sealed = make_sealed(tmp_path, description=f"Buget participativ. {contest_line(digest)}")
    assert bound_contest(sealed.election) == digest
    assert main(["verify", str(sealed.path), "--contest", str(contest), "--lang", "en"]) == 0
    assert "what is voted on is the contest file" in capsys.readouterr().out
    contest.write_bytes(b'{"budget":101}\n')
    assert main(["verify", str(sealed.path), "--contest", str(contest), "--lang", "en"]) == 1
    assert "WRONG, the vote is not on this contest file" in capsys.readouterr().out


def test_two_contests_in_a_description_are_none(finished: tuple[Sealed, Parts]) -> None:
    twice = " ".join(contest_line(digit * 64) for digit in "ab")
    election = make_election(
        uuid=finished[0].election.uuid,
        name="n",
        description=twice,
        question="q",
        options=["a"],
        key=finished[0].election.key_value,
    )
    assert bound_contest(election) is None


def test_a_file_that_is_not_there_is_said_to_be_unreadable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "/nowhere/x.bel"]) == 2
    assert "cannot do it" in capsys.readouterr().err

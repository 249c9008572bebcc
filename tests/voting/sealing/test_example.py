"""The example election of the documents is what its script makes, holds, and satisfies the judge."""

import importlib.util
import json
import shutil
from types import ModuleType

import pytest

from app.cli import main
from app.settings import ROOT
from tests.belenios import Judge

FOLDER = ROOT / "docs" / "examples"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """`docs/examples/make_sealed.py`, which is no package."""
    spec = importlib.util.spec_from_file_location("make_sealed", FOLDER / "make_sealed.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_very_files(script: ModuleType) -> None:
    """All randomness of the engine comes through its parameter, so nothing differs between two runs."""
    contest = script.canonical(script.contest())
    assert (FOLDER / "sealed-contest.json").read_bytes() == contest + b"\n"
    assert script.make(contest) == (FOLDER / "sealed.bel").read_bytes()


def test_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    path, contest = str(FOLDER / "sealed.bel"), str(FOLDER / "sealed-contest.json")
    assert main(["verify", path, "--contest", contest, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["ballots"], report["shuffles"], report["decryptions"]) == (20, [1, 2], [1, 3])


def test_the_judge_accepts_it(judge: Judge) -> None:
    shutil.copy(FOLDER / "sealed.bel", judge.folder)
    judge.verify()

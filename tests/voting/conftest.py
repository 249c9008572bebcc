"""Where the real elections lie, and the judge of sealed ones."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.belenios import Judge, belenios_path
from tests.conftest import skip_or_fail
from tests.servers import Missing
from voting.rules.formats import PbElection, read_pb

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real elections beside the repository; without it, say that nothing was checked."""
    folder = Path(os.environ.get("OBSTE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "pb").is_dir():
        pytest.skip(f"NO REAL ELECTIONS CHECKED: {folder} is absent (set OBSTE_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def real_election(shared_data: Path) -> Callable[[str], PbElection]:
    """A real election by its file's name, read once: elections are frozen values."""

    @cache
    def read(name: str) -> PbElection:
        return read_pb((shared_data / "pb" / f"{name}.pb").read_bytes())

    return read


@pytest.fixture(scope="session")
def judge_path() -> str:
    """Where `belenios-tool` is."""
    try:
        return belenios_path()
    except Missing as reason:
        skip_or_fail(reason)
        raise


@pytest.fixture
def make_judge(judge_path: str) -> Callable[[Path], Judge]:
    """A judge that works in a folder."""
    return lambda folder: Judge(judge_path, folder)


@pytest.fixture
def judge(judge_path: str, tmp_path: Path) -> Judge:
    """A judge that works in this test's folder."""
    return Judge(judge_path, tmp_path)

"""Where the real elections lie."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

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

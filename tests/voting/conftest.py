"""Where the real elections lie."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real elections beside the repository; without it, say that nothing was checked."""
    folder = Path(os.environ.get("OBSTE_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "pb").is_dir():
        pytest.skip(f"NO REAL ELECTIONS CHECKED: {folder} is absent (set OBSTE_SHARED_DATA)")
    return folder

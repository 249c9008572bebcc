"""How many examples hypothesis tries here, and where the real laws lie.

`OBSTE_TEST_EXAMPLES=5000 ./obste test tests/amendments` is the long form: thousands of examples a property.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = int(os.environ.get("OBSTE_TEST_EXAMPLES", "0"))
SOME = settings(
    max_examples=EXAMPLES or 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture(scope="session")
def laws() -> Path:
    """The folder of real laws beside the repository; without it, say that nothing was checked."""
    folder = Path(os.environ.get("OBSTE_SHARED_DATA") or ROOT.parent / "shared" / "data") / "laws"
    if not folder.is_dir():
        pytest.skip(f"NO REAL LAWS CHECKED: {folder} is absent (set OBSTE_SHARED_DATA)")
    return folder

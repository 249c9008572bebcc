"""Who takes part in an act, how many examples hypothesis tries here, and where the real laws lie.

`OBSTE_TEST_EXAMPLES=5000 ./obste test tests/amendments` is the long form: thousands of examples a property.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.ext.asyncio import AsyncSession

from accounts.policy import Actor
from amendments.models import Act
from amendments.text.comparison import propose_matches, with_ids_of
from amendments.text.reading import read_markdown
from amendments.text.reading.proposal import counted_ids
from amendments.text.record import recordable
from amendments.text.units import Version
from tests.conftest import FrozenClock, skip_or_fail
from tests.make.acts import make_act, make_clerk, make_councillor, make_person
from tests.proposals.conftest import Town

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = int(os.environ.get("OBSTE_TEST_EXAMPLES", "0"))
SOME = settings(
    max_examples=EXAMPLES or 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@pytest.fixture
async def clerk(session: AsyncSession) -> Actor:
    return await make_clerk(session)


@pytest.fixture
async def councillor(session: AsyncSession) -> Actor:
    return await make_councillor(session)


@pytest.fixture
async def author(session: AsyncSession) -> Actor:
    return await make_person(session)


@pytest.fixture
async def act(session: AsyncSession, clerk: Actor, tmp_path: Path) -> Act:
    return await make_act(session, clerk, tmp_path)


@pytest.fixture
def town(app: Any, make_client: Callable[[], httpx.AsyncClient], clock: FrozenClock) -> Town:
    return Town(app, make_client)


@pytest.fixture(scope="session")
def laws() -> Path:
    """The folder of real laws beside the repository; without it, say that nothing was checked."""
    folder = Path(os.environ.get("OBSTE_SHARED_DATA") or ROOT.parent / "shared" / "data") / "laws"
    if not folder.is_dir():
        skip_or_fail(f"no real laws are checked: {folder} is absent (set OBSTE_SHARED_DATA)")
    return folder


def read_apart(text: str) -> Version:
    """Read with ids that no other version has: n0, n1, …"""
    ids = counted_ids()
    return read_markdown(text, new_id=lambda: f"n{ids()[1:]}").version


@pytest.fixture(scope="session")
def companies(laws: Path) -> tuple[Version, Version]:
    """Law 31/1990 before and after four reforms, the second with the ids of the first."""
    old = read_markdown((laws / "RO-798.earlier.md").read_text("utf-8")).version
    new = read_apart((laws / "RO-798.latest.md").read_text("utf-8"))
    return old, with_ids_of(new, recordable(old, new, propose_matches(old, new)))

"""Elections for the tests of the engine: small ones, made by our tools, and the judge to ask about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.belenios import Judge, belenios_path
from tests.conftest import skip_or_fail
from tests.servers import Missing


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

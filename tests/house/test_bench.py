"""Every benchmark can be started by its name, has a short form, and is documented."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings import ROOT
from bench.__main__ import BENCHES
from bench.__main__ import main as run_bench
from bench.load import Answers, make_request, replay

NAMES = sorted(BENCHES)


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_can_be_imported_and_says_what_it_measures(name: str) -> None:
    module = importlib.import_module(BENCHES[name])
    assert callable(module.main)
    assert (module.__doc__ or "").strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_has_a_short_form(name: str) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as end:
        run_bench([name, "--help"])
    assert end.value.code == 0
    assert "--short" in said.getvalue()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("page", ["bench/README.md", "docs/benchmarks.md"])
def test_a_benchmark_is_documented(name: str, page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    assert f"`./obste bench {name}`" in text
    assert f"`./obste bench {name} --short`" in text


def test_an_unknown_name_lists_those_that_exist() -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "bench", "nonsense"], capture_output=True, text=True, env=environ
    )
    assert done.returncode == 2
    assert all(name in done.stderr for name in NAMES)


def test_every_file_of_the_benchmarks_is_named_in_their_readme() -> None:
    text = (ROOT / "bench" / "README.md").read_text("utf-8")
    files = {path.name for path in Path(ROOT / "bench").glob("*.py")} - {"__init__.py"}
    assert {name for name in files if f"`{name}`" not in text} == set()


def test_figures_come_from_every_answer() -> None:
    answers = Answers(
        statuses=[200] * 98 + [404, 500], places=[], ms=[float(n) for n in range(1, 101)], lost=1
    )
    sample = answers.sample(2.0)
    assert (sample.requests, sample.failed, sample.rate) == (100, 3, 50.0)
    assert (sample.p50_ms, sample.p99_ms) == (51.0, 100.0)


def test_a_request_is_whole() -> None:
    request = make_request("POST", "/vote", 8000, cookie="a=b", body=b"x=1")
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == b"x=1"
    assert b"Content-Length: 3" in head
    assert b"Sec-Fetch-Site: same-origin" in head


def test_nothing_answers_where_nobody_listens() -> None:
    with pytest.raises(OSError, match="Connect"):
        replay(1, [make_request("GET", "/", 1)])

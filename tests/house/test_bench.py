"""Every benchmark can be started by its name, has a short form, and is documented."""

import contextlib
import importlib
import io
import itertools
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.settings import ROOT
from bench.__main__ import BENCHES
from bench.__main__ import main as run_bench
from bench.load import Answers, make_request, replay
from bench.plot import Line, Panel, draw

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


def test_a_drawing_shows_every_line_within_its_frame() -> None:
    """Well-formed, a sign a point, names apart and not cut off, in colours for light and dark."""
    lines = tuple(Line(f"rule {n}", ((10, 0.01), (1000, 0.5 + n / 1000))) for n in range(5))
    image = ElementTree.fromstring(  # noqa: S314 — our own drawing
        draw("Seconds & more", "seconds", (Panel("By ballots", "ballots", lines),))
    )
    _, _, width, height = map(float, image.attrib["viewBox"].split())
    space = "{http://www.w3.org/2000/svg}"
    names = [text for text in image.iter(f"{space}text") if text.get("class") == "name"]
    heights = sorted(float(text.attrib["y"]) for text in names)
    assert [text.text for text in names] == [f"rule {n}, {0.5 + n / 1000:.2g} s" for n in range(5)]
    assert all(lower - upper >= 15 for upper, lower in itertools.pairwise(heights))
    assert heights[-1] < height
    assert max(float(text.attrib["x"]) for text in names) + 160 < width
    for path in image.iter(f"{space}polyline"):
        (left, low), (right, high) = (map(float, at.split(",")) for at in path.attrib["points"].split())
        assert 0 < left < right < width
        assert 0 < high < low < height
    assert "prefers-color-scheme: dark" in "".join(image.itertext())

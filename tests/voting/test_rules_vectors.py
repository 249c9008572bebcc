"""Small elections worked out by hand, each with its story."""

import itertools
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from voting.rules import get_rule
from voting.rules.papers import Contest, Paper
from voting.rules.result import Result
from voting.rules.ties import TiePolicy

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))


def count_vector(vector: dict[str, Any]) -> Result:
    """The result of a vector's election."""
    contest = msgspec.convert(vector["contest"], Contest)
    papers = msgspec.convert(vector["papers"], list[tuple[int, Paper]])
    ties = msgspec.convert(vector["ties"], TiePolicy)
    return get_rule(vector["rule"]).count(contest, {paper: number for number, paper in papers}, ties=ties)


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text(encoding="utf-8"))
    expected = vector["expected"]
    result = count_vector(vector)
    assert list(result.winners) == expected["winners"], vector["story"]
    assert result.complete is expected.get("complete", True)
    for name in ("spent", "counted", "blank", "received"):
        assert getattr(result, name) == expected.get(name, getattr(result, name)), name
    assert result.counted + result.blank + sum(r.number for r in result.rejected) == result.received
    stood = {standing.option: standing for standing in result.standings}
    assert {n: stood[n].score for n in expected.get("scores", {})} == expected.get("scores", {})
    assert {n: stood[n].first_places for n in expected.get("first_places", {})} == expected.get(
        "first_places", {}
    )
    for name, reason in expected.get("reasons", {}).items():
        assert result.outcome(name).reason == reason, name
    for name, facts in expected.get("facts", {}).items():
        assert {key: result.outcome(name).facts[key] for key in facts} == facts, name
    for name, amount in expected.get("awarded", {}).items():
        assert result.outcome(name).awarded == amount
    if "settled_by" in expected:
        assert [list(tie.settled_by) for tie in result.ties if tie.matters] == expected["settled_by"]
    if "rejected" in expected:
        assert {r.reason: r.number for r in result.rejected} == expected["rejected"]


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vector_in_every_order_of_its_papers(path: Path) -> None:
    """Not only the same winners: the same bytes, whatever paper comes first."""
    vector = json.loads(path.read_text(encoding="utf-8"))
    one = msgspec.json.encode(count_vector(vector))
    orders = itertools.islice(itertools.permutations(vector["papers"]), 150)
    for papers in [*orders, vector["papers"][::-1]]:
        assert msgspec.json.encode(count_vector(vector | {"papers": papers})) == one


def test_results_survive_json() -> None:
    for path in VECTORS:
        result = count_vector(json.loads(path.read_text(encoding="utf-8")))
        assert msgspec.json.decode(msgspec.json.encode(result), type=Result) == result

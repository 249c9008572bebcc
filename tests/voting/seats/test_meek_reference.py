"""Meek's method as another program counted it: every figure and keep factor, to the ninth decimal."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.voting.seats.dumps import dump_of, rounds_of, single_spaced
from voting.rules import get_rule
from voting.rules.formats.blt_read import read_blt
from voting.rules.ties import TiePolicy


@pytest.mark.parametrize("name", ["42", "42t", "42u", "513", "M135", "SC", "SC-Vm-12"])
def test_small_cases(name: str, shared_data: Path) -> None:
    """The other program excludes the earliest of a tie in the order of the file or its `[tie ...]` line; a
    drawn order prefers its first, so it is turned round.
    """
    folder = shared_data / "ranked" / "stv-cases"
    election = read_blt((folder / f"{name}.blt").read_bytes())
    order = election.tie_order or tuple(option.id for option in election.contest.options)
    result = get_rule("stv/meek").count(
        election.contest, election.papers, ties=TiePolicy(drawn=tuple(reversed(order)))
    )
    titles = {option.id: single_spaced(option.title) for option in election.contest.options}
    dump = dump_of(folder / f"{name}-meek-prf-o6-fixed-p9-d9.txt")
    assert result.complete
    assert {titles[won] for won in result.winners} == dump[-1].elected
    stages = {line.number: line for line in reversed(dump) if line.action in ("elect", "defeat")}
    stages.pop("0", None)
    assert len(result.rounds) == len(stages)
    for one, figures in zip(result.rounds, rounds_of(result, titles), strict=True):
        line = stages[str(one.number)]
        assert figures == line.votes, one.number
        assert Fraction(one.quota) == line.quota
        keep = {titles[key[5:]]: Fraction(v) for key, v in one.facts.items() if key.startswith("keep:")}
        elected_now = {titles[name] for name in one.elected}
        assert keep == {
            name: line.keep[name]
            for name, state in line.state.items()
            if state == "E" and name not in elected_now
        }

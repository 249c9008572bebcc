"""STV as another program counted it, every figure of every stage: Glasgow 2007 and cases full of ties."""

from fractions import Fraction
from pathlib import Path

import pytest

from tests.voting.seats.dumps import Line, dump_of, rounds_of, single_spaced
from voting.rules import get_rule
from voting.rules.formats.blt_read import read_blt
from voting.rules.formats.ranked import RankedElection
from voting.rules.ties import TiePolicy

SMALL = ("42", "42t", "42u", "513", "M135", "SC", "SC-Vm-12")


def drawn_for(election: RankedElection, *, first: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The order that makes our lots fall as the other program's: it takes the earliest of a tie in the order
    of the file (or of its `[tie ...]` line), for exclusions too, where we take the last. `first` are those
    tied for a surplus.
    """
    order = election.tie_order or tuple(option.id for option in election.contest.options)
    return (*first, *(name for name in reversed(order) if name not in first))


def assert_same_stages(election: RankedElection, rule: str, dump: list[Line], ties: TiePolicy) -> None:
    result = get_rule(rule).count(election.contest, election.papers, ties=ties)
    titles = {option.id: single_spaced(option.title) for option in election.contest.options}
    assert result.complete
    assert {titles[name] for name in result.winners} == dump[-1].elected
    theirs = [line for line in dump if line.action in ("begin", "transfer")]
    stages = [theirs[0]]
    for line in theirs[1:]:
        # A surplus of nothing is a stage there; the order of 2007 moves only what exceeds the quota.
        moved = line.votes != stages[-1].votes or rule != "stv/scottish" or _excludes(dump, line)
        if moved:
            stages.append(line)
    ours = rounds_of(result, titles)
    assert len(ours) == len(stages)
    for one, figures, line in zip(result.rounds, ours, stages, strict=True):
        assert figures == line.votes, one.number
        assert Fraction(one.quota) == line.quota
        assert Fraction(one.exhausted) == line.extra["Non-Transferable"]


def _excludes(dump: list[Line], line: Line) -> bool:
    return any(other.action == "defeat" and other.number == line.number for other in dump)


def test_glasgow_2007(shared_data: Path) -> None:
    """21 wards, and two small elections that a tie at an earlier stage decides."""
    folder = shared_data / "ranked" / "glasgow-2007"
    files = sorted((folder / "blt").glob("*.blt"))
    assert len(files) == 23
    for path in files:
        election = read_blt(path.read_bytes())
        dump = dump_of(folder / "ref" / f"{path.stem}-scotland-fixed-p5-d5.txt")
        ties = TiePolicy(criteria=("earlier_rounds",), drawn=drawn_for(election))
        assert_same_stages(election, "stv/scottish", dump, ties)


@pytest.mark.parametrize("name", SMALL)
def test_small_cases_by_the_scottish_rules(name: str, shared_data: Path) -> None:
    folder = shared_data / "ranked" / "stv-cases"
    election = read_blt((folder / f"{name}.blt").read_bytes())
    ties = TiePolicy(criteria=("earlier_rounds",), drawn=drawn_for(election, first=("A",)))
    assert_same_stages(election, "stv/scottish", dump_of(folder / f"{name}-scotland-fixed-p5-d5.txt"), ties)


@pytest.mark.parametrize("name", SMALL)
def test_small_cases_by_the_reference_rule(name: str, shared_data: Path) -> None:
    folder = shared_data / "ranked" / "stv-cases"
    election = read_blt((folder / f"{name}.blt").read_bytes())
    ties = TiePolicy(drawn=drawn_for(election, first=("A",)))
    assert_same_stages(election, "stv/wigm", dump_of(folder / f"{name}-wigm-prf-fixed-p4-d4.txt"), ties)

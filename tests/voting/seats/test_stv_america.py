"""American councils as their cities counted them."""

from pathlib import Path

import pytest

from voting.rules import get_rule
from voting.rules.formats.cvr import read_cvr
from voting.rules.ties import REPORT, TiePolicy

LINN_OWENS = ("David Linn", "Peggy Sue Owens")


@pytest.mark.parametrize("drawn", [LINN_OWENS, LINN_OWENS[::-1]])
def test_portland_2024_district_1(drawn: tuple[str, ...], shared_data: Path) -> None:
    """The official quota and councillors. In this file, as published for analysis, two candidates tie for
    exclusion with 1,441 votes; whoever the lot spares, the same are elected.
    """
    raw = (shared_data / "ranked" / "portland-2024" / "Portland_D1_Condensed.csv").read_bytes()
    election = read_cvr(raw, seats=3)
    result = get_rule("stv/portland").count(election.contest, election.papers, ties=TiePolicy(drawn=drawn))
    assert result.complete
    assert result.winners == ("Candace Avalos", "Loretta Smith", "Jamie Dunphy")
    assert result.facts["quota"] == "10670"
    assert [(tie.options, tie.settled_by) for tie in result.ties] == [(LINN_OWENS, ("drawn",))]
    assert dict(result.rounds[0].votes)["Candace Avalos"] == "8307"


def test_portland_waits_for_its_lot(shared_data: Path) -> None:
    raw = (shared_data / "ranked" / "portland-2024" / "Portland_D1_Condensed.csv").read_bytes()
    election = read_cvr(raw, seats=3)
    result = get_rule("stv/portland").count(election.contest, election.papers, ties=REPORT)
    assert not result.complete
    assert {o.option for o in result.outcomes if o.reason == "tie_unresolved"} == set(LINN_OWENS)
    assert result.winners == ()


def test_minneapolis_2013_by_the_ordinance(shared_data: Path) -> None:
    """The official winner after the official number of rounds. The ordinance's threshold is a majority of
    all valid papers, which nobody reached: Hodges wins as the last one left.
    """
    raw = (shared_data / "ranked" / "minneapolis-2013" / "mn_2013_cast_vote_record.csv").read_bytes()
    election = read_cvr(raw)
    result = get_rule("stv/minneapolis").count(election.contest, election.papers, ties=REPORT)
    assert result.winners == ("BETSY HODGES",)
    assert result.outcome("BETSY HODGES").reason == "elected_to_fill"
    assert len(result.rounds) == 33
    assert result.rounds[0].excluded == ("UWI",)
    assert result.rounds[-1].excluded == ("MARK ANDREW",)
    assert result.counted + result.blank == result.received == 80_101

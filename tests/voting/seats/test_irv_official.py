"""Instant runoff as two cities counted it, round by round."""

import json
from pathlib import Path

from voting.rules import get_rule
from voting.rules.formats.cvr import read_cvr
from voting.rules.ties import REPORT


def test_minneapolis_2013_all_33_rounds(shared_data: Path) -> None:
    """Every tally, every majority and every inactive ballot of the tabulator's report."""
    folder = shared_data / "ranked" / "minneapolis-2013"
    election = read_cvr((folder / "mn_2013_cast_vote_record.csv").read_bytes())
    report = json.loads((folder / "2013_minneapolis_mayor_expected_detailed_report.json").read_text())
    result = get_rule("irv/maine").count(election.contest, election.papers, ties=REPORT)
    assert result.complete
    assert result.winners == ("BETSY HODGES",)
    assert result.received == int(report["summary"]["totalNumBallots"])
    assert result.blank == report["summary"]["undervotes"]
    assert len(result.rounds) == len(report["results"]) == 33
    for ours, theirs in zip(result.rounds, report["results"], strict=True):
        tally = {
            name.replace("Undeclared Write-ins", "UWI"): votes for name, votes in theirs["tally"].items()
        }
        assert {name.replace('"', ""): votes for name, votes in ours.votes} == tally
        assert ours.facts["majority"] == int(theirs["threshold"])
        assert int(ours.exhausted) == sum(int(number) for number in theirs["inactiveBallots"].values())
        gone = {row["eliminated"] for row in theirs["tallyResults"] if "eliminated" in row}
        assert {
            name.replace("UWI", "Undeclared Write-ins").replace('"', "") for name in ours.excluded
        } == gone
    assert dict(result.rounds[-1].votes) == {"BETSY HODGES": "38852", "MARK ANDREW": "24942"}


def test_burlington_2009(shared_data: Path) -> None:
    """The published rounds. Wright's 4,061 in the last one hold a paper that this file cannot give him: after
    Montroll and Smith it has `overvote`. The other file of the election says what stood there, "Wright =
    Simpson", and Simpson had left.
    """
    folder = shared_data / "ranked" / "burlington-2009"
    raw = (folder / "us_vt_btv_2009_03_mayor.normalized.csv").read_bytes()
    assert "1:Montroll>Smith>Wright=Simpson>Kiss" in (folder / "burl2009.abif").read_text().splitlines()
    election = read_cvr(raw)
    result = get_rule("irv/batch").count(election.contest, election.papers, ties=REPORT)
    assert [dict(one.votes) for one in result.rounds] == [
        {
            "Kurt Wright": "2951",
            "Bob Kiss": "2585",
            "Andy Montroll": "2063",
            "Dan Smith": "1306",
            "Write-in": "36",
            "James Simpson": "35",
        },
        {"Kurt Wright": "3294", "Bob Kiss": "2981", "Andy Montroll": "2554"},
        {"Bob Kiss": "4313", "Kurt Wright": str(4061 - 1)},
    ]
    assert result.winners == ("Bob Kiss",)
    assert get_rule("irv").count(election.contest, election.papers, ties=REPORT).winners == ("Bob Kiss",)

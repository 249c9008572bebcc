"""Envelopes that are ceilings: what an area gets together is limited. Money of its own: test_apart.py."""

import pytest

from voting.rules import get_rule
from voting.rules.papers import ApprovalPaper, Contest, Envelope, Option
from voting.rules.result import Result
from voting.rules.ties import REPORT


def count(rule: str, envelope: Envelope) -> Result:
    """Two projects of the park area, one outside; everybody approves all."""
    options = (
        Option(id="P1", title="P1", cost=300, area="Parc"),
        Option(id="P2", title="P2", cost=400, area="Parc"),
        Option(id="P3", title="P3", cost=200, area="Gara"),
    )
    contest = Contest(options=options, budget=1000, vote_type="approval", envelopes=(envelope,))
    papers = {ApprovalPaper(("P1", "P2", "P3")): 3, ApprovalPaper(("P1",)): 2, ApprovalPaper(("P2",)): 1}
    return get_rule(rule).count(contest, papers, ties=REPORT)


@pytest.mark.parametrize("rule", ["greedy", "equalshares/add1", "equalshares/ranked", "equalshares/add1u"])
def test_an_area_gets_no_more_than_its_envelope(rule: str) -> None:
    result = count(rule, Envelope(by="area", name="Parc", amount=500, kind="most"))
    assert set(result.winners) == {"P1", "P3"}
    assert result.outcome("P2").reason == "envelope_spent"
    assert result.outcome("P2").facts["envelope"] == "Parc"
    assert result.outcome("P2").facts["missing"] == 200


@pytest.mark.parametrize("rule", ["greedy", "equalshares/add1"])
def test_an_envelope_that_is_large_enough_changes_nothing(rule: str) -> None:
    result = count(rule, Envelope(by="area", name="Parc", amount=700, kind="most"))
    assert set(result.winners) == {"P1", "P2", "P3"}


@pytest.mark.parametrize("rule", ["greedy", "equalshares", "equalshares/add1"])
def test_one_option_too_dear_for_its_envelope_is_out_though_everything_fits_the_budget(rule: str) -> None:
    result = count(rule, Envelope(by="area", name="Gara", amount=199, kind="most"))
    assert set(result.winners) == {"P1", "P2"}
    assert result.outcome("P3").facts["missing"] == 1

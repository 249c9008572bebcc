"""A record of every rule that fills seats is verified from its file; a changed figure is found by name."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from voting.rules import RULES, get_rule
from voting.rules.papers import (
    ApprovalPaper,
    Contest,
    Option,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
)
from voting.rules.record import encode_record, make_record
from voting.rules.ties import TiePolicy, lot_for
from voting.verify import count_file, verify_record
from voting.verify.election import needs_of

SEATED = tuple(name for name, rule in RULES.items() if rule.elects == "seats")
LOT = TiePolicy(criteria=("earlier_rounds",), lot=lot_for("six dice: 4 1 6 2 2 5"))
PAPERS: Mapping[str, dict[Paper, int]] = {
    "ordinal": {
        RankedPaper(("a", "b")): 7,
        RankedPaper(("b", "c")): 3,
        RankedPaper(("c",)): 3,
        RankedPaper(): 1,
    },
    "preference": {PreferencePaper((("a", "b"), ("c",))): 4, PreferencePaper(((), ("c",), ("b",))): 3},
    "approval": {ApprovalPaper(("a", "b")): 4, ApprovalPaper(("c",)): 3},
    "scoring": {ScoringPaper((("a", 2), ("b", 1))): 4, ScoringPaper((("c", 2),)): 3},
}


def record_of(name: str, vote_type: str) -> bytes:
    """A record of a small contest by that rule."""
    rule, more = get_rule(name), dict[str, Any]()
    if "default_option" in needs_of(rule):
        more["default_option"] = "c"
    contest = Contest(
        options=tuple(Option(id=option, title=option.upper()) for option in "abc"),
        vote_type=vote_type,  # type: ignore[arg-type]
        seats=1 if "single_seat" in needs_of(rule) else 2,
        grades=("bad", "fair", "good") if vote_type == "scoring" else (),
        **more,
    )
    papers = PAPERS[vote_type]
    result = rule.count(contest, papers, ties=LOT)
    assert result.complete
    return encode_record(
        make_record(poll_id="1", title="t", contest=contest, papers=papers, ties=LOT, result=result)
    )


@pytest.mark.parametrize(
    ("name", "vote_type"),
    [(name, vote_type) for name in SEATED for vote_type in RULES[name].vote_types],
)
def test_a_record_of_every_rule_holds_and_tells_when_it_was_changed(name: str, vote_type: str) -> None:
    raw = record_of(name, vote_type)
    assert verify_record(raw).ok
    record = json.loads(raw)
    assert list(count_file(raw).winners) == record["result"]["winners"]
    assert len(record["result"]["winners"]) == record["contest"]["seats"]

    record["result"]["winners"] = ["c"] if record["result"]["winners"] != ["c"] else ["a"]
    assert "winners" in failed(record)
    record = json.loads(raw)
    record["result"]["seats"] += 1
    assert failed(record) == ["result.seats"]
    record = json.loads(raw)
    record["contest"]["seats"] = 3
    assert "input_digest" in failed(record)
    for part in ("rounds", "pairwise", "standings", "outcomes"):
        record = json.loads(raw)
        if record["result"][part]:
            record["result"][part] = record["result"][part][:-1]
            assert failed(record) == [f"result.{part}"]


def failed(record: dict[str, Any]) -> list[str]:
    """The checks that a changed record does not pass."""
    raw = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return [check.name for check in verify_record(raw).failed]


def test_a_record_of_projects_cannot_be_passed_off_as_one_of_seats() -> None:
    record = json.loads(record_of("stv/scottish", "ordinal"))
    record["rule"] = "greedy"
    assert {"recount", "rule_parameters", "result_rule"} <= set(failed(record))

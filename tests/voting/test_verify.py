"""An honest record checks; every way of tampering with it is found, by name."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.settings import ROOT
from tests.make.contests import make_contest
from voting.rules import get_rule
from voting.rules.papers import Paper, RankedPaper, digest, encode_paper
from voting.rules.record import decode_record, encode_record, make_record, record_digest
from voting.rules.ties import TiePolicy, lot_for
from voting.sealing.box import BoxEntry, append, code_statuses, commit, genesis, new_receipt, new_salt
from voting.verify import Unreadable, count_file, count_main, main, verify_record
from voting.verify.meanings import has_meaning, meaning

POLL = "7b0c8f1e-0000-4000-8000-000000000001"
PAPERS: list[Paper] = [
    RankedPaper(("P03", "P01")),
    RankedPaper(("P01", "P02")),
    RankedPaper(("P01", "P02")),
    RankedPaper(("P02",)),
    RankedPaper(),
]
Spoil = Callable[[dict[str, Any]], None]


def honest(*, explain: bool = False) -> bytes:
    """The record of five ballots and one that was replaced."""
    contest = make_contest(
        {"P01": 600, "P02": 300, "P03": 500},
        budget=1000,
        vote_type="ordinal",
        points_by_place=(2, 1),
        max_length=2,
    )
    ties = TiePolicy(criteria=("lowest_cost",), lot=lot_for("six dice: 4 1 6 2 2 5"))
    box: list[BoxEntry] = []
    head = genesis(digest(contest))
    for index, paper in enumerate([RankedPaper(("P02",)), *PAPERS]):
        replaces = box[0].code if index == 1 else None
        sealed = commit(new_salt(), encode_paper(paper))
        entry = append(head, code=new_receipt(POLL)[1], commitment=sealed, replaces=replaces)
        box.append(entry)
        head = entry.head
    result = get_rule("greedy").count(contest, PAPERS, ties=ties, explain=explain)
    record = make_record(
        poll_id=POLL,
        title="Sector 5",
        contest=contest,
        papers=PAPERS,
        ties=ties,
        result=result,
        box=[(e.position, e.code, e.commitment, e.replaces, e.hash) for e in box],
        statuses=code_statuses(box),
    )
    return encode_record(record)


def test_an_honest_record_holds() -> None:
    raw = honest()
    verification = verify_record(raw, expected_digest=record_digest(decode_record(raw)))
    assert verification.ok, verification.failed
    assert verification.kind == "record"
    assert verify_record(gzip.compress(raw)).ok


def test_what_could_have_been_is_counted_again_too() -> None:
    raw = honest(explain=True)
    assert verify_record(raw).ok
    told = json.loads(raw)
    assert told["result"]["counterfactuals"][0]["option"] == "P03"
    told["result"]["counterfactuals"][0]["more_supporters"] += 1
    found = verify_record(
        json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    assert [check.name for check in found.failed] == ["result.counterfactuals"]


def test_papers_and_codes_meet_nowhere() -> None:
    """Papers and codes each have an order of their own, whatever the order of casting was."""
    record = decode_record(honest())
    assert [number for number, _ in record.papers] == [2, 1, 1, 1]
    texts = [encode_paper(paper) for _, paper in record.papers]
    assert texts == sorted(texts)
    assert [code for code, _ in record.codes] == sorted(code for code, _ in record.codes)


def _paper_changed(record: dict[str, Any]) -> None:
    record["papers"][0][1]["places"] = ["P02"]


def _number_changed(record: dict[str, Any]) -> None:
    record["papers"][1][0] += 1


def _ballot_dropped(record: dict[str, Any]) -> None:
    del record["papers"][0]


def _ballot_dropped_and_recounted(record: dict[str, Any]) -> None:
    """All that one can recompute from what is left is made to fit."""
    del record["papers"][0]
    honest_record = decode_record(json.dumps(record).encode())
    papers = {paper: number for number, paper in honest_record.papers}
    result = get_rule("greedy").count(honest_record.contest, papers, ties=honest_record.ties)
    record["result"] = json.loads(encode_record(make_record_of(honest_record, papers, result)))["result"]


def make_record_of(record: Any, papers: Any, result: Any) -> Any:
    return make_record(
        poll_id=record.poll_id,
        title=record.title,
        contest=record.contest,
        papers=papers,
        ties=record.ties,
        result=result,
    )


def _winner_changed(record: dict[str, Any]) -> None:
    record["result"]["winners"] = ["P03"]


def _reason_changed(record: dict[str, Any]) -> None:
    record["result"]["outcomes"][0]["facts"]["score"] = 99


def _cost_changed(record: dict[str, Any]) -> None:
    record["contest"]["options"][0]["cost"] += 1


def _budget_changed(record: dict[str, Any]) -> None:
    record["contest"]["budget"] += 1000


def _rule_changed(record: dict[str, Any]) -> None:
    record["rule"] = "greedy-no-skip"


def _rule_unknown(record: dict[str, Any]) -> None:
    record["rule"] = "as-the-mayor-likes"


def _version_changed(record: dict[str, Any]) -> None:
    record["rule_version"] = 99


def _parameter_changed(record: dict[str, Any]) -> None:
    record["params"]["on_misfit"] = "stop"


def _seed_changed(record: dict[str, Any]) -> None:
    record["ties"]["lot"]["seed"] = "another seed"


def _code_replaced(record: dict[str, Any]) -> None:
    record["codes"][0][0] = "0000-0000-0000"


def _status_changed(record: dict[str, Any]) -> None:
    for row in record["codes"]:
        row[1] = "counted"


def _code_replaced_in_box(record: dict[str, Any]) -> None:
    record["box"][2][1] = "0000-0000-0000"


def _chain_broken(record: dict[str, Any]) -> None:
    record["box"][2][2] = "0" * 64


def _box_entry_dropped(record: dict[str, Any]) -> None:
    del record["box"][-1]


def _box_thrown_away(record: dict[str, Any]) -> None:
    record["box"], record["codes"], record["box_head"] = [], [], None


def _papers_unsorted(record: dict[str, Any]) -> None:
    record["papers"].reverse()


def _counted_changed(record: dict[str, Any]) -> None:
    record["result"]["blank"] -= 1


@pytest.mark.parametrize(
    ("spoil", "found_by"),
    [
        (_paper_changed, "input_digest"),
        (_number_changed, "ballots_in_box"),
        (_ballot_dropped, "papers_counted"),
        (_ballot_dropped_and_recounted, "ballots_in_box"),
        (_winner_changed, "winners"),
        (_reason_changed, "result.outcomes"),
        (_cost_changed, "input_digest"),
        (_cost_changed, "box_chain"),
        (_budget_changed, "result.budget"),
        (_rule_changed, "result_rule"),
        (_rule_unknown, "rule_known"),
        (_version_changed, "rule_version"),
        (_parameter_changed, "rule_parameters"),
        (_seed_changed, "tie_seed"),
        (_code_replaced, "codes_of_box"),
        (_status_changed, "codes_of_box"),
        (_code_replaced_in_box, "box_chain"),
        (_chain_broken, "box_chain"),
        (_box_entry_dropped, "box_chain"),
        (_box_thrown_away, "ballots_in_box"),
        (_papers_unsorted, "papers_sorted"),
        (_counted_changed, "nothing_dropped"),
    ],
)
def test_tampering_is_found(spoil: Spoil, found_by: str) -> None:
    record = json.loads(honest())
    spoil(record)
    raw = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    verification = verify_record(raw)
    assert not verification.ok
    assert found_by in [check.name for check in verification.failed]


def test_a_record_forged_as_a_whole_is_found_by_its_digest() -> None:
    published = record_digest(decode_record(honest()))
    forged = honest()  # other salts, other codes: consistent, but another record
    assert verify_record(forged).ok
    assert [check.name for check in verify_record(forged, expected_digest=published).failed] == ["digest"]


def test_a_record_written_in_another_form_is_told() -> None:
    loose = json.dumps(json.loads(honest()), indent=1).encode()
    assert [check.name for check in verify_record(loose).failed] == ["canonical"]


def test_imported_ballots_have_no_box() -> None:
    record = decode_record(honest())
    imported = make_record_of(record, PAPERS, record.result)
    assert verify_record(encode_record(imported)).ok
    raw = json.loads(honest()) | {"origin": "imported"}
    assert "box_absent" in [check.name for check in verify_record(json.dumps(raw).encode()).failed]


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[1]", b'{"format":"other"}', b"\x1f\x8bnot gzip", b"{" * 100_000]
)
def test_what_cannot_be_read(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        verify_record(raw)


def pb_text(**changes: str) -> str:
    parts = {"votes": "3", "cost": "600", "selected": "1", "num_votes": "4", "rule": "greedy"} | changes
    return (
        "META\nkey;value\nbudget;1000\nvote_type;approval\nnum_projects;2\n"
        f"num_votes;{parts['num_votes']}\nrule;{parts['rule']}\nPROJECTS\nproject_id;cost;votes;selected\n"
        f"1;{parts['cost']};{parts['votes']};{parts['selected']}\n2;500;2;0\nVOTES\nvoter_id;vote\na;1\nb;1,2\nc;1\nd;2\n"
    )


@pytest.mark.parametrize(
    ("changes", "found_by"),
    [
        ({}, None),
        ({"selected": "0"}, "selected"),
        ({"votes": "4"}, "votes"),
        ({"num_votes": "5"}, "num_votes"),
        ({"cost": "1001"}, "selected"),
        ({"rule": "unknown"}, "rule_known"),
        ({"rule": "greedy-threshold"}, "threshold"),
    ],
)
def test_pabulib_files(changes: dict[str, str], found_by: str | None, tmp_path: Path) -> None:
    file = tmp_path / "election.pb"
    file.write_text(pb_text(**changes), encoding="utf-8")
    verification = verify_record(file)
    assert verification.kind == "pb"
    assert [check.name for check in verification.failed] == ([found_by] if found_by else [])
    assert main([str(file)]) == (1 if found_by else 0)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record, file = tmp_path / "record.json", tmp_path / "election.pb"
    record.write_bytes(honest())
    file.write_text(pb_text(), encoding="utf-8")
    assert main([str(record)]) == 0
    assert "everything holds" in capsys.readouterr().out
    assert main([str(record), "--digest", "0" * 64]) == 1
    assert "DIFFERS digest" in capsys.readouterr().out
    assert main([str(record), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    assert main([str(tmp_path / "absent.json")]) == 2
    assert count_main([str(file), "--rule", "greedy", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["winners"] == ["1"]
    assert count_main([str(file)]) == 0
    assert "WINNERS\n  1  1  6" in capsys.readouterr().out
    assert count_main([str(file), "--rule", "as-the-mayor-likes"]) == 1
    assert count_main([str(tmp_path)]) == 2
    assert count_file(record).winners == decode_record(honest()).result.winners


def test_a_real_election_is_verified_from_its_file(shared_data: Path) -> None:
    assert verify_record(shared_data / "pb" / "Poland_Krakow_2025_Nowa_Huta.pb").ok


def test_every_check_has_its_meaning_in_both_languages() -> None:
    sources = "".join(path.read_text("utf-8") for path in sorted((ROOT / "voting/verify").glob("*.py")))
    named = set(re.findall(r'\bcheck\(\s*"([a-z_]+)"', sources)) | {
        "result.winners_by_round",
        "votes",
        "score",
    }
    assert len(named) > 25
    for name in named:
        assert has_meaning(name), f"say what it means in voting/verify/meanings.py: {name}"
        assert meaning("en", name) != meaning("ro", name)


@pytest.mark.parametrize(
    ("language", "verdict"), [("en", "everything holds"), ("ro", "totul este în regulă")]
)
def test_verify_says_in_plain_words_what_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, verdict: str
) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(honest())
    assert main([str(path), "--lang", language]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{path}: {verdict}"
    assert meaning("ro" if language == "ro" else "en", "winners") in "\n".join(lines)

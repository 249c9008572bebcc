"""A record with papers is checked by its file alone; every way of tampering with them is found, by name."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.kit import register
from tests.make.paper import CLOSING, ballot, close, confirm_close, give, make_paper_poll, settle
from tests.voting.test_verify import PAPERS, POLL, honest
from voting import service
from voting.rules import get_rule
from voting.rules.papers import RankedPaper, canonical
from voting.rules.record import ElectionRecord, as_json, decode_record, encode_record, make_record
from voting.rules.sheets import PaperPart, PlaceReport, make_paper_part, paper_digest
from voting.rules.tally import group_papers
from voting.verify import main, verify_record

ON_PAPER = [RankedPaper(("P03",)), RankedPaper(("P01", "P02")), RankedPaper(), RankedPaper(("P03",))]
REPORTS = (
    PlaceReport(
        number=1,
        name="Școala 141",
        received=50,
        given=4,
        returned=1,
        unused=47,
        in_box=3,
        blank=1,
        spoiled=0,
        signed_by=("Ana", "Ion"),
    ),
    PlaceReport(
        number=2,
        name="Biblioteca",
        received=50,
        given=3,
        returned=0,
        unused=48,
        in_box=2,
        blank=0,
        spoiled=1,
        assisted=2,
        explanation="Un alegător a plecat cu buletinul.",
        signed_by=("Ana", "Ion"),
    ),
)
Spoil = Callable[[dict[str, Any]], None]


@cache
def with_paper() -> ElectionRecord:
    """The honest record of test_verify.py, with five papers of two places, one of them spoiled."""
    base = decode_record(honest())
    part = make_paper_part(ON_PAPER, REPORTS, salt="a-salt")
    papers = [*PAPERS, *ON_PAPER]
    result = get_rule("greedy").count(base.contest, papers, ties=base.ties)
    return make_record(
        poll_id=POLL,
        title=base.title,
        contest=base.contest,
        papers=papers,
        ties=base.ties,
        result=result,
        box=base.box,
        statuses=dict(base.codes),
        paper=part,
    )


def forged(change: Spoil) -> bytes:
    """The record after a change of its paper part, with everything that can be made anew made anew: the
    papers' digest, the list of all papers, the count and its digests.
    """
    record = with_paper()
    told = as_json(record)
    told["paper"] = as_json(record.paper)
    change(told)
    papers_too, digest_too = told.pop("papers_too", True), told.pop("digest_too", True)
    part = decode_record(canonical(told)).paper
    assert isinstance(part, PaperPart)
    papers = [*PAPERS, *(paper for number, paper in part.papers for _ in range(number))]
    if papers_too:
        told["papers"] = as_json([(number, paper) for paper, number in group_papers(papers).items()])
        result = get_rule("greedy").count(record.contest, papers, ties=record.ties)
        told["result"] = as_json(result)
    if digest_too:
        told["paper_digest"] = paper_digest(part)
    return canonical(told)


def failed(raw: bytes) -> list[str]:
    return [check.name for check in verify_record(raw).failed]


def test_an_honest_record_with_papers_holds() -> None:
    record = with_paper()
    assert (record.electronic, record.result.received) == (5, 9)
    verification = verify_record(encode_record(record))
    assert verification.ok, verification.failed
    assert forged(lambda told: None) == encode_record(record), "the forger's tools are exact"


def test_a_record_without_papers_is_written_as_before() -> None:
    told = json.loads(honest())
    assert not {"paper", "paper_digest", "electronic"} & set(told)
    told["electronic"] = 5
    assert failed(canonical(told)) == ["paper_absent"]


def swap_one(told: dict[str, Any]) -> None:
    told["paper"]["papers"] = [[2, ["P02"]] if paper == ["P03"] else [n, paper] for n, paper in _lists(told)]
    _as_papers(told)


def _lists(told: dict[str, Any]) -> list[tuple[int, list[str]]]:
    return [(number, paper["places"]) for number, paper in told["paper"]["papers"]]


def _as_papers(told: dict[str, Any]) -> None:
    rows = [[number, {"places": places, "type": "ordinal"}] for number, places in told["paper"]["papers"]]
    told["paper"]["papers"] = sorted(rows, key=lambda row: canonical(row[1]))


def place(number: int, **changes: object) -> Spoil:
    return lambda told: told["paper"]["places"][number - 1].update(changes)


def keep(change: Spoil, **also: object) -> Spoil:
    """The change by a forger who leaves something as it was."""

    def both(told: dict[str, Any]) -> None:
        change(told)
        told.update(also)

    return both


def add_paper(told: dict[str, Any]) -> None:
    told["paper"]["papers"][0][0] += 1


def drop_papers(told: dict[str, Any]) -> None:
    told["paper"]["papers"].pop()


def turn_round(told: dict[str, Any]) -> None:
    told["paper"]["papers"].reverse()


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (keep(swap_one, digest_too=False), ["paper_digest"]),
        (keep(swap_one, papers_too=False), ["paper_included"]),
        (add_paper, ["paper_in_boxes"]),
        (
            keep(add_paper, papers_too=False),
            ["ballots_in_box", "paper_electronic", "paper_in_boxes"],
        ),
        (drop_papers, ["paper_in_boxes", "paper_blank"]),
        (turn_round, ["paper_sorted"]),
        (place(1, in_box=4, unused=46, given=5), ["paper_in_boxes"]),
        (place(1, blank=2), ["paper_blank"]),
        (place(2, spoiled=2), ["paper_in_boxes"]),
        (place(2, spoiled=3, in_box=2), ["paper_in_boxes", "paper_protocols"]),
        (place(2, explanation=""), ["paper_explained"]),
        (place(1, given=9), ["paper_explained"]),
        (place(1, received=51), ["paper_explained"]),
        (place(2, signed_by=["Ana"]), ["paper_signed"]),
        (place(2, name="Altundeva"), []),  # consistent in itself: its digest tells, see below
        (keep(place(2, name="Altundeva"), digest_too=False), ["paper_digest"]),
        (keep(lambda told: None, electronic=6), ["paper_electronic"]),
    ],
)
def test_tampering_with_the_papers_is_found_by_name(change: Spoil, names: list[str]) -> None:
    assert failed(forged(change)) == names


@pytest.mark.parametrize(
    "change",
    [
        {"paper": {"papers": [[-5, {"places": ["P01"], "type": "ordinal"}]], "places": [], "salt": ""}},
        {"paper": {"papers": [[10**11, {"places": ["P01"], "type": "ordinal"}]], "places": [], "salt": ""}},
        {"paper": {"papers": [], "places": [], "salt": ""}},
        {"paper": 7},
        {"paper_digest": None},
    ],
)
def test_a_hostile_file_is_refused_or_differs(change: dict[str, object], tmp_path: Any, capsys: Any) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(canonical(as_json(with_paper()) | change))
    assert main([str(path)]) in (1, 2)
    assert "Traceback" not in capsys.readouterr().err


async def test_the_register_holds_the_papers_since_before_the_count(
    session: AsyncSession, tmp_path: Any, capsys: Any
) -> None:
    paper = await make_paper_poll(session)
    await give(session, paper, voters=2)
    await close(session, paper)
    await settle(session, paper, {1: [ballot("P01"), ballot("P02")], 2: []})
    await confirm_close(session, paper)
    content = await service.load_box(session, paper.id)
    assert content is not None
    counted = service.count_box(content)
    await service.publish_result(session, paper.id, counted, [], now=CLOSING)
    facts = await register.list_facts(session, limit=1000)
    lines = [canonical(fact) for fact in reversed(facts)]
    raw = counted.files[0].content
    whole = b"\n".join(lines)
    assert verify_record(raw, register=whole).ok
    swapped = decode_record(raw.replace(b'["P01"]', b'["P03"]'))
    assert swapped.paper
    told = as_json(swapped) | {"paper_digest": paper_digest(swapped.paper)}
    names = [check.name for check in verify_record(canonical(told), register=whole).failed]
    assert {"register_record", "register_paper"} <= set(names)
    cut = b"\n".join(line for line in lines if b"papers_settled" not in line)
    names = [check.name for check in verify_record(raw, register=cut).failed]
    assert names == ["register_chain", "register_paper", "register_order"]
    record, book = tmp_path / "record.json", tmp_path / "register.jsonl"
    record.write_bytes(raw)
    book.write_bytes(whole)
    assert main([str(record), "--register", str(book)]) == 0
    assert "(register_order)" in capsys.readouterr().out

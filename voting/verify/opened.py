"""A record beside the archive of its sealed vote: what was counted is what the trustees opened."""

from pathlib import Path

import msgspec

from voting.rules.announced import announced_digest, announced_of
from voting.rules.opened import papers_of
from voting.rules.papers import Paper
from voting.rules.record import ElectionRecord
from voting.sealing.election import bound_contest
from voting.sealing.verify import Checked
from voting.verify.checks import Check, Verification, check, verify_record
from voting.verify.election import electronic_papers, read_record
from voting.verify.facts import find_fact, read_register, stated_in
from voting.verify.source import read_source

SHOWN = 3  # papers of a difference


def verify_counted(
    source: str | Path | bytes, checked: Checked, *, register: str | Path | bytes | None = None
) -> Verification:
    """Check a record by itself, count it again, and compare it with the archive of its vote; with the public
    register as downloaded, also that it holds both, and the papers that were fixed before the opening.

    Raises: Unreadable.
    """
    content = read_source(source)
    verification = verify_record(content, register=register)
    record = read_record(content)
    checks = (*verification.checks, *opened_checks(record, checked))
    if register is not None and checked.stage == "Result":
        facts = read_register(read_source(register))
        opened = stated_in(find_fact(facts, record.poll_id, "poll.ballots_opened"), "board_head")
        checks = (*checks, check("register_archive", opened, checked.head.hash))
    name = verification.source if isinstance(source, bytes) else str(source)
    return msgspec.structs.replace(verification, source=name, checks=checks)


def opened_checks(record: ElectionRecord, checked: Checked) -> list[Check]:
    """That a record is of this archive, which was checked to its result: its contest is the one that every
    ballot signed, its codes are those of the board, its papers are the opened rankings and, beside those that
    polling places signed, nothing else.
    """
    bound = bound_contest(checked.election) if checked.election else None
    checks = [
        check("record_sealed", "sealed", record.origin),
        check("contest_bound", bound, announced_digest(announced_of(record))),
        check("board_end", checked.ended, record.box_head),
        check("codes_of_board", True, tuple(sorted(checked.codes.items())) == record.codes),
    ]
    options = checked.election.options if checked.election else 0
    if len(record.contest.options) != options:
        return [*checks, check("options_sealed", options, len(record.contest.options))]
    opened = papers_of(record.contest, checked.result or ())
    return [*checks, check("papers_opened", {}, _difference(opened, electronic_papers(record)))]


def _difference(opened: dict[Paper, int], counted: dict[Paper, int]) -> dict[str, int]:
    """How many papers more (or fewer) were counted than opened, of each that differs; the first few."""
    changed = {
        str(paper): counted.get(paper, 0) - opened.get(paper, 0)
        for paper in (*opened, *counted)
        if counted.get(paper, 0) != opened.get(paper, 0)
    }
    return dict(sorted(changed.items())[:SHOWN])

"""The checks themselves: every step of a count that can be repeated from its files, repeated."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import UNSET

from app.kit.chain import Fact
from app.kit.chain import check_chain as check_chain_of_facts
from voting.rules import UnknownRule, UnsuitableContest, get_rule
from voting.rules.formats import MalformedFile, PbElection, read_pb
from voting.rules.papers import canonical, digest
from voting.rules.record import (
    FORMAT_VERSION,
    ElectionRecord,
    MalformedRecord,
    as_json,
    decode_record,
    record_digest,
    sorted_papers,
)
from voting.rules.result import Result
from voting.rules.sheets import NEEDED_SIGNATURES, make_paper_part, paper_digest
from voting.rules.tally import TooLarge, group_papers, input_digest
from voting.rules.ties import STANDARD, FalseSeed, TiePolicy, check_seed
from voting.sealing.box import BoxEntry, BrokenChain, check_chain, code_statuses, genesis
from voting.verify.election import electronic_papers, grouped
from voting.verify.facts import find_fact, is_register, is_settled_first, read_register, stated_in
from voting.verify.source import Unreadable, read_source


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was checked: its name, and what was expected and found."""

    name: str
    ok: bool
    expected: str
    actual: str


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """All checks of one source. It is right only when there are some and all of them hold."""

    source: str
    kind: Literal["record", "pb", "register"]
    digest: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether everything holds."""
        return bool(self.checks) and all(one.ok for one in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        """What does not."""
        return tuple(one for one in self.checks if not one.ok)


def check(name: str, expected: object, actual: object) -> Check:
    """One check: that what was found is what was expected."""
    return Check(name=name, ok=expected == actual, expected=_text(expected), actual=_text(actual))


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number too long to write"


def verify_record(
    source: str | Path | bytes,
    *,
    expected_digest: str | None = None,
    register: str | Path | bytes | None = None,
    rule: str | None = None,
    ties: TiePolicy = STANDARD,
) -> Verification:
    """Check a record, a `.pb` file or the public register, given as a path, an http(s) URL or bytes.

    Raises: Unreadable. `expected_digest` is the record's digest from the public register, or the register's
    head as somebody wrote it down; `register` is the whole register as downloaded, which must hold the
    record. `rule` and `ties` are for `.pb` files only, which may not name a rule and say nothing of ties; a
    record states its own.
    """
    name = "(bytes)" if isinstance(source, bytes) else str(source)
    content = read_source(source)
    if is_register(content):
        return _register_verification(name, content, expected_digest)
    try:
        election = _election_of(content)
        if isinstance(election, PbElection):
            kind: Literal["record", "pb"] = "pb"
            found = input_digest(election.contest, group_papers(election.papers))
            checks = _pb_checks(election, rule or election.rule, ties)
        else:
            kind = "record"
            record, raw = election
            found = record_digest(record)
            checks = _record_checks(record, raw)
            if register is not None:
                checks += _register_checks(record, found, read_register(read_source(register)))
    except TooLarge as problem:
        raise Unreadable(str(problem)) from problem
    if expected_digest is not None:
        checks.append(check("digest", expected_digest.strip().lower(), found))
    return Verification(source=name, kind=kind, digest=found, checks=tuple(checks))


def _register_checks(record: ElectionRecord, found: str, facts: list[Fact]) -> list[Check]:
    """The register is whole and holds this record; and these papers, since before anything was counted."""
    published = find_fact(facts, record.poll_id, "poll.result_published")
    checks = [
        check("register_chain", "whole", check_chain_of_facts(facts) or "whole"),
        check("register_record", stated_in(published, "record_digest"), found),
    ]
    if record.paper:
        settled = find_fact(facts, record.poll_id, "poll.papers_settled")
        checks += [
            check("register_paper", stated_in(settled, "paper_digest"), paper_digest(record.paper)),
            check("register_order", True, is_settled_first(facts, record.poll_id)),
        ]
    return checks


def _register_verification(name: str, content: bytes, expected_head: str | None) -> Verification:
    facts = read_register(content)
    checks = [check("chain", "whole", check_chain_of_facts(facts) or "whole")]
    head = facts[-1].hash
    if expected_head is not None:
        checks.append(check("head", expected_head.strip().lower(), head))
    return Verification(source=name, kind="register", digest=head, checks=tuple(checks))


def _election_of(raw: bytes) -> PbElection | tuple[ElectionRecord, bytes]:
    """A `.pb` file's election, or a record and its bytes. Raises: Unreadable."""
    try:
        if raw.lstrip()[:1] == b"{":
            return decode_record(raw), raw
        return read_pb(raw)
    except (MalformedRecord, MalformedFile) as problem:
        raise Unreadable(str(problem)) from problem


def _record_checks(record: ElectionRecord, raw: bytes) -> list[Check]:
    checks = [
        check("format", FORMAT_VERSION, record.version),
        check("canonical", True, canonical(record) == raw.strip()),
        check("papers_sorted", True, sorted_papers(grouped(record)) == record.papers),
    ]
    checks += _rule_checks(record)
    checks += _box_checks(record) + _paper_checks(record)
    return checks + _recount_checks(record)


def _rule_checks(record: ElectionRecord) -> list[Check]:
    """The rule is published, in the version and with the parameters that were used; a revealed seed is the
    right one.
    """
    checks = []
    try:
        rule = get_rule(record.rule)
        checks.append(check("rule_version", rule.version, record.rule_version))
        checks.append(check("rule_parameters", as_json(rule.params), record.params))
    except UnknownRule:
        checks.append(check("rule_known", "a published rule", record.rule))
    try:
        check_seed(record.ties)
        seed = "matches"
    except FalseSeed:
        seed = "does not match"
    return [*checks, check("tie_seed", "matches", seed)]


def _box_checks(record: ElectionRecord) -> list[Check]:
    """The chain holds, codes agree with it, and as many ballots count in the box as there are papers that
    did not come out of a polling place's box.
    """
    electronic = sum(electronic_papers(record).values())
    if record.origin == "imported":
        return [check("box_absent", (0, 0), (len(record.box), len(record.codes)))]
    if record.origin == "sealed":
        live = sum(status == "counted" for _, status in record.codes)
        return [
            check("box_absent", 0, len(record.box)),
            check("ballots_on_board", live, electronic),
        ]
    entries = [BoxEntry(*row) for row in record.box]
    contest_digest = digest(record.contest)
    head = record.box_head or genesis(contest_digest).hash
    try:
        check_chain(contest_digest, entries, head)
        chain = "holds"
    except BrokenChain as broken:
        chain = str(broken)
    statuses = code_statuses(entries)
    live = sum(status == "counted" for status in statuses.values())
    return [
        check("box_chain", "holds", chain),
        check("codes_of_box", True, tuple(statuses.items()) == record.codes),
        check("ballots_in_box", live, electronic),
    ]


def _paper_checks(record: ElectionRecord) -> list[Check]:
    """What was voted on paper: the list is the one whose digest is stated, it is part of what was counted,
    and it is what the protocols of the polling places say.
    """
    paper = record.paper
    if not paper:
        return [check("paper_absent", (UNSET, UNSET), (record.electronic, record.paper_digest))]
    places, electronic = paper.places, electronic_papers(record)
    extra = sorted(str(one) for one, number in electronic.items() if number < 0)
    wrong = sorted(place.name for place in places if place.blank + place.spoiled > place.in_box)
    silent = [place.name for place in places if not place.is_balanced and not place.explanation]
    unsigned = [place.name for place in places if len(place.signed_by) < NEEDED_SIGNATURES]
    return [
        check("paper_digest", paper_digest(paper), record.paper_digest),
        check("paper_sorted", True, make_paper_part(paper.grouped(), places, salt=paper.salt) == paper),
        check("paper_included", [], extra[:5]),
        check("paper_electronic", sum(electronic.values()), record.electronic),
        check("paper_in_boxes", sum(place.in_box for place in places), paper.total + paper.spoiled),
        check("paper_blank", sum(place.blank for place in places), paper.blank),
        check("paper_protocols", [], wrong),
        check("paper_explained", [], silent),
        check("paper_signed", [], unsigned),
    ]


def _recount_checks(record: ElectionRecord) -> list[Check]:
    stated = record.result
    received = sum(number for number, _ in record.papers)
    checks = [
        check("papers_counted", received, stated.received),
        check(
            "nothing_dropped",
            received,
            stated.counted + stated.blank + sum(r.number for r in stated.rejected),
        ),
        check("input_digest", input_digest(record.contest, grouped(record)), stated.input_digest),
        check("result_rule", (record.rule, record.rule_version), (stated.rule, stated.rule_version)),
    ]
    try:
        recount = get_rule(record.rule).count(
            record.contest,
            grouped(record),
            ties=record.ties,
            explain=bool(stated.counterfactuals or stated.alternatives),
        )
    except (UnknownRule, FalseSeed, UnsuitableContest) as problem:
        return [*checks, check("recount", "possible", f"{type(problem).__name__}: {problem}")]
    checks.append(check("winners", recount.winners, stated.winners))
    return checks + _result_checks(recount, stated)


def _result_checks(recount: Result, stated: Result) -> list[Check]:
    """Every field of the result, so that a changed reason or number is found as well as a changed winner."""
    again, told = as_json(recount), as_json(stated)
    return [
        Check(
            name=f"result.{key}",
            ok=again[key] == told[key],
            expected=_short(again[key]),
            actual=_short(told[key]),
        )
        for key in again
        if key != "winners"
    ]


def _short(value: object) -> str:
    text = canonical(value).decode()
    return text if len(text) <= 200 else f"{text[:160]}… SHA-256 {digest(value)[:16]}"


def _pb_checks(election: PbElection, rule: str | None, ties: TiePolicy) -> list[Check]:
    """The numbers a `.pb` file states agree with its ballots; its rule gives what it says was selected."""
    meta = election.meta
    checks = [
        check(key, meta[key], str(number))
        for key, number in (
            ("num_projects", len(election.contest.options)),
            ("num_votes", sum(election.papers.values())),
        )
        if key in meta
    ]
    try:
        result = get_rule(rule or "").count(election.contest, election.papers, ties=ties)
    except UnknownRule:
        return [*checks, check("rule_known", "a published rule", rule or "unknown")]
    except UnsuitableContest as refusal:
        return [*checks, check(refusal.reason, "suits the rule", str(refusal))]
    stood = {standing.option: standing for standing in result.standings}
    for column, value_of in _PB_COLUMNS.items():
        rows = [row for row in election.projects if row.get(column)]
        stated = {row["project_id"]: row[column] for row in rows}
        counted = {name: str(value_of(stood[name])) for name in stated}
        differ = sorted(name for name in stated if stated[name] != counted[name])
        if stated:
            checks.append(
                Check(
                    name=column,
                    ok=not differ,
                    expected=", ".join(f"{name}: {stated[name]}" for name in differ[:5]) or "as counted",
                    actual=", ".join(f"{name}: {counted[name]}" for name in differ[:5]) or "as counted",
                )
            )
    checks.append(check("nothing_rejected", 0, sum(r.number for r in result.rejected)))
    checks.append(check("ties_settled", True, result.complete))
    if election.winners is None:
        return [*checks, check("selected", "stated", "missing")]
    return [*checks, check("selected", sorted(election.winners), sorted(result.winners))]


_PB_COLUMNS: dict[str, Callable[..., int]] = {
    "votes": lambda standing: standing.supporters,
    "score": lambda standing: standing.score,
}

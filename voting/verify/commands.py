"""The two commands `verify` and `count`. What a file says is shown escaped: it may hold anything."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TextIO

import msgspec

from app.kit.terminal import Language, language_of
from voting.rules import RULES, UnknownRule, UnsuitableContest, get_rule
from voting.rules.papers import canonical
from voting.rules.result import Result
from voting.rules.ties import FalseSeed
from voting.verify.checks import Check, Verification, verify_record
from voting.verify.election import (
    CannotCount,
    Election,
    count,
    needs_of,
    open_election,
    suited,
    tie_policy,
    with_settings,
)
from voting.verify.meanings import meaning
from voting.verify.report import Report
from voting.verify.source import Unreadable
from voting.verify.waiting import Waiting
from voting.verify.words import is_known, say

OK, DIFFERS, UNREADABLE = 0, 1, 2  # exit codes


def _say(stream: TextIO, line: str) -> None:
    """One line, whatever is in it: control characters and what the terminal cannot show are escaped."""
    shown = "".join(
        mark if mark.isprintable() else mark.encode("unicode_escape").decode("ascii") for mark in line
    )
    encoding = stream.encoding or "utf-8"
    stream.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _give_json(content: bytes) -> None:
    """JSON is UTF-8, whatever the terminal speaks."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content + b"\n")
    sys.stdout.buffer.flush()


def _unreadable(source: str, problem: Exception) -> int:
    reason = "it needs more memory than there is" if isinstance(problem, MemoryError) else str(problem)
    _say(sys.stderr, f"cannot read {source}: {reason}")
    return UNREADABLE


def main(argv: Sequence[str]) -> int:
    """`verify FILE-OR-URL`: 0 when everything holds, 1 when something differs, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(
        prog="obste verify", description="Check a published election from its files."
    )
    parser.add_argument(
        "source",
        help="an election record (JSON), a Pabulib .pb file, the register (JSON lines) or the archive of a "
        "sealed vote (.bel; then also --contest, --record, --cores), as a path or URL",
    )
    parser.add_argument(
        "--digest", help="the record's digest from the public register; for the register, its head"
    )
    parser.add_argument(
        "--register", help="for a record: the public register as downloaded, which must hold this record"
    )
    parser.add_argument("--rule", help="for a .pb file: the rule to count by instead of the one it names")
    parser.add_argument("--lang", choices=("en", "ro"), help="without it, the terminal's language")
    parser.add_argument("--json", action="store_true", help="the checks as JSON")
    options = parser.parse_args(argv)
    try:
        verification = verify_record(
            options.source, expected_digest=options.digest, register=options.register, rule=options.rule
        )
    except (Unreadable, MemoryError) as problem:
        return _unreadable(options.source, problem)
    if options.json:
        report = msgspec.to_builtins(verification) | {"ok": verification.ok}
        _give_json(canonical(report))
    else:
        language: Language = options.lang or language_of()
        for line in told(verification, language):
            _say(sys.stdout, line)
    return OK if verification.ok else DIFFERS


def told(verification: Verification, language: Language) -> Iterator[str]:
    """What was checked, a line each, in plain words; and the verdict."""
    for check in verification.checks:
        yield told_check(check, language)
    yield say(language, "digest", digest=verification.digest)
    failed, total = len(verification.failed), len(verification.checks)
    verdict = say(language, "holds" if verification.ok else "differ", failed=failed, total=total)
    yield f"{verification.source}: {verdict}"


def told_check(check: Check, language: Language) -> str:
    """One check in plain words, with its name; where something differs, what was expected and found."""
    means = meaning(language, check.name) or check.name
    if check.ok:
        return say(language, "check_ok", means=means, name=check.name)
    return say(
        language,
        "check_differs",
        means=means,
        name=check.name,
        expected=check.expected,
        actual=check.actual,
    )


def count_main(argv: Sequence[str]) -> int:
    """`count FILE --rule NAME`: 0 when counted, 1 when it cannot be counted so or waits for a tie to be
    decided, 2 when it cannot be read.
    """
    options = _count_parser().parse_args(argv)
    language: Language = options.lang or language_of()
    if options.rules:
        _list_rules(language)
        return OK
    if options.source is None:
        _say(sys.stderr, say(language, "no_file"))
        return UNREADABLE
    try:
        with Waiting(sys.stderr, options.source):
            election, result = _counted(options)
    except (Unreadable, MemoryError) as problem:
        why = say(language, "memory") if isinstance(problem, MemoryError) else str(problem)
        _say(sys.stderr, say(language, "cannot_read", source=options.source, why=why))
        return UNREADABLE
    except CannotCount as problem:
        known = is_known(problem.code)
        why = say(language, problem.code if known else "refused", **problem.facts)
        _say(sys.stderr, say(language, "cannot_count", why=why))
        return DIFFERS
    try:
        if options.json:
            _give_json(msgspec.json.encode(result))
        else:
            for line in Report(election, result, language).lines():
                _say(sys.stdout, line)
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK if result.complete else DIFFERS


def _count_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="obste count", description="Count an election file by a published rule.", allow_abbrev=False
    )
    parser.add_argument(
        "source",
        nargs="?",
        help="Pabulib .pb, PrefLib, BLT, cast vote records (CSV), a Debian tally or an election record, as a "
        "path or URL, gzipped or not; recognised by its contents",
    )
    parser.add_argument("--rule", help="a published rule; without it, the one the file names")
    parser.add_argument("--rules", action="store_true", help="list the rules and what each needs")
    parser.add_argument("--seats", type=int, help="how many are elected, where the file does not say")
    parser.add_argument("--budget", help="in units of money, instead of the file's")
    parser.add_argument(
        "--default", help="the option that others must beat (“none of the above”), by id or name"
    )
    parser.add_argument("--quorum", type=int, help="how many papers must put an option above the default one")
    parser.add_argument(
        "--ties",
        help="a drawn seed; or a file with an order drawn by hand (an option a line) or a policy as JSON",
    )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="for projects: also how near the others came, and what another rule would have chosen",
    )
    parser.add_argument("--lang", choices=("en", "ro"), help="without it, the terminal's language")
    parser.add_argument(
        "--json", action="store_true", help="the whole result as JSON (key `winners`: the ids)"
    )
    return parser


def _counted(options: argparse.Namespace) -> tuple[Election, Result]:
    """The election as it was counted, and its result. Raises: Unreadable, CannotCount."""
    election = open_election(options.source)
    name = options.rule or election.rule
    if name is None:
        raise CannotCount("no_rule")
    try:
        rule = get_rule(name)
    except UnknownRule as problem:
        raise CannotCount("unknown_rule", rule=name) from problem
    election = with_settings(
        election,
        seats=options.seats,
        budget=options.budget,
        default=options.default,
        quorum=options.quorum,
    )
    election = suited(election, rule)
    ties = tie_policy(election, rule, options.ties)
    try:
        return election, count(election, rule, ties=ties, explain=options.explain)
    except UnsuitableContest as problem:
        facts = {key: str(value) for key, value in problem.facts.items()} | {"rule": name}
        raise CannotCount(f"refused_{problem.reason}", reason=str(problem), **facts) from problem
    except FalseSeed as problem:
        raise CannotCount("false_seed") from problem


def _list_rules(language: Language) -> None:
    """Every rule, what it elects, which papers it counts and what else it needs."""
    width = max(map(len, RULES))
    for name, rule in RULES.items():
        parts = [say(language, "for_seats" if rule.elects == "seats" else "projects")]
        parts.append(", ".join(rule.vote_types))
        parts += [say(language, f"need_{need}") for need in needs_of(rule)]
        _say(sys.stdout, f"{name:<{width}}  {'; '.join(parts)}")

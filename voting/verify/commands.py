"""The two commands `verify` and `count`. What a file says is shown escaped: it may hold anything."""

import argparse
import sys
from collections.abc import Sequence
from typing import TextIO

import msgspec

from voting.rules import UnknownRule, UnsuitableContest
from voting.rules.papers import canonical
from voting.rules.ties import FalseSeed
from voting.verify.checks import Verification, count_file, verify_record
from voting.verify.source import Unreadable

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
        help="an election record (JSON), a Pabulib .pb file or the register (JSON lines), as a path or URL",
    )
    parser.add_argument(
        "--digest", help="the record's digest from the public register; for the register, its head"
    )
    parser.add_argument("--rule", help="for a .pb file: the rule to count by instead of the one it names")
    parser.add_argument("--json", action="store_true", help="the checks as JSON")
    options = parser.parse_args(argv)
    try:
        verification = verify_record(options.source, expected_digest=options.digest, rule=options.rule)
    except (Unreadable, MemoryError) as problem:
        return _unreadable(options.source, problem)
    if options.json:
        report = msgspec.to_builtins(verification) | {"ok": verification.ok}
        _give_json(canonical(report))
    else:
        _tell(verification)
    return OK if verification.ok else DIFFERS


def _tell(verification: Verification) -> None:
    for check in verification.checks:
        if check.ok:
            _say(sys.stdout, f"ok      {check.name}")
        else:
            _say(sys.stdout, f"DIFFERS {check.name}: expected {check.expected}, found {check.actual}")
    _say(sys.stdout, f"digest  {verification.digest}")
    failed = len(verification.failed)
    verdict = (
        "everything holds" if verification.ok else f"{failed} of {len(verification.checks)} checks differ"
    )
    _say(sys.stdout, f"{verification.source}: {verdict}")


def count_main(argv: Sequence[str]) -> int:
    """`count FILE [--rule NAME] [--json]`: 0 when counted, 1 when the rule cannot be used, 2 when it cannot
    be read.
    """
    parser = argparse.ArgumentParser(
        prog="obste count", description="Count an election file by a published rule."
    )
    parser.add_argument("source", help="a Pabulib .pb file or an election record, as a path or URL")
    parser.add_argument("--rule", help="a published rule; without it, the one the file names")
    parser.add_argument(
        "--json", action="store_true", help="the whole result as JSON (key `winners`: the ids)"
    )
    options = parser.parse_args(argv)
    try:
        result = count_file(options.source, options.rule)
    except (Unreadable, MemoryError) as problem:
        return _unreadable(options.source, problem)
    except (UnknownRule, UnsuitableContest, FalseSeed) as problem:
        _say(sys.stderr, f"cannot count: {type(problem).__name__} {problem}; name a rule with --rule")
        return DIFFERS
    if options.json:
        _give_json(msgspec.json.encode(result))
        return OK
    for name in result.winners:
        _say(sys.stdout, name)
    for tie in result.unresolved:
        _say(sys.stderr, f"unresolved tie at {tie.at}: {', '.join(tie.options)}")
    return OK

"""`obste verify` for the archive of a sealed election (`.bel`): every step in words, as it is checked.

`belenios-tool election verify` checks the same file.
Source: Belenios specification, Version 2.0, section 3.5.
"""

import argparse
import hashlib
import importlib
import io
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from app.kit.terminal import Language, language_of
from voting.roles.terminal import OK, WRONG, Declined, ended, say
from voting.roles.words import refusal, step
from voting.sealing.archive import FIRST_NAME
from voting.sealing.crew import Crew, cores
from voting.sealing.election import bound_contest
from voting.sealing.refused import Refused
from voting.sealing.verify import Checked, verify

SUFFIX = ".bel"
_FIRST_BYTES = FIRST_NAME.encode() + b"\0"
_SHOWN = ("Setup", "EncryptedTally", "Shuffle", "PartialDecryption", "Result")


class SealedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What `--json` prints of an archive. `stage` is the last kind of event that holds; `counted_right` is of
    the record, where one was given.
    """

    source: str
    ok: bool
    stage: str | None
    voters: int
    ballots: int
    counted: int
    shuffles: tuple[int, ...]
    decryptions: tuple[int, ...]
    contest: str | None
    head: str | None
    refused: str | None = None
    facts: dict[str, str | int] = {}
    counted_right: bool | None = None


def is_sealed(source: str) -> bool:
    """Whether the source is, or is named like, the archive of a sealed election."""
    path = urllib.parse.urlsplit(source).path
    if path.endswith(SUFFIX):
        return True
    try:
        with Path(source).open("rb") as file:
            return file.read(len(_FIRST_BYTES)) == _FIRST_BYTES
    except (OSError, ValueError):
        return False


def verify_main(argv: Sequence[str]) -> int:
    """`verify FILE-OR-URL`: a sealed election here, anything else by `voting.verify`, which is larger."""
    if any(is_sealed(word) for word in argv):
        return auditor_main(argv)
    return int(importlib.import_module("voting.verify").main(argv))


def auditor_main(argv: Sequence[str]) -> int:
    """0 when everything holds, 1 when something is wrong, 2 when it cannot be read."""
    parser = argparse.ArgumentParser(prog="obste verify", allow_abbrev=False)
    parser.add_argument("source", help="the archive of a sealed vote (.bel), as a path or URL")
    parser.add_argument("--contest", help="the file of what is voted on, to compare with")
    parser.add_argument(
        "--record", help="the record of the count (record.json): is it of this archive, and counted right?"
    )
    parser.add_argument(
        "--register", help="with --record: the public register as downloaded, which must hold both"
    )
    parser.add_argument("--cores", type=int, default=cores(), help="processes to use")
    parser.add_argument("--lang", choices=("en", "ro"), help="without it, the terminal's language")
    parser.add_argument("--json", action="store_true", help="what was found as JSON")
    options = parser.parse_args(argv)
    if options.register and not options.record:
        parser.error("--register is compared with a record: give --record too")
    reports: list[SealedReport] = []

    def check() -> None:
        reports.append(
            verify_sealed(
                options.source,
                contest=options.contest,
                record=options.record,
                register=options.register,
                processes=max(1, options.cores),
                tell=(lambda line: None) if options.json else say,
                language=options.lang or language_of(),
            )
        )

    if code := ended(check):
        return code
    if options.json:
        say(msgspec.json.encode(reports[0], order="sorted").decode())
    return OK if reports[0].ok else WRONG


def verify_sealed(
    source: str,
    *,
    contest: str | None = None,
    record: str | None = None,
    register: str | None = None,
    processes: int = 1,
    tell: Callable[[str], None] = lambda line: None,
    language: Language = "en",
) -> SealedReport:
    """Check an archive, a path or http(s) URL, telling each step. `contest` is the file of what is voted on,
    `record` that of the count, which is checked and counted again as well, and `register` the download that
    must hold both.

    Raises: Declined, OSError for what cannot be opened; what is wrong in it is in the report.
    """
    seen = Checked()
    contest_digest = _digest(contest) if contest else None

    def on_event(checked: Checked) -> None:
        nonlocal seen
        seen = checked
        if checked.stage == "EncryptedTally":
            tell(step(language, "EndBallots", **_facts(checked)))
        if checked.stage in _SHOWN:
            tell(step(language, str(checked.stage), **_facts(checked)))
        if checked.stage == "Setup" and contest_digest is not None:
            _check_contest(checked, contest_digest)
            tell(step(language, "contest"))

    try:
        with _opened(source) as file, Crew(processes) as crew:
            seen = verify(file, crew, on_event=on_event)
    except Refused as problem:
        facts = problem.facts
        where = "where_event" if "event" in facts else "where"
        tell(
            step(
                language,
                "wrong",
                source=source,
                what=refusal(language, problem.reason),
                where=step(language, where, **facts) if "member" in facts else "",
            )
        )
        return _report(source, seen, ok=False, refused=problem)
    ending = "whole" if seen.stage == "Result" else "closed" if seen.ended else "open"
    tell(step(language, ending, source=source, ballots=seen.ballots))
    counted = None
    if record:
        counted = _counted_right(record, seen, tell, language, register=register)
        if counted and not register:
            tell(step(language, "unregistered"))
    return _report(source, seen, ok=counted is not False, counted=counted)


def _counted_right(
    record: str, seen: Checked, tell: Callable[[str], None], language: Language, *, register: str | None
) -> bool:
    """Check the record of the count by itself, beside the archive and in the register. Raises: Declined."""
    from voting.verify import Unreadable, told, verify_counted  # many times our own size

    try:
        verification = verify_counted(record, seen, register=register)
    except Unreadable as problem:
        what = f"{record} or {register}" if register else record
        raise Declined(f"{what}: {problem}") from problem
    for line in told(verification, language):
        tell(line)
    return verification.ok


def _check_contest(checked: Checked, digest: str) -> None:
    """Raises: Refused (contest_differs)."""
    found = bound_contest(checked.election) if checked.election else None
    if found != digest:
        raise Refused("contest_differs", found=found or "none", wanted=digest)


def _facts(checked: Checked) -> dict[str, object]:
    owners = checked.decryptions if checked.stage == "PartialDecryption" else checked.shuffles
    circles = checked.trustees.circles if checked.trustees else ()
    return {
        "voters": checked.voters,
        "options": checked.election.options if checked.election else 0,
        "trustees": sum(len(circle.members) for circle in circles),
        "needed": sum(circle.needed for circle in circles),
        "ballots": checked.ballots,
        "counted": checked.counted,
        "owner": owners[-1] if owners else 0,
    }


def _report(
    source: str,
    checked: Checked,
    *,
    ok: bool,
    refused: Refused | None = None,
    counted: bool | None = None,
) -> SealedReport:
    return SealedReport(
        source=source,
        ok=ok,
        stage=checked.stage,
        voters=checked.voters,
        ballots=checked.ballots,
        counted=checked.counted,
        shuffles=tuple(checked.shuffles),
        decryptions=tuple(checked.decryptions),
        contest=bound_contest(checked.election) if checked.election else None,
        head=checked.head.hash,
        refused=refused.reason if refused else None,
        facts=refused.facts if refused else {},
        counted_right=counted,
    )


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    """The archive: a file where it lies, so that large ones are not held; what the web gives, held."""
    if urllib.parse.urlsplit(source).scheme in ("http", "https"):
        yield io.BytesIO(_fetched(source))
        return
    with Path(source).open("rb") as file:
        yield file


def _digest(contest: str) -> str:
    """SHA-256 of the contest's canonical JSON, which is the file's, spaces around it apart."""
    return hashlib.sha256(Path(contest).read_bytes().strip()).hexdigest()


def _fetched(url: str) -> bytes:
    """Raises: Declined."""
    from voting.verify.source import Unreadable, read_source  # many times our own size

    try:
        return read_source(url)
    except Unreadable as problem:
        raise Declined(str(problem)) from problem

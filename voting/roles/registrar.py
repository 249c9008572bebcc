"""`obste registrar`: private codes for exactly the people of a roll, on the registrar's own machine.

One code a person serves all elections of a cycle. The officer is given public credentials only; the codes
stay in one folder, from which they go out by e-mail and in letters, destroyed when the result is certified.
Nothing here knows the server's database, and nothing but `mail` needs a network.

Source: Belenios specification, Version 2.0, section 3.1, steps 3 to 6 and 12.
"""

import argparse
import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from voting.roles.registrar_deliver import add_letters_step, add_mail_step
from voting.roles.registrar_destroy import CREDENTIALS_SUFFIX, destroy
from voting.roles.registrar_journals import alone_in
from voting.roles.registrar_list import CODE, CODES_FILE
from voting.roles.terminal import Declined, ended, say, write_new
from voting.sealing.archive import Archive
from voting.sealing.credentials import new_code, public_credential, read_credentials, write_credentials
from voting.sealing.verify import Verifier
from voting.sealing.wire import fingerprint


def registrar_main(argv: Sequence[str]) -> int:
    """Run one step; 0 when it is done, 1 when something given is wrong, 2 when it cannot be done."""
    options = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], None] = options.run
    return ended(lambda: run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="obste registrar", allow_abbrev=False)
    steps = parser.add_subparsers(required=True, metavar="STEP")
    codes = steps.add_parser("codes", help="a private code for everybody on a roll", allow_abbrev=False)
    codes.add_argument("roll", type=Path, help="a CSV file with a heading and one person a line")
    codes.add_argument("folder", type=Path, help="where the codes and the public credentials are written")
    codes.set_defaults(run=_make_codes)
    credentials = steps.add_parser(
        "credentials",
        help="public credentials of codes that exist, for a further election",
        allow_abbrev=False,
    )
    credentials.add_argument("folder", type=Path, help="the folder of the codes")
    credentials.set_defaults(run=_make_credentials)
    for one in (codes, credentials):
        one.add_argument(
            "--election", action="append", required=True, metavar="UUID", help="may be given again"
        )
    add_mail_step(steps)
    add_letters_step(steps)
    check = steps.add_parser("check", help="are an archive's credentials exactly ours?", allow_abbrev=False)
    check.add_argument("archive", type=Path)
    check.add_argument("credentials", type=Path, help="the file that was sent to the officer")
    check.set_defaults(run=_check)
    end = steps.add_parser(
        "destroy", help="destroy the codes once the result is certified", allow_abbrev=False
    )
    end.add_argument("folder", type=Path, help="the folder of the codes")
    end.add_argument("archives", type=Path, nargs="*", help="the archive of each election, with its result")
    end.add_argument("--cancelled", action="store_true", help="the vote was called off: there is no result")
    end.set_defaults(run=_destroy)
    return parser


def _make_codes(options: argparse.Namespace) -> None:
    heading, people = _read_roll(options.roll)
    private = io.StringIO()
    writer = csv.writer(private)
    writer.writerow([*heading, CODE])
    given = [new_code() for _ in people]
    writer.writerows([*person, code] for person, code in zip(people, given, strict=True))
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone_in(options.folder):
        write_new(options.folder / CODES_FILE, private.getvalue().encode(), secret=True)
        _write_credentials(options.folder, given, options.election)


def _make_credentials(options: argparse.Namespace) -> None:
    """Also what a kill kept `codes` from writing."""
    with alone_in(options.folder), (options.folder / CODES_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        if not rows or CODE not in rows[0]:
            raise Declined(f"{options.folder / CODES_FILE} is not a list made by `obste registrar codes`")
        _write_credentials(options.folder, [row[CODE] for row in rows], options.election)


def _write_credentials(folder: Path, codes: Sequence[str], elections: Iterable[str]) -> None:
    for uuid in elections:
        credentials = write_credentials(public_credential(code, uuid) for code in codes)
        write_new(folder / f"{uuid}{CREDENTIALS_SUFFIX}", credentials + b"\n")
        say(f"{len(codes)} credentials of {uuid}, fingerprint {fingerprint(credentials)}")


def _read_roll(path: Path) -> tuple[list[str], list[list[str]]]:
    """The heading and the people. Raises: Declined, for a roll that is not one line a person."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise Declined(f"{path} has no people below its heading")
    heading, people = rows[0], rows[1:]
    if CODE in heading:
        raise Declined(f"{path} has codes already")
    for number, person in enumerate(people, start=2):
        if len(person) != len(heading):
            raise Declined(f"{path}, line {number}: {len(person)} cells, the heading has {len(heading)}")
    if len({tuple(person) for person in people}) != len(people):
        raise Declined(f"{path}: two lines are the same")
    return heading, people


def _check(options: argparse.Namespace) -> None:
    with options.archive.open("rb") as file:
        verifier = Verifier(Archive(file))
        for member, content in verifier.members():
            verifier.take(member, content)
            if verifier.checked.stage == "Setup":
                break
    ours = read_credentials(options.credentials.read_bytes().strip())
    added, left_out = len(verifier.roll - ours), len(ours - verifier.roll)
    if added or left_out:
        raise Declined(f"not ours: {added} credentials were added, {left_out} left out")
    say(f"the archive's {len(ours)} credentials are exactly ours")


def _destroy(options: argparse.Namespace) -> None:
    with alone_in(options.folder):
        destroy(options.folder, options.archives, cancelled=options.cancelled)

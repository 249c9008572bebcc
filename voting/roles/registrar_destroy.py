"""`obste registrar destroy`: the codes go when the result is there, and it is said what that reaches."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from voting.roles.registrar_list import CODES_FILE
from voting.roles.terminal import Declined, say
from voting.sealing.archive import Archive
from voting.sealing.election import read_election
from voting.sealing.wire import Event, Setup, read

CREDENTIALS_SUFFIX = ".pubcreds"
PATTERNS = (CODES_FILE, "letters-*.pdf", "letters-*.new", "letter-*.pdf", "letter-*.new")
"""What holds codes. The journals hold none: they say who was sent to, and who was given a code again."""
BLOCK = 1 << 20

ENDED = ("EndBallots", "EncryptedTally")
"""The last steps of an election without a ballot."""

REACH = (
    "The codes in this folder are gone. What this command cannot reach, and you have to see to:",
    "- copies: the mail merge's, the printer's memory and queue, the mail server's queue and its folder of "
    "sent messages, sticks, backups of this machine;",
    "- old blocks: a solid-state disk, and a file system that copies on write, keep what was overwritten "
    "for a while. A folder on an encrypted disk whose key is thrown away is the sure way.",
)


def destroy(folder: Path, archives: Sequence[Path], *, cancelled: bool) -> None:
    """Overwrite and delete what holds codes. Raises: Declined while one of its elections has not ended, or
    when nothing says which elections they are.
    """
    held = {path.name.removesuffix(CREDENTIALS_SUFFIX) for path in folder.glob(f"*{CREDENTIALS_SUFFIX}")}
    if not cancelled and not held:
        raise Declined(
            f"no UUID{CREDENTIALS_SUFFIX} lies in {folder}, so nobody knows whose codes these are: "
            "put them back beside the codes, or say --cancelled if the vote was called off"
        )
    ended = {uuid for path in archives if (uuid := ended_election(path, held))}
    if not cancelled and (missing := held - ended):
        raise Declined(f"give the archive with the result of these too: {', '.join(sorted(missing))}")
    found = sorted({path for pattern in PATTERNS for path in folder.glob(pattern)})
    if not found:
        raise Declined(f"there are no codes in {folder}")
    for path in found:
        if path.is_symlink() or not path.is_file():
            raise Declined(f"{path} is no plain file; look yourself")
    for path in found:
        overwrite(path)
        path.unlink()
        say(f"destroyed: {path}")
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    for line in REACH:
        say(line)


def ended_election(path: Path, known: set[str]) -> str:
    """The election of an archive that ends with a result, or ended without a ballot, when there is nothing to
    open. Raises: Declined, Refused.
    """
    election, last, ballots = "", "", 0
    contents: dict[str, bytes] = {}
    with path.open("rb") as file:
        for member, content in Archive(file).members():
            if member.kind == "data":
                if not election and len(contents) < 4:
                    contents[member.name] = content
                continue
            event = read(Event, content)
            last = event.type
            ballots += last == "Ballot"
            if event.type == "Setup" and event.payload in contents:
                setup = read(Setup, contents[event.payload])
                uuid = read_election(contents[setup.election]).uuid
                election = uuid if uuid in known else ""
    if not election:
        raise Declined(f"{path} is of none of this folder's elections")
    if last != "Result" and (ballots or last not in ENDED):
        raise Declined(f"{path} has no result yet: its last step is {last}")
    return election


def overwrite(path: Path) -> None:
    """Write noise over a file, in place, to the disk."""
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            file.write(secrets.token_bytes(min(left, BLOCK)))
            left -= BLOCK
        file.flush()
        os.fsync(file.fileno())

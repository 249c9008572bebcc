"""What these commands ask and say, and how they write: never over a file, and secrets for the owner alone."""

import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from app.kit.terminal import language_of
from voting.roles.words import refusal
from voting.sealing.refused import Refused

OK, WRONG, UNREADABLE = 0, 1, 2  # exit codes
SHORTEST_PASSPHRASE = 12  # characters


class Declined(Exception):
    """The command cannot do what was asked; the message says why."""


def say(line: str) -> None:
    """One line for the person at the terminal."""
    shown = "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in line)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(shown.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    sys.stdout.flush()


def ended(work: Callable[[], None]) -> int:
    """Run a command; its exit code, with what went wrong in words."""
    try:
        work()
    except Refused as problem:
        facts = ", ".join(f"{name} {fact}" for name, fact in problem.facts.items())
        sys.stderr.write(
            f"obste: {refusal(language_of(), problem.reason)}" + (f" ({facts})\n" if facts else "\n")
        )
        return WRONG
    except (Declined, OSError, UnicodeDecodeError) as problem:
        sys.stderr.write(f"obste: cannot do it: {problem}\n")
        return UNREADABLE
    return OK


def ask_passphrase(*, new: bool = False, prompt: str = "Passphrase: ") -> str:
    """The passphrase, typed unseen; on a pipe, its first line. A new one is typed twice. Raises: Declined."""
    if not sys.stdin.isatty():
        first = sys.stdin.readline().rstrip("\n")
    else:
        first = getpass.getpass(prompt)
        if new and getpass.getpass("Once more: ") != first:
            raise Declined("the two are not the same")
    if new and len(first) < SHORTEST_PASSPHRASE:
        raise Declined(f"a passphrase of {SHORTEST_PASSPHRASE} characters or more is needed")
    return first


def write_new(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a file that does not exist yet. Raises: OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600 if secret else 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    say(f"{path}{' (keep it secret)' if secret else ''}")


def replace_secret(path: Path, content: bytes) -> None:
    """Write a secret anew in one step: the old one stays until the new one is on the disk."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)  # left by a kill
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)

"""Finds `belenios-tool`, the independent judge of sealed elections, or brings it: Debian's, when we are root.

It is only ever run as a program. Its randomness comes from the kernel without waiting (BELENIOS_USE_URANDOM).
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.debian import debian_program

NAME = "belenios-tool"


def belenios_path() -> str:
    """The executable. Raises: Missing, saying what was tried."""
    return debian_program(NAME, NAME)


class Refusal(Exception):
    """The judge said no; the message is what it said."""


@dataclass(frozen=True)
class Judge:
    """Runs the tool in one folder."""

    path: str
    folder: Path

    def run(self, *arguments: str, given: bytes = b"") -> bytes:
        """What it prints. Raises: Refusal."""
        done = subprocess.run(
            [self.path, *arguments],
            cwd=self.folder,
            input=given,
            capture_output=True,
            env={**os.environ, "BELENIOS_USE_URANDOM": "1"},
        )
        if done.returncode:
            raise Refusal(done.stderr.decode(errors="replace")[-2000:])
        return done.stdout

    def setup(self, command: str, *arguments: str, given: bytes = b"") -> bytes:
        """`belenios-tool setup COMMAND` in our group."""
        if command == "make-trustees":  # it has no group of its own
            return self.run("setup", command, *arguments, given=given)
        return self.run("setup", command, "--group", "RFC-3526-2048", *arguments, given=given)

    def verify(self) -> None:
        """All checks it knows, of the archive in the folder. Raises: Refusal."""
        said = self.run("election", "verify", "--dir", str(self.folder))
        assert said == b"", said

    def add_event(self, kind: str, payload: bytes = b"") -> None:
        """Append to the archive in the folder."""
        self.run("archive", "add-event", f"--type={kind}", given=payload)

    def ballot(self, code: str, ranks: list[int]) -> bytes:
        """A ballot for the election in the folder."""
        (self.folder / "code").write_text(code)
        (self.folder / "choices").write_text(f"[{ranks}]".replace(" ", ""))
        made = self.run("election", "generate-ballot", "--privcred", "code", "--ballot", "choices")
        return made.strip()

"""Reading a downloaded public register: one JSON entry a line."""

import msgspec

from app.kit.chain import Fact
from voting.verify.source import Unreadable

FIRST_KEYS = (b'{"position":', b'{"at":')  # as our download writes it, and with sorted keys


def is_register(content: bytes) -> bool:
    """Whether this looks like the download of a register and like nothing else that is checked here."""
    return content.lstrip().startswith(FIRST_KEYS)


def read_register(content: bytes) -> list[Fact]:
    """The entries in the order of their lines. Raises: Unreadable naming the line."""
    decoder = msgspec.json.Decoder(Fact)
    facts = []
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            try:
                facts.append(decoder.decode(line))
            except (msgspec.DecodeError, RecursionError) as problem:
                raise Unreadable(f"line {number}: {problem}") from problem
    return facts

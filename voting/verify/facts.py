"""Reading a downloaded public register, one JSON entry a line, and what it says of a vote."""

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


def find_fact(facts: list[Fact], poll_id: str, kind: str) -> Fact | None:
    """The newest entry of a kind about a vote."""
    subject = f"poll:{poll_id}"
    return next((one for one in reversed(facts) if (one.subject, one.kind) == (subject, kind)), None)


def stated_in(fact: Fact | None, name: str) -> object:
    """What the entry says under this name; in words, that there should be one."""
    return "an entry in the register" if fact is None else fact.facts.get(name)


def is_settled_first(facts: list[Fact], poll_id: str) -> bool:
    """Whether the papers were fixed before the closing protocol was confirmed, and before any sealed ballot
    was opened.
    """
    settled = find_fact(facts, poll_id, "poll.papers_settled")
    later = ("poll.protocol_confirmed", "poll.opening_published", "poll.ballots_opened")
    positions = [one.position for one in facts if one.subject == f"poll:{poll_id}" and one.kind in later]
    return settled is not None and settled.position < min(positions, default=settled.position + 1)

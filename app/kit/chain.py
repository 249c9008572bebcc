"""The chain of the public register as plain values: what a hash covers, and how to check a file of entries.

    hash = SHA-256(canonical JSON of {position, at, kind, subject, facts, previous})

canonical: keys sorted, no spaces, UTF-8, `at` as ISO 8601 in UTC with microseconds. The first entry's
`previous` is GENESIS.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

GENESIS = "0" * 64


class Fact(msgspec.Struct, frozen=True):
    """An entry as published."""

    position: int
    at: str
    kind: str
    subject: str
    facts: dict[str, object]
    previous: str
    hash: str


def canonical(value: object) -> str:
    """JSON in exactly one way: sorted keys, no spaces, letters as they are."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_entry(position: int, at: str, kind: str, subject: str, facts: object, previous: str) -> str:
    """The hash of an entry, as the module's docstring defines it."""
    body = {
        "position": position,
        "at": at,
        "kind": kind,
        "subject": subject,
        "facts": facts,
        "previous": previous,
    }
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def moment_text(moment: datetime) -> str:
    """A moment as it is hashed."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def check_chain(facts: Iterable[Fact]) -> str | None:
    """Check a published register from its first entry. Returns what is wrong, or None."""
    previous = GENESIS
    for position, fact in enumerate(facts, start=1):
        if fact.position != position:
            return f"entry {position} is missing: found {fact.position}"
        if fact.previous != previous:
            return f"entry {position} does not follow the one before it"
        digest = hash_entry(position, fact.at, fact.kind, fact.subject, fact.facts, previous)
        if digest != fact.hash:
            return f"entry {position} was altered: its hash should be {digest}"
        previous = digest
    return None

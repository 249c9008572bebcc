"""What is bound before the first ballot: the contest, how it is counted, and how ties are settled.

The SHA-256 of its canonical JSON stands in the parameters of a sealed election, which every ballot signs. A
published record holds the same facts (with the lot's seed revealed), so that anybody can make it again.

Source: design of sealed voting, "What is voted on is bound before the vote".
"""

from typing import Any

import msgspec

from voting.rules.papers import Contest, canonical, digest
from voting.rules.record import ElectionRecord
from voting.rules.ties import TiePolicy


class Announced(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contest with its rule, the rule's version and parameters, and the tie policy without its seed."""

    contest: Contest
    rule: str
    rule_version: int
    params: dict[str, Any]
    ties: TiePolicy


def announced_of(record: ElectionRecord) -> Announced:
    """What a record says was announced."""
    ties = record.ties
    if ties.lot is not None:
        ties = msgspec.structs.replace(ties, lot=msgspec.structs.replace(ties.lot, seed=None))
    return Announced(
        contest=record.contest,
        rule=record.rule,
        rule_version=record.rule_version,
        params=record.params,
        ties=ties,
    )


def encode_announced(announced: Announced) -> bytes:
    """The published file: canonical JSON."""
    return canonical(announced)


def announced_digest(announced: Announced) -> str:
    """SHA-256 of the published file, which the parameters of a sealed election carry."""
    return digest(announced)

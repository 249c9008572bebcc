"""How many councillors must be there, and how many must vote for: the majorities of the Administrative Code.

Every requirement is a row with the provision it comes from; those marked as not confirmed were not read in
the official text and are shown as such. Abstentions count as present, so a simple majority needs more votes
than all others of those who took part have together.

Source: Administrative Code (OUG 57/2019), art. 5, 137, 139 and 228.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Majority(StrEnum):
    """What an act needs, and with it the amendments to it."""

    SIMPLE = "simple"  # more than half of those present
    ABSOLUTE = "absolute"  # more than half of those in office
    TWO_THIRDS = "two_thirds"  # of those in office


class Choice(StrEnum):
    """What a councillor did in a vote by name."""

    FOR = "for"
    AGAINST = "against"
    ABSTAINED = "abstained"
    BARRED = "barred"  # does not take part, for a conflict of interest
    ABSENT = "absent"


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a majority comes from. `is_confirmed`: read in the official text."""

    source: str
    is_confirmed: bool = False


REQUIREMENTS: dict[Majority, Requirement] = {
    Majority.SIMPLE: Requirement(source="Codul administrativ, art. 139 alin. (1)"),
    Majority.ABSOLUTE: Requirement(source="Codul administrativ, art. 139 alin. (3)"),
    # art. 5 may ask for the first whole number above two thirds: one more where they are a whole number
    Majority.TWO_THIRDS: Requirement(source="Codul administrativ, art. 139 alin. (2)"),
}
QUORUM = Requirement(source="Codul administrativ, art. 137 alin. (1)")


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many did what."""

    for_count: int = 0
    against_count: int = 0
    abstained_count: int = 0
    barred_count: int = 0
    absent_count: int = 0

    @property
    def in_office(self) -> int:
        """All of them."""
        return self.taking_part + self.barred_count + self.absent_count

    @property
    def taking_part(self) -> int:
        """Those who voted in any way. Who has a conflict of interest is not among them (art. 228)."""
        return self.for_count + self.against_count + self.abstained_count

    @property
    def in_the_hall(self) -> int:
        """Those who are there: the quorum is theirs, also of those who may not take part in this vote."""
        return self.taking_part + self.barred_count


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a vote decided: `needed` votes for, out of `out_of`."""

    passed: bool
    needed: int
    out_of: int


def tally(choices: Iterable[Choice]) -> Tally:
    """Count the choices of all councillors in office.

    >>> tally([Choice.FOR, Choice.FOR, Choice.ABSTAINED, Choice.ABSENT]).taking_part
    3
    """
    counts = dict.fromkeys(Choice, 0)
    for choice in choices:
        counts[choice] += 1
    return Tally(**{f"{choice.value}_count": count for choice, count in counts.items()})


def quorum(in_office: int) -> int:
    """How many have to be there: more than half of those in office.

    >>> quorum(27), quorum(26)
    (14, 14)
    """
    return in_office // 2 + 1


def needed(majority: Majority, counted: Tally) -> Decision:
    """What the vote needs and whether it has it. That there is a quorum is asked apart: without one there is
    no vote.

    >>> votes = Tally(for_count=10, against_count=6, abstained_count=4, absent_count=7)
    >>> [needed(one, votes).needed for one in Majority], [needed(one, votes).passed for one in Majority]
    ([11, 14, 18], [False, False, False])
    """
    out_of = counted.taking_part if majority is Majority.SIMPLE else counted.in_office
    votes = -(-2 * out_of // 3) if majority is Majority.TWO_THIRDS else out_of // 2 + 1
    return Decision(passed=counted.for_count >= votes, needed=votes, out_of=out_of)


def has_quorum(counted: Tally) -> bool:
    """Whether enough are there."""
    return counted.in_the_hall >= quorum(counted.in_office)

"""What settles a tie: criteria published with the contest, then a lot anyone can repeat, else nobody.

A tie is never broken by the order of entry, by an id or by a hash that could be chosen. The lot is a seed
whose SHA-256 is published before voting opens and which is revealed after it closes; one order, drawn once,
serves every tie of the count. Source: house rule for counts; the committed seed follows the practice of
public draws.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Literal

import msgspec

from voting.rules.papers import Option
from voting.rules.result import Standing

Criterion = Literal["lowest_cost", "highest_cost", "most_supporters", "most_first_places", "earlier_rounds"]
"""`earlier_rounds`: the most recent round of a count for seats in which the figures differed."""

_KEYS: dict[str, Callable[[Option, Standing], int]] = {
    "lowest_cost": lambda option, _: option.cost,
    "highest_cost": lambda option, _: -option.cost,
    "most_supporters": lambda _, standing: -standing.supporters,
    "most_first_places": lambda _, standing: -standing.first_places,
}


class Lot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A drawn order: `commitment` is published before voting, `seed` after it. Without a seed nothing is
    drawn yet.
    """

    commitment: str
    seed: str | None = None


class TiePolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Criteria in their order, then the lot if there is one, else the tie is reported.

    `drawn` is an order of option ids drawn by hand in public and put on record, as statutes have it; it is
    used where there is no lot.
    """

    criteria: tuple[Criterion, ...] = ()
    lot: Lot | None = None
    drawn: tuple[str, ...] = ()


class FalseSeed(ValueError):
    """A revealed seed that is not the one committed to."""


class Settled(msgspec.Struct, frozen=True):
    """Tied options in order, in groups that nothing separated, and what separated the others."""

    groups: tuple[tuple[str, ...], ...]
    settled_by: tuple[str, ...]


REPORT = TiePolicy()
STANDARD = TiePolicy(criteria=("lowest_cost", "most_supporters"))
"""For counts without a lot: what is left equal after cost and supporters is reported."""


def commitment_of(seed: str) -> str:
    """What is published before voting opens: SHA-256 of the seed's UTF-8 bytes, in hex."""
    return hashlib.sha256(seed.encode()).hexdigest()


def lot_for(seed: str) -> Lot:
    """A revealed lot of that seed."""
    return Lot(commitment=commitment_of(seed), seed=seed)


def lot_order(seed: str, ids: Iterable[str]) -> list[str]:
    """The drawn order: by SHA-256 of the seed's UTF-8 bytes followed by the option id's, smallest first.

    Anyone can repeat it with `printf '%s%s' SEED ID | sha256sum`.

    >>> lot_order("public dice 4 1 6 2", ["P01", "P02", "P03"])
    ['P03', 'P02', 'P01']
    """
    return sorted(ids, key=lambda name: hashlib.sha256((seed + name).encode()).digest())


def check_seed(policy: TiePolicy) -> None:
    """Refuse a revealed seed that does not match its commitment. Raises: FalseSeed."""
    lot = policy.lot
    if lot and lot.seed is not None and commitment_of(lot.seed) != lot.commitment:
        raise FalseSeed("the seed is not the one that was committed to")


def settle(
    policy: TiePolicy,
    tied: Sequence[str],
    options: Mapping[str, Option],
    standings: Mapping[str, Standing],
    *,
    earlier: Callable[[str], Any] | None = None,
) -> Settled:
    """Order tied options by the policy, the one to be preferred first; options it cannot separate stay
    together in one group. `earlier` gives, for rules with rounds, the sort key of `earlier_rounds`; rules
    without rounds pass that criterion over.
    """
    groups: list[tuple[str, ...]] = [tuple(tied)]
    used: list[str] = []
    for criterion in policy.criteria:
        if criterion == "earlier_rounds":
            key = earlier or _same
        else:
            key = partial(_key, criterion, options, standings)
        split = [part for group in groups for part in _split(key, group)]
        if len(split) > len(groups):
            used.append(criterion)
        groups = split
    if policy.lot and policy.lot.seed is not None and len(groups) < len(tied):
        seed = policy.lot.seed
        groups = [(name,) for group in groups for name in lot_order(seed, group)]
        used.append("lot")
    elif policy.drawn and len(groups) < len(tied):
        place = {name: index for index, name in enumerate(policy.drawn)}
        groups = [part for group in groups for part in _split(lambda n: place.get(n, len(place)), group)]
        used.append("drawn")
    return Settled(tuple(groups), tuple(used))


def _same(_: str) -> int:
    return 0


def _key(criterion: str, options: Mapping[str, Option], standings: Mapping[str, Standing], name: str) -> int:
    return _KEYS[criterion](options[name], standings[name])


def _split(key: Callable[[str], Any], group: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [tuple(part) for _, part in groupby(sorted(group, key=key), key=key)]

"""In which order the council votes on amendments, what falls when one is adopted, and why.

Two policies, one of which a council chooses: the furthest-reaching first, which is the usage of parliaments
(who wants the greater change is asked before the lesser one takes the place), or the order of submission.
Both ask first whether the draft is rejected as a whole, and last whether it is adopted as it then reads.
Amendments that propose the same are put to one vote.

Source: the design of this platform; the framework regulation of councils (OG 35/2002) is remembered to say
the second. A council's own regulation decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

import msgspec

WHOLE_ACT = "act"  # the last vote, on the draft as it then reads


class OrderPolicy(StrEnum):
    """How a council orders its votes."""

    FAR_REACHING = "far_reaching"
    SUBMISSION = "submission"


class Why(StrEnum):
    """Why a vote stands where it does."""

    REJECTS_ACT = "rejects_act"  # it proposes that there is no decision at all
    ALONE = "alone"  # nothing contradicts it: by its place in the text
    TAKES_OUT = "takes_out"  # of those that contradict each other it takes the whole part out
    REWRITES = "rewrites"  # it writes the whole part anew
    REACHES = "reaches"  # it changes more of the words than those after it
    FIGURE = "figure"  # its figure is further from the draft's than those after it
    PLACE = "place"  # as far as another one, earlier in the text
    NUMBER = "number"  # as far as another one: by registration number
    LEAST = "least"  # what is left: it is the closest to the draft
    SUBMITTED = "submitted"  # by the order of submission
    WHOLE_ACT = "whole_act"


class Motion(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment as the order sees it.

    `rank`: its place in the register, unique. `place`: where in the text its first change is. `distance`:
    words taken out and put in, by the words that were there. `figure`: how far its number is from the
    draft's, where it changes one number only. `content`: equal for motions that propose the same.
    """

    id: str
    rank: int
    place: tuple[int, int] = (0, 0)
    rejects: bool = False
    takes_out: bool = False
    rewrites: bool = False
    distance: Fraction = Fraction(0)
    figure: Fraction | None = None
    content: bytes = b""


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A vote in its place. `group`: those that it contradicts, directly or through others, itself among them;
    `together`: those that propose the same and share its fate; `percent`: of the words that it changes.
    """

    id: str
    why: Why
    rejects: bool = False
    group: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    percent: int = 0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """All votes in their order, and the pairs of them that cannot both be adopted."""

    votes: tuple[Placed, ...]
    clashes: tuple[tuple[str, str], ...] = ()


class Fate(StrEnum):
    """What became of something that was put to the vote."""

    WAITING = "waiting"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    FALLEN = "fallen"  # what it contradicts was adopted: there is nothing to vote on


def voting_order(motions: Iterable[Motion], clashes: Iterable[tuple[str, str]], policy: OrderPolicy) -> Order:
    """The order of the votes, whatever the order of the arguments. `clashes`: pairs in hard conflict.

    >>> less, more = (
    ...     Motion(id="less", rank=1, distance=Fraction(1, 8)),
    ...     Motion(id="more", rank=2, takes_out=True),
    ... )
    >>> [one.id for one in voting_order([less, more], [("less", "more")], OrderPolicy.FAR_REACHING).votes]
    ['more', 'less', 'act']
    """
    leaders, together = _merge_same(motions)
    known = {one.id for one in leaders}
    heads = {id: leader for leader, ids in together.items() for id in ids}
    pairs = {
        tuple(sorted((first, second)))
        for one, other in clashes
        for first, second in [(heads.get(one, one), heads.get(other, other))]
        if first != second and {first, second} <= known
    }
    bound = sorted((one, other) for one, other in pairs)
    groups = _groups(leaders, bound)
    if policy is OrderPolicy.SUBMISSION:
        ordered = [(one, Why.SUBMITTED) for one in sorted(leaders, key=lambda one: one.rank)]
    else:
        ordered = _far_reaching(leaders, groups)
    votes = [
        Placed(
            id=one.id,
            why=Why.REJECTS_ACT if one.rejects else why,
            rejects=one.rejects,
            group=groups[one.id],
            together=together[one.id],
            percent=min(100, round(one.distance * 100)),
        )
        for one, why in sorted(ordered, key=lambda pair: not pair[0].rejects)
    ]
    return Order(votes=(*votes, Placed(id=WHOLE_ACT, why=Why.WHOLE_ACT)), clashes=tuple(bound))


def _merge_same(motions: Iterable[Motion]) -> tuple[list[Motion], dict[str, tuple[str, ...]]]:
    """The first registered of those that propose the same; and, of each, the others."""
    leaders: dict[bytes, Motion] = {}
    together: dict[str, tuple[str, ...]] = {}
    for one in sorted(motions, key=lambda one: one.rank):
        leader = leaders.setdefault(one.content or one.id.encode(), one)
        if leader is one:
            together[one.id] = ()
        else:
            together[leader.id] += (one.id,)
    return list(leaders.values()), together


def _groups(motions: Sequence[Motion], pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Of each motion, those bound to it; itself alone where there are none. By rank."""
    bound = {one.id: {one.id} for one in motions}
    for first, second in pairs:
        if bound[first] is not bound[second]:
            bound[first] |= bound[second]
            for id in bound[second]:
                bound[id] = bound[first]
    rank = {one.id: one.rank for one in motions}
    return {id: tuple(sorted(ids, key=rank.__getitem__)) for id, ids in bound.items()}


def _far_reaching(
    motions: Sequence[Motion], groups: Mapping[str, tuple[str, ...]]
) -> list[tuple[Motion, Why]]:
    """Group by group as they come in the text; inside a group the furthest-reaching first."""
    by_id = {one.id: one for one in motions}
    found: list[tuple[Motion, Why]] = []
    for ids in sorted(set(groups.values()), key=lambda ids: _first_place([by_id[id] for id in ids])):
        members = sorted((by_id[id] for id in ids), key=_reach)
        found += [(one, _why(one, members[place + 1 :], members)) for place, one in enumerate(members)]
    return found


def _first_place(members: Sequence[Motion]) -> tuple[tuple[int, int], int]:
    return min(one.place for one in members), min(one.rank for one in members)


def _reach(one: Motion) -> tuple[object, ...]:
    """Total: ranks differ."""
    kind = 0 if one.takes_out else 1 if one.rewrites else 2
    return kind, -one.distance, one.place, -(one.figure if one.figure is not None else 0), one.rank


def _why(one: Motion, after: Sequence[Motion], group: Sequence[Motion]) -> Why:
    """What put it before those that come after it."""
    if len(group) == 1:
        return Why.ALONE
    if not after:
        return Why.LEAST
    reach, following = _reach(one), _reach(after[0])
    if reach[0] != following[0]:
        return Why.TAKES_OUT if one.takes_out else Why.REWRITES
    if reach[1] != following[1]:
        return Why.REACHES
    if reach[2] != following[2]:
        return Why.PLACE
    return Why.FIGURE if reach[3] != following[3] else Why.NUMBER


# ── what became of each ───────────────────────────────────────────────────────
def fates(order: Order, decided: Mapping[str, bool]) -> dict[str, Fate]:
    """One fate for every vote and for all that share one. `decided`: what was voted, by the id of the vote.

    A vote that was corrected may make fall, or wait again, what was decided after it: the fates follow from
    the order and the votes that hold, and from nothing else.
    """
    found: dict[str, Fate] = {}
    adopted: list[str] = []
    is_over = False  # the rejection of the whole was adopted
    clashes = set(order.clashes)
    for one in order.votes:
        if is_over or any(tuple(sorted((one.id, other))) in clashes for other in adopted):
            fate = Fate.FALLEN
        elif one.id not in decided:
            fate = Fate.WAITING
        else:
            fate = Fate.ADOPTED if decided[one.id] else Fate.REJECTED
        if fate is Fate.ADOPTED:
            adopted.append(one.id)
            is_over = one.rejects
        found |= dict.fromkeys((one.id, *one.together), fate)
    return found


def felled_by(order: Order, found: Mapping[str, Fate], id: str) -> str | None:
    """Because of which adopted vote this one fell."""
    if found.get(id) is not Fate.FALLEN:
        return None
    leader = next(one for one in order.votes if id in (one.id, *one.together)).id
    for one in order.votes:
        if found[one.id] is Fate.ADOPTED and (
            one.rejects or tuple(sorted((leader, one.id))) in order.clashes
        ):
            return one.id
    return None


def next_vote(order: Order, found: Mapping[str, Fate]) -> str | None:
    """What is to be voted now."""
    return next((one.id for one in order.votes if found[one.id] is Fate.WAITING), None)

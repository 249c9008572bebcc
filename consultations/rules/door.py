"""Who was there, from what was noted at the door.

Tablets work without network, so nobody knows the last word: each event about a group of people names the
events that it replaces, those that were in force where it was made. What no event replaces is in force. Two
tablets that said the same count once; where they said different things there is a range, and a doubt for the
organizer, whose decision is a further event that replaces them. Neither the order in which events arrive, nor
their being sent twice, nor what a tablet's clock says, changes anything: attendance is a function of the set.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from app.kit.text import fold

CLOCK_OFF = 120  # seconds by which a tablet's clock may be wrong before somebody is told
MOST_AT_ONCE = 60  # people of one group: a class with its teachers
MOST_CHILDREN = 20


class Kind(StrEnum):
    """What was noted of a group of people."""

    ARRIVED = "arrived"  # somebody who had registered, or how many of a group are here now
    WALKED_IN = "walked_in"  # without a registration
    UNDONE = "undone"  # was noted by mistake
    DECIDED = "decided"  # by the organizer, with a reason


class DoubtKind(StrEnum):
    """Why the organizer has to look."""

    NUMBERS = "numbers"  # different numbers of people
    UNDONE = "undone"  # here on one tablet, taken back on another
    SAME_NAME = "same_name"  # perhaps the same people, noted twice
    WITHDREW = "withdrew"  # had said that they would not come


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a tablet's notes. `ref`: the device and its own count; `clock_off`: by how many seconds the
    tablet was ahead of the server when it sent this.
    """

    ref: str
    device: str
    group: str
    kind: Kind
    people: int
    children: int = 0
    replaces: frozenset[str] = frozenset()
    clock_off: int = 0


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """People who come together: a registration, or those who walked in (then nothing was expected)."""

    key: str
    name: str
    places: int = 0
    children: int = 0
    is_walk_in: bool = False
    has_withdrawn: bool = False


class Span(msgspec.Struct, frozen=True):
    """How many, as far as is known: at least and at most."""

    least: int = 0
    most: int = 0

    @property
    def is_certain(self) -> bool:
        return self.least == self.most

    def __add__(self, other: "Span") -> "Span":
        return Span(self.least + other.least, self.most + other.most)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a group. `heads`: the events in force, and `said` what they say (people, children);
    `devices`: who noted something of it.
    """

    group: Group
    heads: tuple[str, ...] = ()
    said: tuple[tuple[int, int], ...] = ()
    devices: frozenset[str] = frozenset()
    people: Span = Span()
    children: Span = Span()
    is_undone: bool = False  # one of the events in force takes it back
    is_decided: bool = False

    @property
    def is_here(self) -> bool:
        """Whether perhaps somebody came."""
        return self.people.most > 0


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """What the organizer has to look at, with how many it is about."""

    kind: DoubtKind
    standings: tuple[Standing, ...]
    people: Span


class Attendance(msgspec.Struct, frozen=True, kw_only=True):
    """Who was there. `came`: registrations of which somebody came; `clocks`: seconds by which tablets are
    wrong.
    """

    people: Span
    registered: Span
    walk_ins: Span
    children: Span
    came: Span
    standings: dict[str, Standing]
    doubts: tuple[Doubt, ...]
    clocks: dict[str, int]


def attend(events: Iterable[Event], groups: Iterable[Group]) -> Attendance:
    """Who was there, from all that was noted, in whatever order."""
    noted: dict[str, dict[str, Event]] = defaultdict(dict)
    clocks: dict[str, int] = {}
    for event in events:
        noted[event.group][event.ref] = event
        if abs(event.clock_off) >= CLOCK_OFF:
            clocks[event.device] = max(event.clock_off, clocks.get(event.device, 0), key=_how_far)
    standings = {
        group.key: stand(group, noted.get(group.key, {}))
        for group in sorted(groups, key=lambda one: (fold(one.name), one.key))
    }
    same = _find_same(list(standings.values()))
    registered, walk_ins, children = _add_up(standings, same)
    came = [one for one in standings.values() if not one.group.is_walk_in and one.is_here]
    return Attendance(
        people=registered + walk_ins,
        registered=registered,
        walk_ins=walk_ins,
        children=children,
        came=Span(sum(one.people.least > 0 for one in came), len(came)),
        standings=standings,
        doubts=(*_doubt_each(standings.values()), *map(_doubt_same, same)),
        clocks=dict(sorted(clocks.items())),
    )


def _how_far(seconds: int) -> tuple[int, int]:
    return abs(seconds), seconds


def stand(group: Group, events: Mapping[str, Event]) -> Standing:
    """What is in force of a group, by its events."""
    replaced = {ref for event in events.values() for ref in event.replaces}
    heads = tuple(sorted(events.keys() - replaced)) or tuple(sorted(events))
    said = [events[ref] for ref in heads]
    return Standing(
        group=group,
        heads=heads,
        said=tuple((one.people, one.children) for one in said),
        devices=frozenset(one.device for one in events.values() if one.kind is not Kind.DECIDED),
        people=_span([one.people for one in said], group.places),
        children=_span([one.children for one in said], group.children),
        is_undone=any(one.people == 0 for one in said),
        is_decided=any(one.kind is Kind.DECIDED for one in said),
    )


def _span(said: Sequence[int], expected: int) -> Span:
    """What was said apart may be about the same people, or, up to the number expected, about others.

    >>> _span([2, 2], 2), _span([2, 1], 3), _span([2, 0], 2)
    (Span(least=2, most=2), Span(least=1, most=3), Span(least=0, most=2))
    """
    if not said:
        return Span()
    return Span(min(said), max(*said, min(sum(said), expected)) if len(said) > 1 else said[0])


def name_key(name: str) -> str:
    """A name as it is compared: without diacritics, capitals and the order of its words.

    >>> name_key("Țîrlea  Ștefan") == name_key("stefan tirlea")
    True
    """
    return " ".join(sorted(fold(name).replace("-", " ").split()))


def _find_same(standings: Sequence[Standing]) -> list[tuple[Standing, ...]]:
    """Groups that may be the same people: of one name, not all registered, and no tablet knew all of them."""
    by_name: dict[str, list[Standing]] = defaultdict(list)
    for one in standings:
        if one.is_here and (key := name_key(one.group.name)):
            by_name[key].append(one)
    return [
        tuple(alike)
        for alike in by_name.values()
        if len(alike) > 1
        and any(one.group.is_walk_in for one in alike)
        and not frozenset.intersection(*(one.devices for one in alike))
        and not all(one.is_decided for one in alike)
    ]


def _add_up(standings: Mapping[str, Standing], same: Sequence[Sequence[Standing]]) -> tuple[Span, Span, Span]:
    """(people who had registered, people who walked in, children)."""
    doubled = {one.group.key for alike in same for one in alike}
    registered, walk_ins, children = Span(), Span(), Span()
    for one in standings.values():
        if one.group.key not in doubled:
            children += one.children
            if one.group.is_walk_in:
                walk_ins += one.people
            else:
                registered += one.people
    for alike in same:
        known = [one.people.most for one in alike if not one.group.is_walk_in]
        walked = sum(one.people.most for one in alike if one.group.is_walk_in)
        least = min(one.people.least for one in alike)
        registered += Span(least if known else 0, sum(known))
        walk_ins += Span(0 if known else least, walked)
        children += Span(min(one.children.least for one in alike), sum(one.children.most for one in alike))
    return registered, walk_ins, children


def _doubt_each(standings: Iterable[Standing]) -> Iterable[Doubt]:
    for one in standings:
        if not (one.people.is_certain and one.children.is_certain):
            kind = DoubtKind.UNDONE if one.is_undone else DoubtKind.NUMBERS
            yield Doubt(kind=kind, standings=(one,), people=one.people)
        elif one.group.has_withdrawn and one.is_here and not one.is_decided:
            yield Doubt(kind=DoubtKind.WITHDREW, standings=(one,), people=one.people)


def _doubt_same(alike: Sequence[Standing]) -> Doubt:
    people = Span(min(one.people.least for one in alike), sum(one.people.most for one in alike))
    return Doubt(kind=DoubtKind.SAME_NAME, standings=tuple(alike), people=people)

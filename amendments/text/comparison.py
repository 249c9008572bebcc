"""Two versions compared: first the units, then the words of those that differ.

Never the whole text at once, which takes seconds and finds words of one article in another. Versions made
here share their units' ids. For a text that came from elsewhere, `propose_matches` says which unit may be
which; a person confirms, and `with_ids_of` gives the units their old ids.
"""

import itertools
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

from amendments.text.labels import NUMBERED, label_scope
from amendments.text.likeness import alike, words
from amendments.text.segments import Segment, compare_texts
from amendments.text.units import Unit, Version

How = Literal["id", "label", "text", "near"]
LABEL_PERCENT = 40  # of words that units of one number must share to be called the same
NEAR_PERCENT = 60


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is not the same in both versions; `old` or `new` is nothing where it is not there."""

    unit: str
    old: Unit | None
    new: Unit | None
    changed: bool = False
    renumbered: bool = False
    moved: bool = False

    @property
    def kind(self) -> Literal["inserted", "deleted", "kept"]:
        """Whether it came, went, or only differs."""
        if self.old is None:
            return "inserted"
        return "deleted" if self.new is None else "kept"

    def segments(self) -> tuple[Segment, ...]:
        """The text in pieces that stay, go or come."""
        return compare_texts(self.old.text if self.old else "", self.new.text if self.new else "")


def compare(old: Version, new: Version) -> list[Difference]:
    """All differences in the order of the new version; what went stands after what stood before it."""
    moved = find_moved(old, new)
    found: list[tuple[tuple[int, int], Difference]] = []
    before = -1
    for place, unit in enumerate(old.units):
        if unit.id in new:
            before = new.place(unit.id)
        else:
            found.append(((before, place + 1), Difference(unit=unit.id, old=unit, new=None)))
    for place, unit in enumerate(new.units):
        if unit.id not in old:
            found.append(((place, 0), Difference(unit=unit.id, old=None, new=unit)))
            continue
        was = old[unit.id]
        changed = (was.text, was.marks, was.type) != (unit.text, unit.marks, unit.type)
        renumbered = was.label != unit.label
        if changed or renumbered or unit.id in moved:
            difference = Difference(
                unit=unit.id,
                old=was,
                new=unit,
                changed=changed,
                renumbered=renumbered,
                moved=unit.id in moved,
            )
            found.append(((place, 0), difference))
    return [difference for _, difference in sorted(found, key=lambda one: one[0])]


def find_moved(old: Version, new: Version) -> set[str]:
    """Units of both versions that hang elsewhere, and the fewest that changed their order among siblings."""
    moved = {unit.id for unit in new.units if unit.id in old and old[unit.id].parent != unit.parent}
    for unit in new.units:
        stayed = [id for id in new.children(unit.id) if id in old and id not in moved]
        if len(stayed) > 1:
            places = [old.place(id) for id in stayed]
            kept = set(_longest_rising(places))
            moved |= {id for id, place in zip(stayed, places, strict=True) if place not in kept}
    return moved


def _longest_rising(numbers: list[int]) -> list[int]:
    """A longest rising part of different numbers."""
    if all(one < other for one, other in itertools.pairwise(numbers)):
        return numbers
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(at[length - 1] if length else -1)
        ends[length : length + 1] = [number]
        at[length : length + 1] = [place]
    found, place = [], at[-1]
    while place >= 0:
        found.append(numbers[place])
        place = before[place]
    return found[::-1]


# ── texts from elsewhere ────────────────────────────────────────────────────────────────────────────


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of the new text that may be one of the old: how that was found, and how alike they are."""

    old: str
    new: str
    how: How
    percent: int


def propose_matches(old: Version, new: Version, *, shared_ids: bool = False) -> list[Match]:
    """Which units may be which, in the order of the new text: by id (if the texts share ids), by number where
    the words agree, by text wherever it went, by likeness among siblings.
    """
    work = _Matching(old, new)
    if shared_ids:
        for unit in new.units:
            if unit.id in old:
                work.take(unit.id, unit.id, "id")
    work.take(old.act.id, new.act.id, "label")
    work.by_label()
    work.by_text()
    work.by_likeness()
    return sorted(work.found.values(), key=lambda match: new.place(match.new))


def with_ids_of(new: Version, matches: Iterable[Match]) -> Version:
    """The new version with the old ids of its units, as a person confirmed the matches."""
    ids = {match.new: match.old for match in matches}
    units = [
        msgspec.structs.replace(
            unit, id=ids.get(unit.id, unit.id), parent=unit.parent and ids.get(unit.parent, unit.parent)
        )
        for unit in new.units
    ]
    return Version(units, new.fields)


class _Matching:
    def __init__(self, old: Version, new: Version) -> None:
        self.old = old
        self.new = new
        self.found: dict[str, Match] = {}  # by new unit
        self.taken: set[str] = set()  # old units
        self._words: dict[str, Counter[str]] = {}

    def take(self, old: str, new: str, how: How) -> None:
        if old not in self.taken and new not in self.found:
            self.found[new] = Match(old=old, new=new, how=how, percent=self._alike(old, new))
            self.taken.add(old)

    def by_label(self) -> None:
        """The same number in the same place; with other words it is another unit."""
        old = unique_keys(self.old)
        for key, unit in unique_keys(self.new).items():
            if key in old and unit not in self.found and old[key] not in self.taken:
                same = self.old[old[key]].hash == self.new[unit].hash
                if same or self._alike(old[key], unit) >= LABEL_PERCENT:
                    self.take(old[key], unit, "label")

    def by_text(self) -> None:
        """The same text anywhere, if there is only one of it on each side."""
        there, here = defaultdict(list), defaultdict(list)
        for unit in self.old.units:
            if unit.text and unit.id not in self.taken:
                there[unit.type, unit.hash].append(unit.id)
        for unit in self.new.units:
            if unit.text and unit.id not in self.found:
                here[unit.type, unit.hash].append(unit.id)
        for key, units in here.items():
            if len(units) == len(there.get(key, ())) == 1:
                self.take(there[key][0], units[0], "text")

    def by_likeness(self) -> None:
        """The most alike that are left below units already matched."""
        for parent in [unit.id for unit in self.new.units]:
            if parent not in self.found:
                continue
            left = [id for id in self.new.children(parent) if id not in self.found]
            there = [id for id in self.old.children(self.found[parent].old) if id not in self.taken]
            pairs = [
                (-self._alike(old, new), self.new.place(new), self.old.place(old), old, new)
                for new in left
                for old in there
                if self.new[new].type == self.old[old].type
            ]
            for percent, _, _, old, new in sorted(pairs):
                if -percent >= NEAR_PERCENT:
                    self.take(old, new, "near")

    def _alike(self, old: str, new: str) -> int:
        if self._texts(self.old, old) == self._texts(self.new, new):
            return 100
        return alike(self._all_words(self.old, old), self._all_words(self.new, new))

    def _all_words(self, version: Version, id: str) -> Counter[str]:
        key = f"{int(version is self.new)} {id}"
        if key not in self._words:
            self._words[key] = words(" ".join(self._texts(version, id)))
        return self._words[key]

    @staticmethod
    def _texts(version: Version, id: str) -> list[str]:
        """What a unit says; a chapter is known by its name, an article by all that is in it."""
        alone = version[id].type in ("act", "part", "title_group", "chapter", "section", "annex")
        return [one.text for one in ((version[id],) if alone else version.subtree(id))]


def unique_keys(version: Version) -> dict[tuple[str, ...], str]:
    """Units by their numbers and those of what they are in; those without number by their place. What is
    there twice is left out.
    """
    keys: dict[str, tuple[str, ...]] = {version.act.id: ()}
    counts: Counter[tuple[str, ...]] = Counter()
    for unit in version.units[1:]:
        above = label_scope(version, unit) if unit.type in NUMBERED else unit.parent
        base = keys[above or version.act.id]
        label = unit.label if unit.type in NUMBERED else ""
        if not label:
            counts[*base, unit.type] += 1
            label = f"#{counts[*base, unit.type]}"
        keys[unit.id] = (*base, unit.type, label)
    times = Counter(keys.values())
    return {key: id for id, key in keys.items() if times[key] == 1}


def confirmed(matches: Iterable[Match], refused: Mapping[str, str] | None = None) -> list[Match]:
    """Matches without those that a person refused (new unit → old unit)."""
    no = refused or {}
    return [match for match in matches if no.get(match.new) != match.old]

"""Who was there: the same from any order of events, sent once or twice, by one tablet or by several."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.rules.door import (
    MOST_AT_ONCE,
    Attendance,
    DoubtKind,
    Event,
    Group,
    Kind,
    Span,
    attend,
    name_key,
)

ANA = Group(key="ana", name="Ana Vizitator", places=3, children=1)
ION = Group(key="ion", name="Ion Țîrlea", places=1)
GONE = Group(key="gone", name="Dan Plecat", places=2, has_withdrawn=True)
FIRST = Group(key="w1", name="Maria Radu", is_walk_in=True)
SECOND = Group(key="w2", name="radu MARIA", is_walk_in=True)
TWIN = Group(key="w3", name="Ion Tirlea", is_walk_in=True)
NAMELESS = Group(key="w4", name="", is_walk_in=True)
ALL = (ANA, ION, GONE, FIRST, SECOND, TWIN, NAMELESS)


def said(
    device: str,
    sequence: int,
    group: Group,
    people: int,
    *replaces: str,
    kind: Kind | None = None,
    **given: int,
) -> Event:
    kind = kind or (Kind.ARRIVED if people else Kind.UNDONE)
    return Event(
        ref=f"{device}.{sequence}",
        device=device,
        group=group.key,
        kind=kind,
        people=people,
        replaces=frozenset(replaces),
        **given,
    )


def doubts(found: Attendance) -> list[tuple[DoubtKind, Span]]:
    return [(one.kind, one.people) for one in found.doubts]


def test_two_tablets_that_said_the_same_count_once() -> None:
    found = attend([said("a", 1, ANA, 3, children=1), said("b", 1, ANA, 3, children=1)], ALL)
    assert (found.people, found.children, found.came) == (Span(3, 3), Span(1, 1), Span(1, 1))
    assert found.doubts == ()


def test_different_numbers_are_a_range_until_somebody_decides() -> None:
    apart = [said("a", 1, ANA, 2), said("b", 1, ANA, 1)]
    found = attend(apart, ALL)
    assert found.people == Span(1, 3)  # the same two, or two and then the third
    assert doubts(found) == [(DoubtKind.NUMBERS, Span(1, 3))]
    decided = [*apart, said("o", 1, ANA, 3, "a.1", "b.1", kind=Kind.DECIDED)]
    assert attend(decided, ALL).people == Span(3, 3)
    assert attend(decided, ALL).doubts == ()
    late = [*decided, said("c", 1, ANA, 2)]  # a third tablet, which knew of none of this
    assert doubts(attend(late, ALL)) == [(DoubtKind.NUMBERS, Span(2, 3))]


def test_half_of_a_group_noted_twice_may_be_the_two_halves() -> None:
    four = Group(key="four", name="Patru", places=4)
    found = attend([said("a", 1, four, 2), said("b", 1, four, 2)], [four])
    assert doubts(found) == [(DoubtKind.NUMBERS, Span(2, 4))]


def test_undone_on_one_tablet_only() -> None:
    found = attend([said("a", 1, ION, 1), said("b", 1, ION, 1), said("b", 2, ION, 0, "b.1")], ALL)
    assert doubts(found) == [(DoubtKind.UNDONE, Span(0, 1))]
    assert found.came == Span(0, 1)
    known = attend([said("a", 1, ION, 1), said("b", 1, ION, 0, "a.1")], ALL)
    assert (known.people, known.doubts) == (Span(0, 0), ())  # b knew what it took back


def test_one_name_on_two_tablets() -> None:
    walked = [said("a", 1, FIRST, 2, kind=Kind.WALKED_IN), said("b", 1, SECOND, 3, kind=Kind.WALKED_IN)]
    found = attend(walked, ALL)
    assert doubts(found) == [(DoubtKind.SAME_NAME, Span(2, 5))]
    assert (found.people, found.walk_ins) == (Span(2, 5), Span(2, 5))
    same = [
        said("o", 1, FIRST, 3, "a.1", kind=Kind.DECIDED),
        said("o", 2, SECOND, 0, "b.1", kind=Kind.DECIDED),
    ]
    assert attend([*walked, *same], ALL).people == Span(3, 3)
    others = [
        said("o", 1, FIRST, 2, "a.1", kind=Kind.DECIDED),
        said("o", 2, SECOND, 3, "b.1", kind=Kind.DECIDED),
    ]
    assert attend([*walked, *others], ALL).people == Span(5, 5)
    assert attend([*walked, *others], ALL).doubts == ()
    one_tablet = [said("a", 1, FIRST, 2, kind=Kind.WALKED_IN), said("a", 2, SECOND, 3, kind=Kind.WALKED_IN)]
    assert attend(one_tablet, ALL).people == Span(5, 5)  # who notes both sees that they are others


def test_a_walk_in_who_had_registered_may_be_counted_once() -> None:
    found = attend([said("a", 1, ION, 1), said("b", 1, TWIN, 1, kind=Kind.WALKED_IN)], ALL)
    assert doubts(found) == [(DoubtKind.SAME_NAME, Span(1, 2))]
    assert (found.registered, found.walk_ins) == (Span(1, 1), Span(0, 1))


def test_the_nameless_are_never_the_same() -> None:
    other = Group(key="w5", name="", is_walk_in=True)
    found = attend([said("a", 1, NAMELESS, 2), said("b", 1, other, 2)], [NAMELESS, other])
    assert (found.people, found.doubts) == (Span(4, 4), ())


def test_who_had_withdrawn_and_came_is_counted_and_shown() -> None:
    found = attend([said("a", 1, GONE, 2)], ALL)
    assert (found.people, doubts(found)) == (Span(2, 2), [(DoubtKind.WITHDREW, Span(2, 2))])
    assert attend([said("a", 1, GONE, 2), said("o", 1, GONE, 2, "a.1", kind=Kind.DECIDED)], ALL).doubts == ()


def test_a_wrong_clock_is_told_and_counts_for_nothing() -> None:
    right, wrong = said("a", 1, ION, 1), said("b", 1, ANA, 3, clock_off=-3600)
    found = attend([right, wrong, said("b", 2, GONE, 0, clock_off=-3500)], ALL)
    assert (found.clocks, found.people) == ({"b": -3600}, Span(4, 4))


@pytest.mark.parametrize("name", ["Ștefan  Țîrlea", "tirlea stefan", "ȚÎRLEA-Ștefan"])
def test_a_name_is_compared_without_diacritics_and_order(name: str) -> None:
    assert name_key(name) == "stefan tirlea"


# ── properties ────────────────────────────────────────────────────────────────
@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """What some tablets noted: each event replaces some of what was in force where it was made."""
    events: list[Event] = []
    for _ in range(draw(st.integers(0, 14))):
        device, group = draw(st.sampled_from("abc")), draw(st.sampled_from(ALL))
        earlier = [one.ref for one in events if one.group == group.key]
        known = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        sequence = 1 + sum(one.device == device for one in events)
        people = draw(st.integers(0, 4))
        kind = draw(st.sampled_from([Kind.DECIDED, Kind.ARRIVED])) if people else Kind.UNDONE
        children = draw(st.integers(0, 2)) if people else 0
        off = draw(st.sampled_from([0, 0, 500, -900]))
        events.append(
            said(device, sequence, group, people, *known, kind=kind, children=children, clock_off=off)
        )
    return events


@given(histories(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_anything(events: list[Event], lot: random.Random) -> None:
    again = events + lot.choices(events, k=len(events)) if events else []
    lot.shuffle(again)
    groups = list(ALL)
    lot.shuffle(groups)
    assert attend(again, groups) == attend(events, ALL)


@given(histories(), st.integers(0, 14))
def test_merging_what_two_servers_know_is_the_same_as_knowing_all(events: list[Event], cut: int) -> None:
    merged = {one.ref: one for one in [*events[cut:], *events[: cut + 2]]}
    assert attend(merged.values(), ALL) == attend(events, ALL)


@given(histories())
def test_ranges_are_ranges_and_what_is_certain_is_not_doubted(events: list[Event]) -> None:
    found = attend(events, ALL)
    for span in (found.people, found.registered, found.walk_ins, found.children, found.came):
        assert 0 <= span.least <= span.most
    assert found.people == found.registered + found.walk_ins
    if all(one.kind is DoubtKind.WITHDREW for one in found.doubts):
        assert found.people.is_certain
        assert found.children.is_certain


@given(histories())
def test_whoever_knows_all_ends_every_doubt(events: list[Event]) -> None:
    """An organizer who decides of every group, having seen what is in force, leaves nothing open."""
    found = attend(events, ALL)
    decided = [
        said("o", place, one.group, min(one.people.most, MOST_AT_ONCE), *one.heads, kind=Kind.DECIDED)
        for place, one in enumerate(found.standings.values(), start=1)
        if one.heads
    ]
    after = attend([*events, *decided], ALL)
    assert after.doubts == ()
    assert after.people.is_certain


def test_two_tablets_that_note_the_same_are_as_one() -> None:
    """A second tablet that notes what one has noted, whole groups as they were expected, doubles nobody."""
    one = [said("a", place, group, group.places) for place, group in enumerate((ANA, ION), start=1)]
    two = [said("b", place, group, group.places) for place, group in enumerate((ION, ANA), start=1)]
    alone, both = attend(one, ALL), attend(one + two, ALL)
    assert (both.people, both.came, both.doubts) == (alone.people, alone.came, ())

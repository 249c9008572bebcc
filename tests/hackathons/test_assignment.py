"""Who reads what: each entry by enough judges, no conflict ever, the work as even as conflicts allow."""

from collections import Counter
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hackathons.rules.assignment import Assignment, TooFewJudges, assign

Case = tuple[list[str], list[str], set[tuple[str, str]], int]


@st.composite
def cases(draw: st.DrawFn, entries: int = 12, judges: int = 8) -> Case:
    """Entries, judges, conflicts, and by how many each is read; there is always somebody who may."""
    works = [f"E{n}" for n in range(draw(st.integers(1, entries)))]
    people = [f"J{n}" for n in range(draw(st.integers(1, judges)))]
    pairs = st.sampled_from(list(product(people, works)))
    off = draw(st.sets(pairs, max_size=len(works) * len(people) // 3))
    most = min(sum((judge, work) not in off for judge in people) for work in works)
    if most == 0:
        off, most = set(), len(people)
    return works, people, off, draw(st.integers(1, most))


def loads(found: Assignment, judges: list[str]) -> list[int]:
    count = Counter(judge for readers in found.values() for judge in readers)
    return [count[judge] for judge in judges]


@given(cases(), st.text(max_size=5))
def test_every_entry_is_read_and_no_conflict_is(case: Case, seed: str) -> None:
    works, people, off, per_entry = case
    found = assign(works, people, per_entry=per_entry, conflicts=off, seed=seed)
    assert set(found) == set(works)
    for work, readers in found.items():
        assert len(readers) == len(set(readers)) == per_entry
        assert not {(judge, work) for judge in readers} & off


@given(cases())
def test_without_conflicts_nobody_has_two_more_than_another(case: Case) -> None:
    works, people, _, per_entry = case
    found = loads(assign(works, people, per_entry=per_entry, seed="a"), people)
    assert max(found) - min(found) <= 1


@given(cases(entries=4, judges=4))
def test_conflicts_cost_no_more_evenness_than_they_must(case: Case) -> None:
    """By trying every assignment there is: none has a smaller sum of squares."""
    works, people, off, per_entry = case
    found = loads(assign(works, people, per_entry=per_entry, conflicts=off, seed="b"), people)
    able = [[judge for judge in people if (judge, work) not in off] for work in works]
    best = min(
        sum(count**2 for count in Counter(judge for readers in one for judge in readers).values())
        for one in product(*(combinations(some, per_entry) for some in able))
    )
    assert sum(count**2 for count in found) == best


@given(cases(), st.randoms(use_true_random=False))
def test_only_ids_and_the_seed_decide(case: Case, order: object) -> None:
    works, people, off, per_entry = case
    first = assign(works, people, per_entry=per_entry, conflicts=off, seed="c")
    order.shuffle(works)  # type: ignore[attr-defined]
    order.shuffle(people)  # type: ignore[attr-defined]
    again = assign(works, people, per_entry=per_entry, conflicts=off, seed="c")
    assert {work: set(readers) for work, readers in first.items()} == {
        work: set(readers) for work, readers in again.items()
    }


@given(cases(), st.data())
def test_who_reads_an_entry_already_keeps_it(case: Case, data: st.DataObject) -> None:
    """Judges leave and others declare conflicts while sheets are being written."""
    works, people, off, per_entry = case
    before = assign(works, people, per_entry=per_entry, conflicts=off, seed="d")
    more = data.draw(st.sets(st.sampled_from(list(product(people, works))), max_size=3))
    there = [judge for judge in people if judge != data.draw(st.sampled_from(["nobody", *people]))]
    now = off | more
    able = {work: sum((judge, work) not in now for judge in there) for work in works}
    if min(able.values()) < per_entry:
        with pytest.raises(TooFewJudges) as few:
            assign(works, there, per_entry=per_entry, conflicts=now, given=before, seed="d")
        assert able[few.value.entry] == few.value.free < per_entry
        return
    after = assign(works, there, per_entry=per_entry, conflicts=now, given=before, seed="d")
    for work in works:
        stayed = [judge for judge in before[work] if judge in there and (judge, work) not in now]
        assert set(stayed) <= set(after[work])
        assert len(after[work]) >= per_entry


def test_an_event_of_120_teams_and_25_judges() -> None:
    works, people = [f"T{n:03}" for n in range(120)], [f"J{n:02}" for n in range(25)]
    off = {(people[n % 25], work) for n, work in enumerate(works)} | {("J03", work) for work in works[:40]}
    found = assign(works, people, per_entry=5, conflicts=off, seed="2027")
    assert set(loads(found, people)) == {24}
    assert not {(judge, work) for work, readers in found.items() for judge in readers} & off
    met = Counter(frozenset(pair) for readers in found.values() for pair in combinations(readers, 2))
    assert len(met) > 250, "almost every two of the 300 pairs of judges have an entry in common"


def test_too_few_judges_are_said() -> None:
    with pytest.raises(TooFewJudges) as refusal:
        assign(["A", "B"], ["x", "y"], per_entry=2, conflicts=[("x", "B")], seed="")
    assert (refusal.value.entry, refusal.value.free) == ("B", 1)

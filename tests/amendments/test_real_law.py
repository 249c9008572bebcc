"""The promises of the engine on the real reforms of a real law: Law 31/1990. The shared data have just two
published texts of it, four reforms apart: what is checked is those four at once, and no single one of them.

The articles that the reforms changed are cut into acts of a few articles each, in both texts. On the earlier
one hypothesis writes amendments, as in the other tests; the later one is what was accepted meanwhile.
"""

import itertools
from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amendments.text.anchors import anchor_of, is_whole
from amendments.text.conflicts import HARD, all_conflicts, judge
from amendments.text.index import ConflictIndex
from amendments.text.operations import MAX_OPERATIONS, Amendment, Operation, Splice, check_amendment, same
from amendments.text.rebase import KEPT, rebase
from amendments.text.record import record_changes
from amendments.text.replay import Consolidated, consolidate, replay_recorded
from amendments.text.units import Unit, Version
from tests.amendments.conftest import SOME
from tests.make.legal import debates, pick_compatible, shuffled
from tests.make.sequential import both_hold, written_slowly

ARTICLES = 2  # of an excerpt
MANY = 3  # operations of a reform; of more, pairs are sampled
SAMPLED = 8


@dataclass(frozen=True)
class Excerpt:
    """A few articles before and after the reforms, and the reforms as one amendment."""

    old: Version
    new: Version
    reform: Amendment
    done: Consolidated


@pytest.fixture(scope="module")
def excerpts(companies: tuple[Version, Version]) -> list[Excerpt]:
    """Every article that changed is in one of them; the smallest come first, for shrinking."""
    old, new = companies
    changed = [
        unit.id
        for unit in old.units
        if unit.type == "article"
        and unit.id in new
        and [(one.id, one.text) for one in old.subtree(unit.id)]
        != [(one.id, one.text) for one in new.subtree(unit.id)]
    ]
    found = []
    for at in range(0, len(changed), ARTICLES):
        before, after = (cut_out(version, changed[at : at + ARTICLES]) for version in (old, new))
        reform = record_changes(before, after, id="reform", rank=1_000)
        done = replay_recorded(before, reform)
        assert [unit.text for unit in done.version.units] == [unit.text for unit in after.units]
        found.append(Excerpt(before, after, reform, done))
    assert len(found) > 5
    return sorted(found, key=lambda one: len(one.old.text))


def cut_out(version: Version, articles: list[str]) -> Version:
    """Some articles as an act of their own, with the numbers that they have in the law."""
    units = [Unit(id=version.act.id, type="act")]
    for article in articles:
        first, *below = version.subtree(article)
        units += [msgspec.structs.replace(first, parent=version.act.id, fixed=True), *below]
    return Version(units, {"short_title": "a", "initiator": "b"})


def draw_debate(data: st.DataObject, excerpts: list[Excerpt]) -> tuple[Excerpt, list[Amendment]]:
    excerpt = data.draw(st.sampled_from(excerpts))
    return excerpt, data.draw(debates(excerpt.old, most=6))[1]


@SOME
@given(data=st.data())
def test_no_amendment_points_at_other_words_after_the_reforms(
    excerpts: list[Excerpt], data: st.DataObject
) -> None:
    """P12, P13."""
    excerpt, amendments = draw_debate(data, excerpts)
    carried = rebase(excerpt.done, amendments)
    assert [one.id for one in carried] == [one.id for one in amendments]
    for amendment, result in zip(amendments, carried, strict=True):
        assert (result.amendment is not None) == (result.kind in KEPT)
        for own, new in zip(amendment.operations, result.operations, strict=True):
            if isinstance(own, Splice) and isinstance(new.operation, Splice):
                moved = anchor_of(excerpt.done.version, new.operation)
                assert anchor_of(excerpt.old, own).quote == moved.quote
                assert is_whole(excerpt.done.version, moved)
        if result.amendment:
            check_amendment(excerpt.done.version, result.amendment)


@SOME
@given(data=st.data(), seed=st.integers())
def test_nothing_accepted_is_lost_and_order_never_matters(
    excerpts: list[Excerpt], data: st.DataObject, seed: int
) -> None:
    """P1, P3: among the amendments are the reforms themselves, where a person could have written them."""
    excerpt, amendments = draw_debate(data, excerpts)
    if len(excerpt.reform.operations) <= MAX_OPERATIONS:
        amendments.insert(data.draw(st.integers(0, len(amendments))), excerpt.reform)
    accepted = pick_compatible(excerpt.old, amendments)
    done = consolidate(excerpt.old, accepted)
    assert consolidate(excerpt.old, shuffled(accepted, seed)).version == done.version
    for unit in done.version.units:
        if unit.id in excerpt.old:
            assert unit.text == written_slowly(excerpt.old, unit.id, accepted)


@SOME
@given(data=st.data())
def test_reforms_first_or_all_at_once(excerpts: list[Excerpt], data: st.DataObject) -> None:
    """P5: amendments that meet the reforms nowhere come out the same on the reformed text."""
    excerpt, amendments = draw_debate(data, excerpts)
    if len(excerpt.reform.operations) > MAX_OPERATIONS:
        return
    accepted = pick_compatible(excerpt.old, [excerpt.reform, *amendments], soft=False)[1:]
    carried = rebase(excerpt.done, accepted)
    assert {one.kind for one in carried} <= {"same", "shifted", "absorbed"}
    later = consolidate(excerpt.done.version, [one.amendment for one in carried if one.amendment])
    assert later.version == consolidate(excerpt.old, [excerpt.reform, *accepted]).version


@SOME
@given(data=st.data())
def test_conflicts_with_each_other_and_with_the_reforms(excerpts: list[Excerpt], data: st.DataObject) -> None:
    """P2, P10: symmetric, the index finds all pairs, and hard is what cannot be done one after the other."""
    excerpt, amendments = draw_debate(data, excerpts)
    amendments.append(excerpt.reform)
    expected = all_conflicts(excerpt.old, amendments)
    assert ConflictIndex(excerpt.old, amendments).conflicts() == expected
    quiet: list[tuple[Operation, Operation]] = []
    for one, other in itertools.combinations(amendments, 2):
        for p, q in itertools.product(one.operations, other.operations):
            reason = judge(excerpt.old, p, q)
            assert reason == judge(excerpt.old, q, p)
            if same(p, q) or reason == "nested_moves":
                continue
            if reason or len(other.operations) < MANY:
                assert (reason in HARD) == (not both_hold(excerpt.old, p, q)), (p, q, reason)
            else:
                quiet.append((p, q))
    if quiet:  # of a reform of many operations, some of the pairs that meet nowhere: each takes its time
        for place in data.draw(st.sets(st.integers(0, len(quiet) - 1), min_size=1, max_size=SAMPLED)):
            assert both_hold(excerpt.old, *quiet[place]), quiet[place]

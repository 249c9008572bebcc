"""Consolidation keeps its promises: order never matters, nothing is lost, nothing comes from nowhere."""

import itertools
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from amendments.text.conflicts import all_conflicts
from amendments.text.index import ConflictIndex
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    RejectAct,
    ReplaceUnit,
    SetField,
    Splice,
    new_units,
)
from amendments.text.rebase import rebase
from amendments.text.refused import Refused
from amendments.text.replay import Consolidated, Unmergeable, consolidate
from amendments.text.units import NewUnit, Version
from amendments.text.weaving import Ruling
from tests.amendments.conftest import SOME
from tests.make.legal import debates, make_amendment, make_version, pick_compatible, shuffled
from tests.make.sequential import written_slowly

Debate = tuple[Version, list[Amendment]]


@SOME
@given(debate=debates(), seed=st.integers())
def test_order_never_matters(debate: Debate, seed: int) -> None:
    """P1; and P8, P9: nothing accepted gives the same version, the same thing twice is once."""
    version, amendments = debate
    accepted = pick_compatible(version, amendments)
    done = consolidate(version, accepted)
    assert consolidate(version, shuffled(accepted, seed)).version == done.version
    assert consolidate(version, []).version.content_hash == version.content_hash
    splices = [
        make_amendment(f"b{one.rank + 100}", *one.operations)
        for one in accepted
        if not any(True for operation in one.operations for _ in new_units(operation))
    ]
    again = consolidate(version, [*accepted, *splices])
    assert again.version == done.version
    for change in again.changes:
        twice = {f"b{int(id[1:]) + 100}" for id in change.amendments if id.startswith("a")}
        assert twice & {one.id for one in splices} <= set(change.amendments)


@SOME
@given(debate=debates(most=8))
def test_nothing_is_lost_and_nothing_comes_from_nowhere(debate: Debate) -> None:
    """P3 and P4: every text is what a slow second consolidation writes; units are those of the base that
    were not taken away, and those that were brought.
    """
    version, amendments = debate
    accepted = pick_compatible(version, amendments)
    done = consolidate(version, accepted)
    operations = [operation for one in accepted for operation in one.operations]
    gone = {
        unit.id
        for operation in operations
        if isinstance(operation, DeleteUnit | ReplaceUnit)
        for unit in version.subtree(operation.unit)
    }
    brought = {unit.id: unit.text for change in done.changes for unit in new_units(change.operation)}
    ids = {unit.id for unit in version.units}
    assert {unit.id for unit in done.version.units} == (ids - gone) | set(brought)
    assert set(done.removed) == gone
    for unit in done.version.units:
        wanted = brought[unit.id] if unit.id in brought else written_slowly(version, unit.id, accepted)
        assert unit.text == wanted
    for change in done.changes:
        match change.operation:
            case MoveUnit(unit=moved, parent=parent):
                assert done.version[moved].parent == parent
                assert done.moved[moved] == change.amendments
            case InsertUnit(parent=parent, new=new):
                assert done.version[new.id].parent == parent


@SOME
@given(debate=debates(most=8))
def test_every_word_says_where_it_comes_from(debate: Debate) -> None:
    """P18: the spans cover each changed text exactly; what an amendment brought is what its spans hold."""
    version, amendments = debate
    done = consolidate(version, pick_compatible(version, amendments))
    brought: Counter[tuple[str, ...]] = Counter()
    for id, spans in done.spans.items():
        text, at = done.version[id].text, 0
        for span in spans:
            assert span.start == at < span.end
            at = span.end
            brought[span.amendments] += span.end - span.start
        assert at == len(text)
        kept = "".join(text[span.start : span.end] for span in spans if not span.amendments)
        if id in version:
            assert is_subsequence(kept, version[id].text)
    del brought[()]
    wanted: Counter[tuple[str, ...]] = Counter()
    for change in done.changes:
        new = [unit.text for unit in new_units(change.operation)]
        size = sum(map(len, new)) + (len(change.operation.new) if isinstance(change.operation, Splice) else 0)
        wanted[change.amendments] += size
    assert +wanted == +brought
    for unit in done.version.units:
        if unit.id in version and unit.id not in done.spans:
            assert unit.text == version[unit.id].text


def is_subsequence(part: str, whole: str) -> bool:
    """Whether the characters of one stand in the other in that order."""
    rest = iter(whole)
    return all(sign in rest for sign in part)


@SOME
@given(debate=debates(most=6), cut=st.integers(0, 6))
def test_in_two_rounds_it_comes_out_as_in_one(debate: Debate, cut: int) -> None:
    """P5, for amendments without soft conflicts between the rounds."""
    version, amendments = debate
    accepted = pick_compatible(version, amendments, soft=False)
    first = consolidate(version, accepted[:cut])
    carried = rebase(first, accepted[cut:])
    assert {one.kind for one in carried} <= {"same", "shifted", "absorbed"}
    second = consolidate(first.version, [one.amendment for one in carried if one.amendment])
    assert second.version == consolidate(version, accepted).version


@SOME
@given(debate=debates(most=6))
def test_a_withdrawn_amendment_leaves_no_trace(debate: Debate) -> None:
    """P6: the index after adding and removing is the index without; so is the consolidated text."""
    version, amendments = debate
    kept = [one for one in amendments if one.rank % 2]
    index = ConflictIndex(version, amendments)
    for one in amendments:
        if one not in kept:
            index.remove(one.id)
    assert index.conflicts() == ConflictIndex(version, kept).conflicts() == all_conflicts(version, kept)
    accepted = pick_compatible(version, amendments)
    whole = consolidate(version, accepted)
    for one in accepted:
        without = consolidate(version, [other for other in accepted if other is not one])
        assert one.id not in {id for change in without.changes for id in change.amendments}
        assert one.id not in {
            id for spans in without.spans.values() for span in spans for id in span.amendments
        }
        for named in (without.removed, without.moved):
            assert one.id not in {id for ids in named.values() for id in ids}
        own = brought_by(one)
        others = {id for other in accepted if other is not one for id in brought_by(other)}
        assert not {unit.id for unit in without.version.units} & (own - others)
        rewritten = {each.unit for each in one.operations if isinstance(each, Splice)}
        for unit in without.version.units:  # what it did not word stands as it would with it
            if unit.id in whole.version and unit.id not in rewritten | own:
                assert unit.text == whole.version[unit.id].text


def brought_by(amendment: Amendment) -> set[str]:
    """The units that an amendment brings."""
    return {unit.id for operation in amendment.operations for unit in new_units(operation)}


# ── written examples ────────────────────────────────────────────────────────────────────────────────

FEES = make_version(
    "article: Taxa este de 10 lei.", "article:", "  alin: Unu.", "  alin: Doi.", "article: Trei."
)


def texts(done: Consolidated) -> list[str]:
    """Label and text of each unit."""
    return [f"{unit.label} {unit.text}".strip() for unit in done.version.units[1:]]


def test_two_splices_and_two_units_in_one_slot() -> None:
    done = consolidate(
        FEES,
        [
            make_amendment("a1", Splice(unit="u1", start=6, end=7, new="8")),
            make_amendment("a2", Splice(unit="u1", start=8, end=9, new="lei pe oră")),
            make_amendment(
                "a4", InsertUnit(parent="u2", after="u3", new=NewUnit(id="n2", type="alin", text="B."))
            ),
            make_amendment(
                "a3", InsertUnit(parent="u2", after="u3", new=NewUnit(id="n1", type="alin", text="A."))
            ),
            make_amendment("a5", DeleteUnit(unit="u4")),
        ],
    )
    assert texts(done) == ["1 Taxa este de 8 lei pe oră.", "2", "1 Unu.", "2 A.", "3 B.", "3 Trei."]
    assert [one.pair for one in done.unsettled] == [("a3", "a4")]  # nothing stands beside what a5 deletes


def test_a_ruling_decides_the_order_and_is_kept() -> None:
    amendments = [
        make_amendment("a1", Splice(unit="u5", start=0, end=0, new="unu ")),
        make_amendment("a2", Splice(unit="u5", start=0, end=0, new="doi ")),
        make_amendment("a3", Splice(unit="u5", start=0, end=1, new="Patru")),
    ]
    ruling = Ruling(unit="u5", gap=0, order=("a2", "a3", "a1"), reason="așa se citește")
    done = consolidate(FEES, amendments, [ruling])
    assert done.version["u5"].text == "doi Patruunu ."
    assert done.unsettled == ()
    assert done.rulings == (ruling,)
    assert done.untidy == ("u5",)
    assert consolidate(FEES, amendments).version["u5"].text == "unu doi Patru."


def splice(start: int, end: int, new: str = "") -> Splice:
    return Splice(unit="u5", start=start, end=end, new=new)


def order(*ids: str, unit: str = "u5", gap: int | None = 0, after: str | None = None) -> Ruling:
    return Ruling(unit=unit, gap=gap, after=after, order=ids, reason="așa se citește")


TWO_AT_A_GAP = [make_amendment("a1", splice(0, 0, "unu ")), make_amendment("a2", splice(0, 0, "doi "))]


@pytest.mark.parametrize(
    ("ruling", "left"),
    [
        (order("a2", "a1"), 0),
        (order("a2", "a1", gap=1), 1),  # another gap of the text
        (order("a2", "a1", unit="u1"), 1),  # another unit
        (order("a2", "a1", gap=None), 1),  # the slot in front below the unit
        (order("a2"), 1),
        (order("a1", "a3"), 1),
    ],
)
def test_a_ruling_settles_its_own_place_only(ruling: Ruling, left: int) -> None:
    assert len(consolidate(FEES, TWO_AT_A_GAP, [ruling]).unsettled) == left


def test_the_last_ruling_about_a_place_holds() -> None:
    rulings = [order("a2", "a1"), order("a1")]
    assert len(consolidate(FEES, TWO_AT_A_GAP, rulings).unsettled) == 1


def test_who_asked_for_the_same_is_named_by_any_of_them() -> None:
    third = make_amendment("a3", splice(0, 0, "unu "))
    done = consolidate(FEES, [*TWO_AT_A_GAP, third], [order("a2", "a3")])
    assert (done.version["u5"].text, done.unsettled) == ("doi unu Trei.", ())


@pytest.mark.parametrize(
    "other",
    [
        splice(0, 1),  # words that only go
        splice(0, 0, "x x "),  # the same either way
        DeleteUnit(unit="u5"),  # a unit that only goes
    ],
)
def test_no_order_is_asked_for_where_it_makes_no_difference(other: Splice | DeleteUnit) -> None:
    new = InsertUnit(parent="u0", after="u2", new=NewUnit(id="n1", type="article", text="A"))
    own = new if isinstance(other, DeleteUnit) else splice(0, 0, "x ")
    amendments = [make_amendment("a1", own), make_amendment("a2", other)]
    assert len(ConflictIndex(FEES, amendments).conflicts()) == 1
    assert consolidate(FEES, amendments).unsettled == ()


TAXES = make_version("article: Unu.", "article: Doi.")
TAX = Splice(unit="u1", start=0, end=0, new="taxa ")


@SOME
@given(debate=debates())
@example(  # both bring the same word; one of them another word too, which stands behind it either way
    debate=(
        TAXES,
        [
            make_amendment("a0", TAX, SetField(field="short_title", value="Taxe")),
            make_amendment("a1", TAX, Splice(unit="u1", start=0, end=0, new="zi ")),
        ],
    )
)
@example(  # in the other order of the register it may stand on either side
    debate=(
        TAXES,
        [
            make_amendment("a1", TAX),
            make_amendment("a0", Splice(unit="u1", start=0, end=0, new="zi "), TAX),
        ],
    )
)
def test_an_order_is_asked_for_just_where_it_makes_a_difference(debate: Debate) -> None:
    """The oracle rules on every place of every two, both ways."""
    version, amendments = debate
    for one, other in itertools.combinations(pick_compatible(version, amendments), 2):
        places = []
        for operation in (*one.operations, *other.operations):
            if isinstance(operation, Splice):
                places.append((operation.unit, operation.start, None))
            elif isinstance(operation, InsertUnit | MoveUnit):
                places.append((operation.parent, None, operation.after))
        first, second = (
            consolidate(
                version, [one, other], [order(*ids, unit=u, gap=gap, after=after) for u, gap, after in places]
            )
            for ids in ((one.id, other.id), (other.id, one.id))
        )
        assert first.unsettled == second.unsettled == ()
        asked = consolidate(version, [one, other]).unsettled
        assert (first.version == second.version) == (not asked)


def test_a_ruling_about_a_slot() -> None:
    one = InsertUnit(parent="u0", after=None, new=NewUnit(id="n1", type="article", text="A"))
    two = InsertUnit(parent="u0", after=None, new=NewUnit(id="n2", type="article", text="B"))
    ruling = Ruling(unit="u0", after=None, order=("a2", "a1"), reason="întâi definiția")
    done = consolidate(FEES, [make_amendment("a1", one), make_amendment("a2", two)], [ruling])
    assert texts(done)[:2] == ["1 B", "2 A"]
    assert done.unsettled == ()


def test_hard_conflicts_are_refused_with_the_pairs() -> None:
    amendments = [
        make_amendment("a1", Splice(unit="u1", start=4, end=7, new="de 8")),
        make_amendment("a2", Splice(unit="u1", start=6, end=7, new="9")),
        make_amendment("a3", DeleteUnit(unit="u2")),
        make_amendment("a4", Splice(unit="u3", start=0, end=1, new="Zero")),
    ]
    with pytest.raises(Unmergeable) as refusal:
        consolidate(FEES, amendments)
    assert [(one.pair, one.reason) for one in refusal.value.conflicts] == [
        (("a1", "a2"), "overlap"),
        (("a3", "a4"), "removed"),
    ]


def test_the_rejection_of_the_act_is_no_text() -> None:
    with pytest.raises(Refused, match="act_rejected"):
        consolidate(FEES, [make_amendment("a1", RejectAct())])


def test_the_three_operations_that_chained_patching_gets_wrong() -> None:
    """The text between two insertions goes: they keep the order of their gaps, whatever their rank."""
    version = make_version("article: t")
    accepted = [
        make_amendment("a1", Splice(unit="u1", start=1, end=1, new=" y")),
        make_amendment("a2", Splice(unit="u1", start=0, end=1, new="")),
        make_amendment("a3", Splice(unit="u1", start=0, end=0, new="z ")),
    ]
    assert consolidate(version, accepted).version["u1"].text == "z  y"
    first = consolidate(version, [accepted[1]])
    carried = [one.amendment for one in rebase(first, [accepted[0], accepted[2]])]
    assert consolidate(first.version, [one for one in carried if one]).version["u1"].text == "z  y"

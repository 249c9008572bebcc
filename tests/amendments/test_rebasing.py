"""Open amendments on a new version: each gets one class, and none ever points at other words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from amendments.text.anchors import anchor_of, is_whole
from amendments.text.conflicts import check_consistent
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    SetField,
    Splice,
    check_amendment,
)
from amendments.text.rebase import KEPT, Rebased, rebase
from amendments.text.replay import consolidate
from amendments.text.units import NewUnit, Version
from tests.amendments.conftest import SOME
from tests.make.legal import debates, make_amendment, make_version, pick_compatible

Debate = tuple[Version, list[Amendment]]


@SOME
@given(debate=debates(most=9), cut=st.integers(1, 8))
def test_every_open_amendment_gets_one_class_and_keeps_its_words(debate: Debate, cut: int) -> None:
    """P12, P13, P14."""
    version, amendments = debate
    accepted = pick_compatible(version, amendments[:cut])
    before = msgspec.json.encode(amendments)
    done = consolidate(version, accepted)
    carried = rebase(done, amendments)
    assert [one.id for one in carried] == [one.id for one in amendments]
    assert msgspec.json.encode(amendments) == before
    for amendment, result in zip(amendments, carried, strict=True):
        assert (result.amendment is not None) == (result.kind in KEPT)
        if amendment in accepted:
            assert result.kind == "absorbed"
            assert amendment.id in result.because
        for own, new in zip(amendment.operations, result.operations, strict=True):
            assert (new.operation is not None) == (new.kind in KEPT)
            if isinstance(own, Splice) and isinstance(new.operation, Splice):
                old_anchor = anchor_of(version, own)
                new_anchor = anchor_of(done.version, new.operation)
                assert (old_anchor.quote, own.new) == (new_anchor.quote, new.operation.new)
                assert is_whole(done.version, new_anchor)
        if result.amendment:
            check_amendment(done.version, result.amendment)
            check_consistent(done.version, result.amendment)


@SOME
@given(debate=debates(most=9, most_operations=1), cut=st.integers(1, 8))
def test_what_happens_in_other_units_makes_no_difference(debate: Debate, cut: int) -> None:
    """P11: splices elsewhere can be left out."""
    version, amendments = debate
    accepted = pick_compatible(version, amendments[:cut])
    everything = consolidate(version, accepted)
    for amendment in amendments[cut:]:
        operation = amendment.operations[0]
        if not isinstance(operation, Splice):
            continue
        here = [one for one in accepted if not is_splice_elsewhere(one, operation.unit)]
        [full], [local] = rebase(everything, [amendment]), rebase(consolidate(version, here), [amendment])
        assert (full.kind, full.operations) == (local.kind, local.operations)


def is_splice_elsewhere(amendment: Amendment, unit: str) -> bool:
    """Whether its one operation changes words of another unit."""
    [operation] = amendment.operations
    return isinstance(operation, Splice) and operation.unit != unit


@SOME
@given(debate=debates(most=9), cut=st.integers(1, 8))
def test_rebased_amendments_can_be_rebased_again(debate: Debate, cut: int) -> None:
    """A chain of versions, one for each accepted amendment."""
    version, amendments = debate
    still: list[Amendment] = amendments
    for _ in range(cut):
        if not still:
            return
        done = consolidate(version, still[:1])
        carried = rebase(done, still[1:])
        version, still = done.version, [one.amendment for one in carried if one.amendment]
        for amendment in still:
            check_amendment(version, amendment)


# ── written examples ────────────────────────────────────────────────────────────────────────────────

ACT = make_version("article: a b c d e", "article: f", "  alin: g", "  alin: h", "article: i")


def carry(accepted: list[Operation], *operations: Operation, separable: bool = False) -> Rebased:
    """One open amendment after others were accepted."""
    done = consolidate(ACT, [make_amendment(f"a{n}", one) for n, one in enumerate(accepted, start=1)])
    [result] = rebase(done, [make_amendment("a50", *operations, separable=separable)])
    return result


def splice(unit: str, start: int, end: int, new: str = "") -> Splice:
    return Splice(unit=unit, start=start, end=end, new=new)


NEW = NewUnit(id="n", type="alin", text="nou")

CASES: list[tuple[Operation, Operation, str, Operation | None]] = [
    (splice("u2", 0, 1, "x"), splice("u1", 4, 5, "y"), "same", splice("u1", 4, 5, "y")),
    (splice("u1", 6, 7, "x"), splice("u1", 4, 5, "y"), "same", splice("u1", 4, 5, "y")),
    (splice("u1", 0, 1, "x z"), splice("u1", 4, 5, "y"), "shifted", splice("u1", 6, 7, "y")),
    (splice("u1", 4, 5, "y"), splice("u1", 4, 5, "y"), "absorbed", None),
    (splice("u1", 4, 5, "x"), splice("u1", 4, 5, "y"), "conflict", None),
    (DeleteUnit(unit="u3"), splice("u3", 0, 1, "y"), "orphaned", None),
    (DeleteUnit(unit="u2"), splice("u3", 0, 1, "y"), "orphaned", None),
    (ReplaceUnit(unit="u3", new=NEW), splice("u3", 0, 1, "y"), "orphaned", None),
    (splice("u3", 0, 1, "x"), DeleteUnit(unit="u2"), "conflict", None),
    (DeleteUnit(unit="u2"), DeleteUnit(unit="u4"), "absorbed", None),
    (DeleteUnit(unit="u2"), InsertUnit(parent="u2", new=NEW), "orphaned", None),
    (
        DeleteUnit(unit="u3"),
        InsertUnit(parent="u2", after="u3", new=NEW),
        "shifted",
        InsertUnit(parent="u2", after=None, new=NEW),
    ),
    (MoveUnit(unit="u3", parent="u5"), splice("u3", 0, 1, "y"), "same", splice("u3", 0, 1, "y")),
    (MoveUnit(unit="u3", parent="u5"), MoveUnit(unit="u3", parent="u1"), "conflict", None),
    (MoveUnit(unit="u3", parent="u5"), InsertUnit(parent="u2", after="u3", new=NEW), "conflict", None),
    (DeleteUnit(unit="u3"), MoveUnit(unit="u4", parent="u2"), "absorbed", None),
    (
        SetField(field="short_title", value="x"),
        SetField(field="short_title", value="y"),
        "conflict",
        None,
    ),
]


@pytest.mark.parametrize(("accepted", "own", "kind", "new"), CASES)
def test_class_by_class(accepted: Operation, own: Operation, kind: str, new: Operation | None) -> None:
    result = carry([accepted], own)
    assert (result.kind, result.operations[0].operation) == (kind, new)
    if kind in ("absorbed", "conflict", "orphaned"):
        assert result.because == ("a1",)


def test_what_can_be_separated_goes_on_with_what_is_left() -> None:
    own = (splice("u1", 4, 5, "y"), splice("u3", 0, 1, "y"))
    whole = carry([DeleteUnit(unit="u3")], *own)
    parts = carry([DeleteUnit(unit="u3")], *own, separable=True)
    assert (whole.kind, whole.amendment) == ("orphaned", None)
    assert parts.kind == "shifted"
    assert parts.amendment is not None
    assert parts.amendment.operations == (own[0],)
    assert [one.kind for one in parts.operations] == ["same", "orphaned"]


def test_a_slot_after_something_new_knows_it() -> None:
    """An open insertion stands after the accepted one of its slot, because it was registered later."""
    accepted = InsertUnit(parent="u2", after="u3", new=NEW)
    own = InsertUnit(parent="u2", after="u3", new=NewUnit(id="m", type="alin", text="alt"))
    result = carry([accepted], own)
    assert result.operations[0].operation == msgspec.structs.replace(own, after="n")

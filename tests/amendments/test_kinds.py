"""What may stand below what: no operation that is carried out makes a text that no reader would make."""

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amendments.errors import TEXT_WORDS
from amendments.text.kinds import MAX_NESTED, WORDLESS, held_by, nesting, unfit_pairs
from amendments.text.operations import (
    InsertUnit,
    MoveUnit,
    Operation,
    ReplaceUnit,
    Splice,
    check_operation,
)
from amendments.text.reading import read_markdown
from amendments.text.refused import BadOperation
from amendments.text.replay import consolidate
from amendments.text.units import NewUnit, UnitType, Version
from app.seed import parking
from tests.amendments.conftest import SOME
from tests.make.decision import DECISION
from tests.make.legal import draw_operation, make_amendment, make_version, pick_compatible, versions

ACT = make_version(
    "title: Hotărâre",
    "preamble:",
    "  recital: Având în vedere",
    "article: Unu",
    "  alin: Doi",
    "    lit: trei",
    "article: Patru",
    "table:",
    "  row:",
    "    cell: Zona",
    "    cell: Lei",
    "  row:",
    "    cell: Rahova",
    "    cell: 10",
)
KINDS: tuple[UnitType, ...] = get_args(UnitType)


def new(kind: UnitType, *children: NewUnit) -> NewUnit:
    return NewUnit(id=f"n-{kind}-{len(children)}", type=kind, children=children)


def refusal(operation: Operation, version: Version = ACT) -> str:
    with pytest.raises(BadOperation) as refused:
        check_operation(version, operation)
    return refused.value.code


def deep(levels: int, name: str) -> NewUnit:
    """Enumerations in each other; the innermost is `name`1, a letter."""
    kind: UnitType = "lit" if levels % 2 else "pct"
    below = (deep(levels - 1, name),) if levels > 1 else ()
    return NewUnit(id=f"{name}{levels}", type=kind, text="x", children=below)


def test_every_text_that_is_read_fits(laws: Path) -> None:
    texts = [DECISION, parking.TEXT, *(path.read_text("utf-8") for path in sorted(laws.glob("*.md")))]
    for text in texts:
        assert list(unfit_pairs(read_markdown(text).version)) == []


def test_only_rows_stand_in_tables_and_only_cells_in_rows() -> None:
    table, row = "u8", "u9"
    for kind in KINDS:
        for parent, own in ((table, "row"), (row, "cell")):
            below = {"row": [new("cell")], "table": [new("row", new("cell"))]}.get(kind, [])
            inserted = InsertUnit(parent=parent, new=new(kind, *below))
            if kind == own:
                check_operation(ACT, inserted)
            elif kind != "act":
                assert refusal(inserted) == "unfit", kind
    for kind in ("cell", "title", "text", "heading", "recital", "signature", "note"):
        assert held_by(kind) == frozenset(), "it holds nothing"
    assert held_by("table") == {"row"}
    assert held_by("row") == {"cell"}


@pytest.mark.parametrize(
    "operation",
    [
        InsertUnit(parent="u10", new=new("text")),  # a text in a cell: what „Add after it” on a cell once did
        InsertUnit(parent="u4", new=new("article")),
        InsertUnit(parent="u0", new=new("row", new("cell"))),
        InsertUnit(parent="u0", new=new("recital")),
        InsertUnit(parent="u0", new=new("article", new("row", new("cell")))),
        InsertUnit(parent="u8", new=new("row", new("cell", new("text")))),
        MoveUnit(unit="u12", parent="u4"),
        MoveUnit(unit="u4", parent="u7"),
        MoveUnit(unit="u3", parent="u0"),
        ReplaceUnit(unit="u9", new=new("article")),
        ReplaceUnit(unit="u5", new=new("chapter")),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_with_a_reason_of_its_own(operation: Operation) -> None:
    assert refusal(operation) == "unfit"
    assert "unfit" in TEXT_WORDS


def test_what_fits_or_stays_where_it_was_is_carried_out() -> None:
    for operation in (
        InsertUnit(parent="u8", after="u9", new=new("row", new("cell"))),
        MoveUnit(unit="u12", parent="u8"),
        MoveUnit(unit="u5", parent="u7"),
        MoveUnit(unit="u6", parent="u7"),
        ReplaceUnit(unit="u5", new=new("text")),
    ):
        check_operation(ACT, operation)
    odd = make_version("article: a", "  article: b", "  article: c")  # no reader makes it, but it may come
    check_operation(odd, MoveUnit(unit="u3", parent="u1"))
    check_operation(odd, ReplaceUnit(unit="u2", new=new("article")))


def test_a_table_and_its_rows_say_nothing_themselves() -> None:
    assert refusal(Splice(unit="u9", start=0, end=0, new="vorbe")) == "no_words"
    cell = NewUnit(id="c", type="cell", text="10")
    wordy = NewUnit(id="n", type="row", text="vorbe", children=(cell,))
    assert refusal(InsertUnit(parent="u8", new=wordy)) == "no_words"
    assert refusal(InsertUnit(parent="u8", new=new("row"))) == "no_cells"
    assert refusal(InsertUnit(parent="u0", new=new("table"))) == "no_cells"


def test_enumerations_nest_to_a_depth_that_every_text_can_hold() -> None:
    check_operation(ACT, InsertUnit(parent="u5", new=deep(MAX_NESTED, "d")))
    assert refusal(InsertUnit(parent="u5", new=deep(MAX_NESTED + 1, "d"))) == "nested_too_deep"
    assert refusal(InsertUnit(parent="u6", new=deep(MAX_NESTED, "d"))) == "nested_too_deep"
    # what is moved below the deepest, and what comes below what is moved, both being accepted
    pair = [InsertUnit(parent="u5", new=deep(6, "d")), InsertUnit(parent="u7", new=deep(4, "e"))]
    text = consolidate(ACT, [make_amendment("a1", *pair)]).version
    both = (MoveUnit(unit="e4", parent="d1"), InsertUnit(parent="e1", new=deep(6, "f")))
    done = consolidate(text, [make_amendment(f"a{n}", one) for n, one in enumerate(both)]).version
    assert nesting(done, "f1") == 16
    assert (
        refusal(InsertUnit(parent="f1", new=NewUnit(id="g", type="pct", text="x")), done) == "nested_too_deep"
    )


@SOME
@given(version=versions(), data=st.data(), rounds=st.integers(1, 4))
def test_no_sequence_of_accepted_operations_makes_an_unfit_text(
    version: Version, data: st.DataObject, rounds: int
) -> None:
    """Round after round of amendments, of which each is accepted that can be with the others."""
    for number in range(rounds):
        made = (draw_operation(data.draw, version, f"{number}.{n}") for n in range(6))
        amendments = [make_amendment(f"a{n}", one) for n, one in enumerate(made) if one is not None]
        version = consolidate(version, pick_compatible(version, amendments)).version
        assert list(unfit_pairs(version)) == []
        assert not any(unit.text for unit in version.units if unit.type in WORDLESS)

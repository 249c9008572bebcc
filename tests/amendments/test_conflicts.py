"""The rule of conflicts: symmetric, and in agreement with an oracle that carries operations out."""

import itertools

import pytest
from hypothesis import given

from amendments.text.conflicts import HARD, all_conflicts, check_consistent, groups, judge
from amendments.text.index import ConflictIndex
from amendments.text.operations import (
    Amendment,
    DeleteUnit,
    InsertUnit,
    MoveUnit,
    Operation,
    RejectAct,
    ReplaceUnit,
    SetField,
    Splice,
    same,
)
from amendments.text.refused import BadOperation
from amendments.text.units import NewUnit, Version
from tests.amendments.conftest import SOME
from tests.make.legal import debates, make_amendment, make_version
from tests.make.sequential import both_hold

Debate = tuple[Version, list[Amendment]]


@SOME
@given(debate=debates(most=8))
def test_the_rule_is_symmetric_and_the_index_finds_all_pairs(debate: Debate) -> None:
    """P2; and the index, however it was filled, has exactly the conflicts of all pairs."""
    version, amendments = debate
    for one, other in itertools.combinations(amendments, 2):
        for p in one.operations:
            for q in other.operations:
                assert judge(version, p, q) == judge(version, q, p)
    expected = all_conflicts(version, amendments)
    assert ConflictIndex(version, amendments).conflicts() == expected
    assert ConflictIndex(version, amendments[::-1]).conflicts() == expected
    index = ConflictIndex(version, amendments)
    for amendment in amendments:
        own = [one for one in expected if amendment.id in one.pair]
        assert index.conflicts_with(amendment) == index.conflicts_of(amendment.id) == own
        assert index.add(amendment) == own  # instead of itself
        assert index.conflicts() == expected  # which are kept from here on


def test_asking_about_one_judges_only_what_lies_near(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person types; neither that they do nor how many others there are makes the server judge all pairs."""
    version = make_version(*["article: a b c d e"] * 100)
    others = [
        make_amendment(f"a{n}", Splice(unit=f"u{1 + n % 100}", start=0, end=1, new=f"x{n}"))
        for n in range(1_000)
    ]
    judged: list[tuple[Operation, Operation]] = []

    def count(of: Version, one: Operation, other: Operation) -> str | None:
        judged.append((one, other))
        return judge(of, one, other)

    monkeypatch.setattr("amendments.text.index.judge", count)
    index = ConflictIndex(version, others)
    assert judged == []
    typed = make_amendment("mine", Splice(unit="u7", start=0, end=2, new="y"))
    assert len(index.conflicts_with(typed)) == len(judged) == 10
    assert len(index.add(typed)) == 10
    assert len(judged) == 20
    everything = index.conflicts()
    assert len(judged) == 20 + len(everything) == 20 + 100 * 45 + 10  # every pair once
    index.remove("mine")
    assert len(index.conflicts()) == 100 * 45
    assert len(judged) == 20 + len(everything)


@SOME
@given(debate=debates(most=8, most_operations=1))
def test_hard_is_what_cannot_be_done_one_after_the_other(debate: Debate) -> None:
    """P10. Two nested moves are refused also where they could be done: three could go round in a circle
    though no two of them do.
    """
    version, amendments = debate
    for one, other in itertools.combinations(amendments, 2):
        p, q = one.operations[0], other.operations[0]
        if same(p, q):
            continue
        reason = judge(version, p, q)
        if reason != "nested_moves":
            assert (reason in HARD) == (not both_hold(version, p, q)), (p, q, reason)


def test_all_splices_of_a_short_text_by_the_oracle() -> None:
    """P10, completely: every pair of splices of a text of three tokens."""
    version = make_version("article: a b")
    places = [(a, b) for a in range(4) for b in range(a, 4)]
    for (a, b), (c, d), new in itertools.product(places, places, ("", "x", "y")):
        if a == b and not new:
            continue
        p, q = Splice(unit="u1", start=a, end=b, new=new), Splice(unit="u1", start=c, end=d, new="z")
        assert (judge(version, p, q) in HARD) == (not both_hold(version, p, q)), (p, q)


# ── the table of the rule, one line a case ──────────────────────────────────────────────────────────

ACT = make_version(
    "chapter: C",  # u1
    "  article: a b c d",  # u2
    "    alin: e",  # u3
    "    alin: f",  # u4
    "  article: g",  # u5
    "chapter: D",  # u6
    "  article: h",  # u7
)


def splice(unit: str, start: int, end: int, new: str = "") -> Splice:
    return Splice(unit=unit, start=start, end=end, new=new)


def insert(parent: str, after: str | None = None, text: str = "nou") -> InsertUnit:
    return InsertUnit(parent=parent, after=after, new=NewUnit(id=f"n{text}", type="article", text=text))


def move(unit: str, parent: str, after: str | None = None) -> MoveUnit:
    return MoveUnit(unit=unit, parent=parent, after=after)


def delete(unit: str) -> DeleteUnit:
    return DeleteUnit(unit=unit)


def replace(unit: str, text: str = "alt") -> ReplaceUnit:
    return ReplaceUnit(unit=unit, new=NewUnit(id=f"r{text}", type="article", text=text))


CASES: list[tuple[Operation, Operation, str | None]] = [
    (splice("u2", 0, 3), splice("u2", 2, 5), "overlap"),
    (splice("u2", 0, 2), splice("u2", 2, 4), None),
    (splice("u2", 0, 3), splice("u2", 0, 3), None),
    (splice("u2", 0, 3, "x"), splice("u2", 0, 3, "y"), "overlap"),
    (splice("u2", 0, 3), splice("u2", 1, 1, "x"), "inside"),
    (splice("u2", 0, 3), splice("u2", 0, 0, "x"), "adjacent"),
    (splice("u2", 0, 3), splice("u2", 3, 3, "x"), "adjacent"),
    (splice("u2", 0, 3), splice("u2", 4, 4, "x"), None),
    (splice("u2", 1, 1, "x"), splice("u2", 1, 1, "y"), "same_gap"),
    (splice("u2", 1, 1, "x"), splice("u2", 1, 1, "x"), None),
    (splice("u2", 0, 1), splice("u3", 0, 1), None),
    (delete("u2"), splice("u2", 0, 1), "removed"),
    (delete("u1"), splice("u3", 0, 1), "removed"),
    (delete("u2"), insert("u2"), "removed"),
    (delete("u2"), move("u3", "u5"), "removed"),
    (delete("u2"), move("u7", "u2"), "removed"),
    (delete("u1"), move("u2", "u6"), "removed"),
    (delete("u2"), delete("u2"), None),
    (delete("u1"), delete("u3"), None),
    (delete("u2"), insert("u1", "u2"), "adjacent_slot"),
    (delete("u5"), insert("u1", "u2"), "adjacent_slot"),
    (delete("u2"), insert("u1", "u5"), None),
    (delete("u5"), move("u7", "u1", "u5"), "adjacent_slot"),
    (replace("u2"), splice("u3", 0, 1), "removed"),
    (replace("u2"), replace("u2", "altfel"), "removed"),
    (replace("u2"), replace("u2"), None),
    (replace("u2"), delete("u2"), "removed"),
    (replace("u2"), delete("u3"), "removed"),
    (replace("u2"), delete("u1"), "removed"),
    (replace("u2"), insert("u1", "u2"), None),
    (move("u2", "u6"), move("u2", "u6", "u7"), "moved_twice"),
    (move("u2", "u6"), move("u2", "u6"), None),
    (move("u1", "u0", "u6"), move("u7", "u1"), "nested_moves"),
    (move("u1", "u0", "u6"), move("u2", "u6"), "nested_moves"),
    (move("u2", "u6"), move("u5", "u6"), "same_slot"),
    (move("u2", "u6"), insert("u6"), "same_slot"),
    (move("u2", "u6"), insert("u1", "u2"), "slot_moves"),
    (move("u2", "u6"), splice("u3", 0, 1), None),
    (move("u2", "u6"), insert("u2"), None),
    (insert("u1"), insert("u1", None, "altul"), "same_slot"),
    (insert("u1"), insert("u1"), None),
    (SetField(field="short_title", value="A"), SetField(field="short_title", value="B"), "field"),
    (SetField(field="short_title", value="A"), SetField(field="short_title", value="A"), None),
    (SetField(field="short_title", value="A"), splice("u2", 0, 1), None),
    (RejectAct(), delete("u2"), None),
    (RejectAct(), RejectAct(), None),
]


@pytest.mark.parametrize(("one", "other", "reason"), CASES)
def test_the_rule_case_by_case(one: Operation, other: Operation, reason: str | None) -> None:
    assert judge(ACT, one, other) == judge(ACT, other, one) == reason
    amendments = [make_amendment("a1", one), make_amendment("a2", other)]
    found = ConflictIndex(ACT, amendments).conflicts()
    assert [conflict.reason for conflict in found] == ([reason] if reason else [])
    assert [conflict.grade for conflict in found] == (
        ["hard" if reason in HARD else "soft"] if reason else []
    )


def test_groups_hang_together_through_others() -> None:
    amendments = [
        make_amendment("a1", splice("u2", 0, 2)),
        make_amendment("a2", splice("u2", 1, 4)),
        make_amendment("a3", splice("u2", 3, 5)),
        make_amendment("a4", splice("u7", 0, 0, "x")),
        make_amendment("a5", splice("u7", 0, 0, "y")),
        make_amendment("a6", delete("u5")),
        make_amendment("a7", replace("u5")),
    ]
    found = ConflictIndex(ACT, amendments).conflicts()
    assert groups(found) == [("a1", "a2", "a3"), ("a6", "a7")]


def test_an_amendment_must_not_contradict_itself() -> None:
    check_consistent(ACT, make_amendment("a1", splice("u2", 0, 1), splice("u2", 2, 3)))
    with pytest.raises(BadOperation, match="contradiction"):
        check_consistent(ACT, make_amendment("a1", splice("u2", 0, 3), splice("u2", 2, 5)))
    with pytest.raises(BadOperation, match="twice"):
        check_consistent(ACT, make_amendment("a1", delete("u2"), delete("u2")))

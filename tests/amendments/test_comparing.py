"""Two versions compared, texts from elsewhere matched, changes recorded and taken back."""

from collections import Counter

import pytest
from hypothesis import given

from amendments.text.anchors import anchor, candidates, check_anchor, is_whole
from amendments.text.comparison import compare, confirmed, propose_matches
from amendments.text.operations import Amendment, DeleteUnit, InsertUnit, MoveUnit, Splice, check_amendment
from amendments.text.reading import read_markdown
from amendments.text.rebase import rebase
from amendments.text.record import NotRecordable, record_changes
from amendments.text.refused import BadAnchor
from amendments.text.replay import consolidate, replay_recorded
from amendments.text.segments import new_text, old_text
from amendments.text.tokens import is_word
from amendments.text.units import NewUnit, Unit, Version
from tests.amendments.conftest import SOME, read_apart
from tests.make.legal import any_text, debates, make_amendment, make_version, pick_compatible, texts

Debate = tuple[Version, list[Amendment]]


@SOME
@given(debate=debates())
def test_what_was_done_can_be_taken_back(debate: Debate) -> None:
    """P7: the recorded way back gives the base, the recorded way there the new version, to the last byte."""
    version, amendments = debate
    new = consolidate(version, pick_compatible(version, amendments)).version
    there, back = record_changes(version, new, id="r"), record_changes(new, version, id="r")
    assert replay_recorded(version, there).version.content_hash == new.content_hash
    assert replay_recorded(new, back).version.content_hash == version.content_hash


def test_two_paragraphs_that_say_the_same_come_back_both() -> None:
    """Found by the property above: the second was taken for the first."""
    version = make_version("article: a", "text: b", "text: b", "article: c")
    gone = make_amendment("a1", DeleteUnit(unit="u2"), DeleteUnit(unit="u3"))
    new = consolidate(version, [gone]).version
    assert replay_recorded(new, record_changes(new, version, id="r")).version == version


def test_two_spaces_where_changes_met_are_recorded_too() -> None:
    """Found by the property above: what is in a text was refused as no text."""
    version = make_version("article: unu")
    before, after = (
        Splice(unit="u1", start=place, end=place + grows, new=new)
        for place, grows, new in ((0, 1, "zi "), (1, 0, " taxa"))
    )
    new = consolidate(version, [make_amendment("a1", before), make_amendment("a2", after)]).version
    assert new["u1"].text == "zi  taxa"
    assert replay_recorded(version, record_changes(version, new, id="r")).version == new


def test_the_same_put_in_twice_is_absorbed_only_as_often_as_it_was_accepted() -> None:
    version = make_version("article: a", "article: b")
    once, first, second = (
        InsertUnit(parent="u0", after="u1", new=NewUnit(id=id, type="text", text="nou"))
        for id in ("n1", "n2", "n3")
    )
    done = consolidate(version, [make_amendment("a1", once)])
    twice = make_amendment("a2", first, second)
    assert len(consolidate(version, [make_amendment("a1", once), twice]).version.units) == 5
    [carried] = rebase(done, [twice])
    assert [one.kind for one in carried.operations] == ["absorbed", "shifted"]


@SOME
@given(debate=debates())
def test_a_comparison_tells_every_difference_and_no_other(debate: Debate) -> None:
    version, amendments = debate
    done = consolidate(version, pick_compatible(version, amendments))
    differences = {one.unit: one for one in compare(version, done.version)}
    ids = {unit.id for unit in (*version.units, *done.version.units)}
    for id in ids:
        old, new = (one.find(id) for one in (version, done.version))
        if id not in differences:
            assert old == new
            continue
        one = differences[id]
        assert (one.old, one.new) == (old, new)
        assert (old_text(one.segments()), new_text(one.segments())) == (
            old.text if old else "",
            new.text if new else "",
        )
    assert compare(version, version) == []
    places = [done.version.place(one.unit) for one in compare(version, done.version) if one.new]
    assert places == sorted(places)


def test_the_fewest_units_are_called_moved() -> None:
    version = make_version("article: a", "article: b", "article: c", "article: d")
    move = MoveUnit(unit="u4", parent="u0", after=None)
    new = consolidate(version, [make_amendment("a1", move)]).version
    assert [(one.unit, one.moved, one.renumbered) for one in compare(version, new)] == [
        ("u4", True, True),
        ("u1", False, True),
        ("u2", False, True),
        ("u3", False, True),
    ]


def test_what_no_operation_says_is_refused() -> None:
    old = make_version("article: a", "article: b")
    chapter = Unit(id="n", type="chapter", parent="u0", text="C")
    inside = Version([old.act, chapter, Unit(id="u1", type="article", parent="n", text="a")], old.fields)
    seven = Unit(id="u2", type="article", parent="u0", label="7", fixed=True)
    fixed = Version([*old.units[:2], seven], old.fields)
    for new in (inside, fixed, Version(old.units, {})):
        with pytest.raises(NotRecordable):
            record_changes(old, new, id="r")


# ── texts from elsewhere ────────────────────────────────────────────────────────────────────────────


OLD = """\
Art. 1. Taxa este de 10 lei.

Art. 2. Se plătește la ghișeu.

Art. 3. (1) Unu doi trei patru.

(2) Cinci.
"""
NEW = """\
Art. 1. Definiții noi și multe altele.

Art. 2. Taxa este de 10 lei.

Art. 3. Se plătește la casă.

Art. 4. (1) Cinci.

(2) Unu doi trei patru șase.
"""


def test_units_are_matched_by_number_text_and_likeness() -> None:
    old, new = read_markdown(OLD).version, read_apart(NEW)
    found = {match.new: (match.old, match.how) for match in propose_matches(old, new)}
    assert found["n0"] == ("u0", "label")
    assert found["n2"] == ("u1", "text")
    assert "n1" not in found
    assert found["n5"] == ("u5", "text")
    matches = confirmed(propose_matches(old, new), {"n2": "u1"})
    assert {match.new for match in matches} == set(found) - {"n2"}


@SOME
@given(quote=texts, before=texts, after=texts, more=any_text)
def test_an_anchor_knows_whether_its_words_are_there(quote: str, before: str, after: str, more: str) -> None:
    text = " ".join(part for part in (before, quote, after) if part)
    version = Version([Unit(id="u0", type="act"), Unit(id="u1", type="text", parent="u0", text=text)])
    tokens = version["u1"].tokens
    for start in range(len(tokens) + 1):
        kept = anchor(version, "u1", start, len(tokens))
        check_anchor(version, kept)
        assert kept.quote == "".join(tokens[start:])
        other = Version([version.act, Unit(id="u1", type="text", parent="u0", text=f"{text} x")])
        assert not is_whole(other, kept)
        with pytest.raises(BadAnchor):
            check_anchor(other, kept)
        if kept.quote:
            found = candidates(version, kept)
            assert start in [one.start for one in found if one.around == found[0].around]


# ── real laws ───────────────────────────────────────────────────────────────────────────────────────


def test_the_reforms_of_the_companies_act(companies: tuple[Version, Version]) -> None:
    """Nearly all units are found again, the differences are few, and recorded they give the new law."""
    old, new = companies
    kept = sum(unit.id in old for unit in new.units)
    assert kept > 0.98 * len(old.units)
    differences = compare(old, new)
    assert len(differences) < 150
    counts = Counter(one.kind for one in differences)
    assert min(counts[kind] for kind in ("inserted", "deleted", "kept")) > 0
    for one in differences:
        pieces = one.segments()
        assert old_text(pieces) == (one.old.text if one.old else "")
        assert new_text(pieces) == (one.new.text if one.new else "")


def test_no_amendment_ever_points_at_other_words(companies: tuple[Version, Version]) -> None:
    """P12 on the real law: one amendment for each paragraph, carried over the real reforms."""
    old, new = companies
    done = replay_recorded(old, record_changes(old, new, id="reform"))
    amendments = []
    for number, unit in enumerate(old.units):
        places = [n for n, token in enumerate(unit.tokens) if is_word(token)]
        if places:
            place = places[(number * 7) % len(places)]
            splice = Splice(unit=unit.id, start=place, end=place + 1, new="înlocuit")
            amendments.append(Amendment(id=f"a{number}", rank=number, operations=(splice,)))
    carried = rebase(done, amendments)
    counts = Counter(one.kind for one in carried)
    assert counts["same"] > 0.95 * len(amendments)
    for amendment, result in zip(amendments, carried, strict=True):
        [own] = amendment.operations
        if result.amendment:
            check_amendment(done.version, result.amendment)
            [moved] = result.amendment.operations
            assert done.version[moved.unit].tokens[moved.start] == old[own.unit].tokens[own.start]

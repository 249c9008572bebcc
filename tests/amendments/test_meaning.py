"""References, terms, figures: what an amendment may bring about elsewhere; what is nearly the same."""

import pytest
from hypothesis import given

from amendments.text.labels import cite, from_roman, read_number, to_letter, to_roman, write_number
from amendments.text.likeness import alike, near_duplicates, words
from amendments.text.meaning import defined_terms, opposed_numbers, warnings_about
from amendments.text.operations import Amendment, DeleteUnit, InsertUnit, Splice, same_key
from amendments.text.reading import read_markdown
from amendments.text.references import find_references
from amendments.text.units import NewUnit, Version
from tests.amendments.conftest import SOME
from tests.make.decision import DECISION
from tests.make.legal import debates, make_amendment, make_version

ACT = read_markdown(DECISION).version


def referred(text: str) -> list[tuple[str, str | None]]:
    """The references of an alineat „art. 2 alin. (2)”, with what they are found to mean."""
    version = make_version(
        "chapter: Unu",
        "  article:",
        "    alin: a",
        "      lit: x",
        "      lit: y",
        "    alin: b",
        "    alin: c",
        "  article:",
        "    alin: d",
        f"    alin: {text}",
        "      lit: z",
        "annex: Prima",
        "  article: în anexă",
    )
    return [
        (one.text, "extern" if one.external else one.target and cite(version, one.target))
        for one in find_references(version)
    ]


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("potrivit art. 1 alin. (1) lit. b),", ["art. 1 alin. (1) lit. b)"]),
        ("potrivit lit. b) a alin. (1) al art. 1", ["art. 1 alin. (1) lit. b)"]),
        ("prevăzute la articolul 1, alineatul (2)", ["art. 1 alin. (2)"]),
        ("la art. 1 alin. (1) și (3)", ["art. 1 alin. (1)", "art. 1 alin. (3)"]),
        ("la art. 1 alin. (1)-(3)", ["art. 1 alin. (1)", "art. 1 alin. (2)", "art. 1 alin. (3)"]),
        ("la art. 1 şi 2", ["art. 1", "art. 2"]),
        ("la alin. (1)", ["art. 2 alin. (1)"]),
        ("la lit. a)", ["art. 2 alin. (2) lit. a)"]),
        ("în anexa nr. 1", ["anexa nr. 1"]),
        ("la art. 1 din anexa nr. 1", ["anexa nr. 1 art. 1"]),
        ("la cap. I", ["cap. I"]),
        ("la art. 9 și la art. 1", [None, "art. 1"]),
        ("art. 139 alin. (1) din Codul administrativ", ["extern"]),
        ("art. 7 din Legea nr. 52/2003 și art. 1 din prezenta hotărâre", ["extern", "art. 1"]),
        ("10 lei pe art 1", []),
    ],
)
def test_references_are_found_and_resolved(text: str, targets: list[str | None]) -> None:
    assert [target for _, target in referred(text)] == targets


def test_numbers_there_and_back() -> None:
    for number in range(1, 400):
        assert from_roman(to_roman(number)) == number
        for kind in ("article", "lit", "chapter"):
            assert read_number(kind, write_number(kind, number)) == number
    assert [to_letter(number) for number in (1, 26, 27, 28)] == ["a", "z", "aa", "bb"]
    assert [from_roman(text) for text in ("IIII", "", "ab", "IC")] == [None] * 4
    assert [read_number("article", text) for text in ("5^1", "²", "I")] == [None] * 3


def told(*operations) -> list[tuple[str, str, str, tuple[str, ...]]]:
    found = warnings_about(ACT, make_amendment("a1", *operations))
    return [(one.code, cite(ACT, one.unit), one.said, one.others) for one in found]


def test_who_refers_to_what_goes_or_is_renumbered() -> None:
    new = NewUnit(id="n", type="article", text="Nou.")
    assert told(DeleteUnit(unit="u12")) == [
        ("refers_to_removed", "art. 2 lit. b)", "art. 1 alin. (2)", ("u12",)),
    ]
    assert told(InsertUnit(parent="u9", after="u10", new=new)) == [
        ("refers_to_renumbered", "art. 2 paragraful 1", "art. 3", ("u21",)),
        ("refers_to_renumbered", "art. 3", "art. 2", ("u13",)),
    ]


def test_a_term_that_others_use() -> None:
    version = make_version(
        "article: Regulamentul parcărilor, denumit în continuare „Regulament”, se aprobă.",
        "article: Prin „loc” se înțelege o suprafață.",
        "article: Regulamentul se aplică fiecărui loc.",
    )
    terms = [term for unit in version.units for term, _, _ in defined_terms(unit)]
    assert terms == ["Regulament", "loc"]
    tokens = version["u2"].tokens
    at = tokens.index("loc")
    splice = Splice(unit="u2", start=at, end=at + 1, new="amplasament")
    [warning] = warnings_about(version, make_amendment("a1", splice))
    assert (warning.code, warning.said, warning.others) == ("term_changed", "loc", ("u3",))


def test_the_same_figure_elsewhere_and_in_both_directions() -> None:
    version = make_version("article: Taxa este 10 lei.", "article: Cine nu plătește 10 lei pierde 10 zile.")
    up, down = (Splice(unit="u1", start=4, end=5, new=number) for number in ("12,5", "8"))
    other = Splice(unit="u2", start=6, end=7, new="9")
    [warning] = warnings_about(version, make_amendment("a1", up))
    assert (warning.code, warning.said, warning.others) == ("same_number", "10 lei", ("u2",))
    assert warnings_about(version, make_amendment("a1", up, other)) == []
    [opposed] = opposed_numbers(version, [make_amendment("a1", up), make_amendment("a2", other)])
    assert (opposed.said, opposed.others) == ("10 lei", ("a1", "a2"))
    assert opposed_numbers(version, [make_amendment("a1", down), make_amendment("a2", other)]) == []


def test_what_is_nearly_the_same() -> None:
    assert alike(words("Taxa pe oră"), words("taxă pe ORĂ")) == 66
    first = "Taxa se plătește lunar la ghișeu sau online."
    texts = (first, "Taxa se plătește lunar, la ghișeu sau prin online.", "Nimeni nu plătește.", first)
    amendments = [
        make_amendment(
            f"a{n}", InsertUnit(parent="u0", after="u1", new=NewUnit(id=f"n{n}", type="article", text=text))
        )
        for n, text in enumerate(texts)
    ]
    amendments.append(make_amendment("a9", Splice(unit="u1", start=0, end=1, new="Tariful")))
    found = [(one.first, one.second, one.percent) for one in near_duplicates(amendments)]
    assert found == [("a0", "a1", 94), ("a0", "a3", 100), ("a1", "a3", 94)]


@SOME
@given(debate=debates(most=8))
def test_likeness_is_symmetric_and_whole_only_for_the_same(debate: tuple[Version, list[Amendment]]) -> None:
    version, amendments = debate
    found = near_duplicates(amendments, percent=1)
    assert found == near_duplicates(amendments[::-1], percent=1)
    by_id = {one.id: {same_key(operation) for operation in one.operations} for one in amendments}
    for one in found:
        assert (one.percent == 100) == (by_id[one.first] == by_id[one.second])
    for amendment in amendments:
        warnings_about(version, amendment)

"""Whatever the form of one change offers becomes text: from what is typed, by the page's own reader, to the
next version, and back into the form.
"""

import itertools
from collections.abc import Callable

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from amendments.errors import TEXT_WORDS, TextRefused
from amendments.forms import ChangeForm
from amendments.pages.changes import view_changes
from amendments.pages.proposing import list_cells, list_places, offers_at, text_now
from amendments.routes.changing import read_change
from amendments.text.destinations import MOST, Destination, destinations_of_moved
from amendments.text.kinds import unfit_pairs
from amendments.text.labels import cite
from amendments.text.lines import lay_out
from amendments.text.operations import (
    Amendment,
    Operation,
    ReplaceUnit,
    check_amendment,
    same,
)
from amendments.text.reading import read_markdown
from amendments.text.refused import BadEdit, Refused
from amendments.text.replay import consolidate
from amendments.text.sentences import sentence
from amendments.text.typed import Typed, operations_of, typed_of
from amendments.text.units import NewUnit, Unit, UnitType, Version, flatten
from amendments.text.written import read_new, write_new
from app.kit.forms import Form, parse
from tests.amendments.conftest import SOME
from tests.make.decision import DECISION
from tests.make.legal import make_amendment, make_version, versions

ACT = read_markdown(DECISION).version


def ids(name: str = "n") -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"{name}{next(numbers)}"


def shape(new: NewUnit) -> list[tuple[UnitType, str, str]]:
    """Kinds, numbers and words."""
    return [(unit.type, unit.label, unit.text) for unit in flatten(new, None)]


def at(citation: str) -> Unit:
    return next(unit for unit in ACT.units if cite(ACT, unit.id) == citation)


# ── a part with what is below it ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("article", "Se abrogă.", [("article", "", "Se abrogă.")]),
        ("article", "Art. 7 - Se abrogă.", [("article", "", "Se abrogă.")]),
        (
            "article",
            "Art. 7\n(1) Se taxează:\na) mașinile;\n1. mici;\n2. mari;\nb) camioanele.\n"
            "(2) Nu se taxează bicicletele.",
            [
                ("article", "", ""),
                ("alin", "1", "Se taxează:"),
                ("lit", "a", "mașinile;"),
                ("pct", "1", "mici;"),
                ("pct", "2", "mari;"),
                ("lit", "b", "camioanele."),
                ("alin", "2", "Nu se taxează bicicletele."),
            ],
        ),
        ("article", "a) unu;\nb) doi.", [("article", "", ""), ("lit", "a", "unu;"), ("lit", "b", "doi.")]),
        ("alin", "(3) Taxa\nse plătește.", [("alin", "", "Taxa se plătește.")]),
        ("alin", "Art. 5 nu se aplică.", [("alin", "", "Art. 5 nu se aplică.")]),
        ("lit", "d) unu;\n1. x;\n2. y.", [("lit", "", "unu;"), ("pct", "1", "x;"), ("pct", "2", "y.")]),
        ("pct", "10 lei pe zi;", [("pct", "", "10 lei pe zi;")]),
        ("text", "Doar atât, şi ţinta.", [("text", "", "Doar atât, și ținta.")]),
        (
            "annex",
            "ANEXA nr. 9 Tarife\n\n| Zona | Lei |\n|---|---|\n| A\\*B | 1 |",
            [
                ("annex", "", "Tarife"), ("table", "", ""), ("row", "", ""), ("cell", "", "Zona"),
                ("cell", "", "Lei"), ("row", "", ""), ("cell", "", "A*B"), ("cell", "", "1"),
            ],
        ),
    ],
)  # fmt: skip
def test_a_part_is_read_with_what_is_below_it(
    kind: UnitType, typed: str, read: list[tuple[UnitType, str, str]]
) -> None:
    new = read_new(kind, typed, new_id=ids())
    assert shape(new) == read
    assert shape(read_new(kind, write_new(new), new_id=ids())) == read


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("article", " \n ", "changes_nothing"),
        ("lit", "a)", "changes_nothing"),
        ("text", "Unu.\n\nDoi.", "several_paragraphs"),
        ("alin", "(1) Unu.\n\nArt. 8 Doi.", "several_parts"),
        ("article", "Art. 7 Unu.\n\nArt. 8 Doi.", "several_parts"),
        ("lit", "a) unu;\nb) doi.", "several_parts"),
        ("alin", "x" * 20_001, "too_long"),
    ],
)
def test_what_is_no_one_part_is_refused(kind: UnitType, typed: str, code: str) -> None:
    with pytest.raises(BadEdit) as refused:
        read_new(kind, typed, new_id=ids())
    assert refused.value.code == code
    assert code in TEXT_WORDS


def test_a_part_that_is_written_anew_keeps_its_number_and_the_looks_of_words_that_stay() -> None:
    article = at("art. 1")
    typed = text_now(ACT, article.id, "replace")
    assert typed.startswith("Art. 1\n\n(1) Se aprobă") or typed.startswith("Art. 1")
    change = Typed(do="replace", unit=article.id, text=typed.replace("prevăzut în anexa", "din anexa"))
    [done] = operations_of(ACT, change, new_id=ids())
    assert isinstance(done, ReplaceUnit)
    new = consolidate(ACT, [make_amendment("a1", done)]).version
    assert [unit.text for unit in new.units] == [
        unit.text.replace("prevăzut în anexa", "din anexa") for unit in ACT.units
    ]
    bold = next(unit for unit in new.units if unit.text.startswith("Tariful de bază"))
    assert bold.marks == at("art. 1 alin. (2)").marks != ()
    with pytest.raises(BadEdit) as refused:
        operations_of(ACT, Typed(do="replace", unit=article.id, text=typed), new_id=ids())
    assert refused.value.code == "changes_nothing"


def test_fixed_numbers_are_kept_where_the_text_has_them() -> None:
    act = Unit(id="u0", type="act")
    article = Unit(id="u1", type="article", parent="u0", label="5^1", fixed=True)
    rest = [
        Unit(
            id=f"u{n}", type="alin", parent="u1", label=label, fixed=label != "1", text=f"Alineatul {label}."
        )
        for n, label in enumerate(("1", "1^1", "4"), start=2)
    ]
    version = Version([act, article, *rest])
    typed = text_now(version, "u1", "replace").replace("Alineatul 1.", "Altul.")
    [done] = operations_of(version, Typed(do="replace", unit="u1", text=typed), new_id=ids())
    new = consolidate(version, [make_amendment("a1", done)]).version
    assert [unit.label for unit in new.units] == ["", "5^1", "1", "1^1", "4"]


# ── places ──────────────────────────────────────────────────────────────────────────────────────────


def said(citation: str, do: str = "insert") -> list[str]:
    return [words for _, words in list_places(ACT, at(citation).id, do, "", "ro")]


def test_places_are_said_from_where_somebody_looks() -> None:
    assert said("art. 2 lit. b)") == [
        "O nouă literă după art. 2 lit. b)",
        "O nouă literă înainte de art. 2 lit. b)",
        "Un nou punct după art. 2 lit. b) pct. 2",
        "Un nou paragraf nenumerotat după art. 2 lit. b)",
        "Un nou articol după art. 2",
    ]
    assert said("art. 1 alin. (1)")[:3] == [
        "Un nou alineat după art. 1 alin. (1)",
        "Un nou alineat înainte de art. 1 alin. (1)",
        "O nouă literă la sfârșitul textului de la art. 1 alin. (1)",
    ]
    cell = "anexa nr. 2 tabelul 1 rândul 2 coloana 1"
    assert said(cell) == []
    assert said(cell, "row") == [
        "Un nou rând după anexa nr. 2 tabelul 1 rândul 2 („Rahova”)",
        "Un nou rând înainte de anexa nr. 2 tabelul 1 rândul 2 („Rahova”)",
    ]
    assert said("anexa nr. 2 tabelul 1 rândul 1", "row") == [
        "Un nou rând după anexa nr. 2 tabelul 1 rândul 1 („Zona”)"
    ]
    assert said("semnături") == []
    assert "După art. 4" in said("art. 1", "move")
    assert "La sfârșitul textului de la art. 3" in said("art. 1 alin. (2)", "move")
    assert said("anexa nr. 2 tabelul 1 rândul 3", "move") == [
        "După anexa nr. 2 tabelul 1 rândul 1 („Zona”)",
    ]


def test_a_long_text_offers_the_last_place_of_each_other_part() -> None:
    rows = [line for n in range(60) for line in (f"article: {n}", *["  alin: x"] * 5)]
    version = make_version(*rows)
    places = destinations_of_moved(version, "u2")
    assert len(places) == 59 + 4
    assert len(places) < MOST < 60 * 5


def test_at_each_part_what_makes_sense_is_offered() -> None:
    def titles(citation: str) -> list[str]:
        return [offer.title for offer in offers_at(ACT, at(citation).id)]

    assert titles("art. 2 lit. c)") == ["Reword", "Add here", "Take out", "Move"]
    assert titles("art. 1") == ["Write it all anew", "Add here", "Take out", "Move"]
    assert titles("anexa nr. 2 tabelul 1") == ["Add here", "Add a row", "Take out", "Move"]
    row = ["Reword", "Reword the whole row", "Add a row"]
    assert titles("anexa nr. 2 tabelul 1 rândul 1 coloana 1") == row
    assert titles("anexa nr. 2 tabelul 1 rândul 2 coloana 1") == [*row, "Take out the row", "Move the row"]
    assert titles("semnături") == ["Reword", "Take out"]


# ── rows ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_is_typed_cell_by_cell() -> None:
    table = at("anexa nr. 2 tabelul 1")
    place = Destination("row", table.id, at("anexa nr. 2 tabelul 1 rândul 2").id).value
    typed = Typed(do="insert", unit=table.id, place=place, cells=["Ferentari", ""])
    [added] = operations_of(ACT, typed, new_id=ids())
    assert sentence(ACT, added) == (
        "După anexa nr. 2 tabelul 1 rândul 2 se introduce un nou rând, cu următorul cuprins: „Ferentari | –”."
    )
    new = consolidate(ACT, [make_amendment("a1", added)]).version
    rows = [[new[cell].text for cell in new.children(row)] for row in new.children(table.id)]
    assert rows == [
        ["Zona", "Lei pe lună"],
        ["Rahova", "10"],
        ["Ferentari", ""],
        ["Cotroceni, str. A*B", "20"],
    ]
    row = new.children(table.id)[2]
    edits = operations_of(new, Typed(do="edit", unit=row, cells=["", "5"]), new_id=ids())
    again = consolidate(new, [make_amendment("a2", *edits)]).version
    assert [again[cell].text for cell in again.children(row)] == ["", "5"]
    [cell] = list_cells(new, row, "edit", {}, edits)[1:]
    assert (cell.name, cell.label, cell.text) == ("cell-2", "Lei pe lună", "5")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Typed(do="insert", unit="u29", place="row|u28|u29", cells=["1"]), "other_columns"),
        (Typed(do="insert", unit="u29", place="row|u28|u29", cells=["", " "]), "changes_nothing"),
        (Typed(do="insert", unit="u29", place="cell|u29|", text="x"), "no_place"),
        (Typed(do="insert", unit="u29", place="", text="x"), "no_place"),
        (Typed(do="edit", unit="u29", cells=["1", "2", "3"]), "other_columns"),
        (Typed(do="edit", unit="u28", text="vorbe"), "no_words"),
        (Typed(do="delete", unit="u30"), "cell_alone"),
        (Typed(do="move", unit="u30", place="cell|u29|"), "cell_alone"),
        (Typed(do="move", unit="u9", place="article|u9|"), "no_place"),
        (Typed(do="insert", unit="u9", place="article|nowhere|", text="x"), "no_such_unit"),
        (Typed(do="insert", unit="u29", place="article|u28|", text="x"), "unfit"),
    ],
    ids=str,
)
def test_what_a_form_does_not_offer_is_refused(change: Typed, code: str) -> None:
    assert [ACT[id].type for id in ("u9", "u28", "u29", "u30")] == ["chapter", "table", "row", "cell"]
    with pytest.raises(Refused) as refused:
        check_amendment(ACT, make_amendment("a1", *operations_of(ACT, change, new_id=ids())))
    assert refused.value.code == code


# ── everything that is offered ──────────────────────────────────────────────────────────────────────

WORDS = ("taxa", "lei", "10", "ș", ",", "pe", "zi")
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
BELOW = ("", "", "\n(1) {0};\n(2) {1}.", "\na) {0};\nb) {1}.", "\n1. {0};\n2. {1}.")


def fill(data: st.DataObject, version: Version) -> Form:
    """A form that somebody filled in: an offer of a part, one of its places, some words."""
    unit = version.units[data.draw(st.integers(1, len(version.units) - 1))]
    offer = data.draw(st.sampled_from(offers_at(version, unit.id)))
    fields = {"do": offer.do, "unit": offer.unit}
    places = [value for value, _ in list_places(version, offer.unit, offer.do, "", "ro")]
    if places:
        fields["place"] = data.draw(st.sampled_from(places))
    for cell in list_cells(version, offer.unit, offer.do, {}, ()):
        fields[cell.name] = data.draw(st.one_of(st.just(""), words))
    below = data.draw(st.sampled_from(BELOW)).format(data.draw(words), data.draw(words))
    fields["text"] = data.draw(words) + below
    if offer.do == "replace" and data.draw(st.booleans()):
        fields["text"] = text_now(version, offer.unit, "replace") + below
    return Form(fields.items())


def send(version: Version, form: Form) -> Amendment | None:
    """The change that the form makes; nothing for one that is refused, in words."""
    refused = ""
    try:
        amendment = make_amendment("a1", *read_change(version, parse(ChangeForm, form), form))
        check_amendment(version, amendment)
    except TextRefused as refusal:
        refused = refusal.reason
    except Refused as refusal:
        refused = refusal.code
    event(f"{form.get('do')} {form.get('place').partition('|')[0]} {refused}")
    assert not refused or refused in TEXT_WORDS
    return None if refused else amendment


@SOME
@given(version=st.one_of(versions(most=12), st.just(ACT)), data=st.data())
def test_whatever_a_page_offers_becomes_text_and_comes_back_to_the_form(
    version: Version, data: st.DataObject
) -> None:
    """Up to five changes, one after the other, each through the page's own reader."""
    for _ in range(data.draw(st.integers(1, 5))):
        if len(version.units) == 1 or not any(offers_at(version, unit.id) for unit in version.units[1:]):
            return
        form = fill(data, version)
        amendment = send(version, form)
        if amendment is None:
            continue
        for one in amendment.operations:
            assert sentence(version, one)
            assert sentence(version, one, "en")
        assert view_changes(version, lay_out(version), amendment, "ro")
        _comes_back(version, amendment.operations)
        version = consolidate(version, [amendment]).version
        assert list(unfit_pairs(version)) == []


def _comes_back(version: Version, operations: tuple[Operation, ...]) -> None:
    """Opened again and sent as it is, the form says the same change."""
    typed = typed_of(version, operations)
    if len({getattr(one, "unit", "") for one in operations}) > 1:
        return  # several cells of a row: each is opened by itself
    again = operations_of(version, typed, new_id=ids("again"))
    assert len(again) == len(operations)
    for one, other in zip(again, operations, strict=True):
        assert same(one, other), (typed, one, other)

"""Pure engines: costing in integers, likeness of ideas."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import FormErrors
from app.kit.forms import Form
from app.kit.text import public_name, words
from proposals.forms import AcceptForm, read_costing
from proposals.rules.costing import Costing, Line
from proposals.rules.similarity import Candidate, rank

LINES = st.builds(
    Line,
    description=st.just("x"),
    quantity_milli=st.integers(1, 10**9),
    unit=st.just("m"),
    unit_price_bani=st.integers(0, 10**9),
    vat_percent=st.sampled_from((0, 11, 21)),
)


def half_up(amount: Fraction) -> int:
    return int((amount + Fraction(1, 2)) // 1)


@given(lines=st.lists(LINES, min_size=1, max_size=8), margin=st.integers(0, 30))
def test_total_is_the_exact_sum_of_rounded_lines(lines: list[Line], margin: int) -> None:
    """Against an oracle in fractions."""
    expected = 0
    for line in lines:
        net = half_up(Fraction(line.quantity_milli * line.unit_price_bani, 1000))
        expected += net + half_up(Fraction(net * line.vat_percent, 100))
    costing = Costing(lines=tuple(lines), margin_percent=margin)
    assert costing.lines_bani == expected
    assert costing.total_bani == expected + half_up(Fraction(expected * margin, 100))


def costing_form(**changes: str) -> Form:
    fields = {
        "text": "Lucrarea este posibilă, am verificat.",
        "margin": "10",
        "yearly": "3.000",
        "line-1-description": "Pistă",
        "line-1-quantity": "2,5",
        "line-1-unit": "km",
        "line-1-price": "50.000,00",
        "line-1-vat": "21",
        "line-1-source": "oferta 14/2027",
        "line-2-description": "",
        "line-2-quantity": "",
        "line-2-unit": "",
        "line-2-price": "",
        "line-2-vat": "21",
        "line-2-source": "",
    }
    return Form((fields | changes).items())


def test_costing_is_read_as_romanians_write_numbers() -> None:
    accepted, costing = read_costing(AcceptForm, costing_form())
    assert (accepted.margin, accepted.yearly) == (10, 3_000_00)
    (line,) = costing.lines
    assert (line.quantity_milli, line.unit_price_bani, line.net_bani) == (2500, 50_000_00, 125_000_00)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"line-1-quantity": "0"}, {"line-1-quantity"}),
        ({"line-1-quantity": "-3", "line-1-price": "mult"}, {"line-1-quantity", "line-1-price"}),
        ({"line-1-vat": "19"}, {"line-1-vat"}),
        ({"line-1-unit": ""}, {"line-1-unit"}),
        ({"line-1-source": ""}, {"line-1-source"}),
        (
            {"line-2-description": "Bordură"},
            {"line-2-quantity", "line-2-unit", "line-2-price", "line-2-source"},
        ),
        ({"text": "Da."}, {"text"}),
        ({"margin": "31"}, {"margin"}),
        (
            {"line-1-description": "", "line-1-quantity": "", "line-1-price": "", "text": ""},
            {"line-1-description", "text"},
        ),
    ],
)
def test_every_mistake_of_a_costing_is_told_at_once(changes: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(FormErrors) as refused:
        read_costing(AcceptForm, costing_form(**changes))
    assert set(refused.value.errors) == fields


# ── likeness ──────────────────────────────────────────────────────────────────
BICYCLES = "Piste pentru biciclete pe Calea 13 Septembrie"
OTHERS = (
    "Grădină urbană în Rahova",
    "Loc de joacă incluziv lângă școala 141",
    "Iluminat în Parcul Sebastian",
)


def candidate(title: str, text: str = "", area: str = "rahova") -> Candidate:
    return Candidate(title, title, " ".join(words(f"{title} {text}")), area)


def folded(text: str) -> str:
    return " ".join(words(text))


def test_what_is_near_is_liker_and_near_alone_is_nothing() -> None:
    here, near, far = (44.4200, 26.0700), (44.4215, 26.0720), (44.4300, 26.0900)
    text = "Vara nu este umbră la locul de joacă."
    candidates = [
        Candidate("far", "Umbră la joacă", folded("Umbră la joacă " + text), None, far),
        Candidate("near", "Umbră la joacă", folded("Umbră la joacă " + text), None, near),
        Candidate("other", "Stație de autobuz", folded("Stație de autobuz cu bănci"), None, here),
    ]
    for typed in ("Umbră la locul de joacă", "umbra la locul de joaca"):  # with diacritics or without
        found = rank(typed, "", None, candidates, point=here)
        assert [one.key for one in found] == ["near", "far"]
        assert found[0].score > found[1].score
    assert rank("Umbră", "", None, candidates[2:], point=here) == []


@pytest.mark.parametrize(
    "typed",
    [
        "Pistă de biciclete pe 13 Septembrie",
        "pista de bicicleta calea 13 septembrie",
        "PISTE BICICLETE, 13 SEPTEMBRIE",
        "Vreau pistă pentru bicicliști pe Calea 13 Septembrie",
    ],
)
def test_same_idea_in_other_words_is_found_with_and_without_diacritics(typed: str) -> None:
    candidates = [candidate(title) for title in (*OTHERS, BICYCLES)]
    found = rank(typed, "Mergem zilnic cu bicicleta printre mașini.", None, candidates)
    assert found
    assert found[0].key == BICYCLES


def test_another_idea_is_not_alike() -> None:
    candidates = [candidate(title) for title in OTHERS]
    assert rank("Toalete publice în piață", "Piața are nevoie de toalete curate.", None, candidates) == []


def test_same_area_comes_first_among_equals() -> None:
    twins = [candidate(BICYCLES, area="ferentari"), candidate(BICYCLES, area="rahova")]
    found = rank(
        BICYCLES, "", "rahova", [Candidate(n, one.title, one.folded, one.area) for n, one in enumerate(twins)]
    )
    assert [one.key for one in found] == [1, 0]


def test_two_thousand_ideas_are_compared_quickly() -> None:
    text = (
        "Propun amenajarea unui spațiu verde cu bănci, umbrare și copaci pentru toți vecinii din cartier. "
        * 4
    )
    many = [candidate(f"{OTHERS[n % 3]} {n}", f"{text} {n}") for n in range(2000)]
    began = time.perf_counter()
    found = rank(BICYCLES, text, "rahova", [*many, candidate(BICYCLES, text)])
    assert time.perf_counter() - began < 2.0  # about 0.2 s on an idle core
    assert found[0].key == BICYCLES


@pytest.mark.parametrize(
    ("name", "public"), [("Ana Popescu", "Ana P."), ("Ana Maria Ștefan", "Ana Ș."), ("Ana", "Ana"), ("", "")]
)
def test_authors_are_named_by_first_name_and_initial(name: str, public: str) -> None:
    assert public_name(name) == public

"""Words as they are compared, and the passage that is shown."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.rules import LONGEST, PASSAGE, marked, passage, terms, weigh, words_of


@pytest.mark.parametrize(
    "alike",
    [
        ("bicicletă", "biciclete", "bicicletei", "Bicicletele", "bicicleta"),
        ("grădină", "gradina", "GRĂDINĂ", "grădinii"),
        ("stradă", "strada", "STRADĂ"),
        ("ştefan", "ștefan", "Stefan"),
        ("parcare", "parcări", "parcărilor", "parcarea"),
        ("trotuar", "trotuare", "trotuarelor", "trotuarul"),
        ("parc", "parcul", "parcului", "parcuri", "parcurile"),
        ("locuitor", "locuitori", "locuitorii", "locuitorilor"),
    ],
)
def test_forms_of_a_word_find_each_other(alike: tuple[str, ...]) -> None:
    for one, other in itertools.combinations(alike, 2):
        assert set(words_of(one)[0]) & set(words_of(other)[0]), (one, words_of(one), other, words_of(other))


@pytest.mark.parametrize("others", [("casă", "cază"), ("școală", "scop"), ("parc", "parcare")])
def test_other_words_are_other_words(others: tuple[str, str]) -> None:
    assert not set(words_of(others[0])[0]) & set(words_of(others[1])[0])


def test_words_that_tell_nothing_are_left_out() -> None:
    assert words_of("de la și cu") == []
    assert terms("parcare de la Parcare") == words_of("parcare")
    assert len(terms(" ".join(f"w{n}" for n in range(50)))) == 8


def test_what_is_in_the_title_weighs_more() -> None:
    weights = weigh("Piste de biciclete", "Rahova", "O pistă. Biciclete, biciclete, " + "trotuar " * 50)
    bicycle, place, pavement = (words_of(one)[0][0] for one in ("biciclete", "rahova", "trotuar"))
    assert weights[bicycle] > weights[pavement] > weights[place]


def test_the_passage_shows_the_first_of_the_words() -> None:
    body = "Cuvinte multe. " * 60 + "Aici este o bicicletă, lângă alte Biciclete. " + "Și altele. " * 60
    pieces = passage(body, terms("biciclete"))
    assert [one.text for one in pieces if one.is_found] == ["bicicletă", "Biciclete"]
    shown = "".join(one.text for one in pieces)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < PASSAGE + 10
    assert "".join(one.text for one in marked("Piste <b>", terms("piste"))) == "Piste <b>"


@given(st.text(max_size=600), st.lists(st.text(max_size=20), max_size=4))
def test_a_passage_is_always_part_of_the_text(body: str, asked: list[str]) -> None:
    wanted = terms(" ".join(asked))
    shown = "".join(one.text for one in passage(body, wanted))
    assert shown.removeprefix("… ").removesuffix(" …") in body
    assert "".join(one.text for one in marked(body, wanted)) == body
    assert all(len(one) <= LONGEST for word in words_of(body) for one in word)

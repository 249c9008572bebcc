"""Forms report every mistake at once and read money and text as Romanians write them."""

import time
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import FormErrors, Invalid
from app.kit.forms import MAX_BANI, MISSING, NOT_AN_AMOUNT, TOO_LONG, Form, parse, read_bani
from app.kit.text import clean, fold


class ExampleForm(msgspec.Struct, frozen=True, kw_only=True):
    title: Annotated[str, msgspec.Meta(max_length=10, extra={"missing": "Write a title"})]
    text: Annotated[str, msgspec.Meta(max_length=20)]
    amount: Annotated[int, msgspec.Meta(ge=0, le=MAX_BANI, extra={"typed": "lei"})] | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=5)] = 1
    tags: list[str] = []
    agreed: bool = False


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(FormErrors) as caught:
        parse(ExampleForm, Form([("text", "x" * 21), ("amount", "zece lei"), ("count", "9")]))
    messages = {name: error.message for name, error in caught.value.errors.items()}
    assert messages["title"] == "Write a title"
    assert messages["text"] == TOO_LONG
    assert messages["amount"] == NOT_AN_AMOUNT
    assert caught.value.errors["count"].facts == {"limit": "5"}


def test_lists_take_every_value_and_empty_means_absent() -> None:
    fields = [("title", "a"), ("text", "b"), ("tags", "x"), ("tags", "y"), ("count", ""), ("agreed", "yes")]
    form = parse(ExampleForm, Form(fields))
    assert form.tags == ["x", "y"]
    assert (form.count, form.agreed, form.amount) == (1, True, None)


def test_spaces_alone_are_nothing() -> None:
    with pytest.raises(FormErrors) as caught:
        parse(ExampleForm, Form([("title", "a"), ("text", " \u00a0 ")]))
    assert caught.value.errors["text"].message == MISSING


@pytest.mark.parametrize(
    ("typed", "bani"),
    [
        ("12500", 1250000),
        ("12.500", 1250000),
        ("12.500,5", 1250050),
        ("12 500 lei", 1250000),
        ("0,07", 7),
        ("3.50", 350),
    ],
)
def test_amounts_as_people_write_them(typed: str, bani: int) -> None:
    assert read_bani(typed) == bani


@pytest.mark.parametrize("typed", ["", "-5", "1,2,3", "1.2345", "12.50.000", "NaN", "1e9", "٣", "9" * 40])
def test_amounts_that_mean_nothing_are_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        read_bani(typed)


@given(st.text())
def test_cleaned_text_is_stable_and_safe_to_store(typed: str) -> None:
    once = clean(typed)
    assert clean(once) == once
    assert "\x00" not in once
    once.encode("utf-8")


def test_folding_ignores_diacritics_old_and_new() -> None:
    assert fold(clean("Şcoală ȘI ţară")) == "scoala si tara"


def test_no_text_keeps_the_loop_busy() -> None:
    """Long runs of marks were sorted for seconds; letters keep the marks that languages write."""
    began = time.perf_counter()
    for marks in ("\u0315\u0316", "\u0f73", "\u0344\u0316"):
        assert len(clean("a" + marks * 30_000)) < 200
    assert time.perf_counter() - began < 2
    assert clean("Știință e\u0323\u0302") == "Știință ệ"


def test_text_holds_nothing_that_a_feed_must_not() -> None:
    assert clean("a\ufffe\uffff\ufdd0\0b") == "ab"


async def test_a_form_with_files_has_no_more_text_than_one_without(
    app: Any, client: httpx.AsyncClient
) -> None:
    """A field of 60 MB took a quarter of a minute to clean, before it was known who sent it."""
    path = "/ideas/00000000-0000-7000-8000-000000000000/edit/photos"
    same_site = {"sec-fetch-site": "same-origin"}
    photo = {"photos": ("a.jpg", b"x" * 200_000)}
    much = await client.post(path, data={"body": "x" * 70_000}, files=photo, headers=same_site)
    assert much.status_code == 413
    some = await client.post(path, data={"body": "x" * 60_000}, files=photo, headers=same_site)
    assert some.status_code == 401

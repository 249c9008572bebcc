"""Tokens, marks, derived splices, segments and sentences."""

import random
import re
import time
from collections.abc import Callable, Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring

from amendments.text.derive import derive_splices
from amendments.text.hunks import find_hunks
from amendments.text.kinds import WORDLESS
from amendments.text.labels import cite, written_label
from amendments.text.lines import WIDTH, lay_out
from amendments.text.marks import Mark, runs, tidy
from amendments.text.operations import Splice, check_operation
from amendments.text.refused import BadEdit, BadMark, NoSuchLine, NoSuchUnit
from amendments.text.replay import consolidate
from amendments.text.segments import Segment, new_text, old_text, segments
from amendments.text.sentences import sentence
from amendments.text.tokens import fold, normalise, normalise_new, offsets, same_words, text_hash, tokenise
from amendments.text.units import Unit, Version, token_at
from app.kit.templating import StaticFiles, make_environments
from tests.amendments.conftest import ROOT, SOME
from tests.make.legal import any_text, make_amendment, make_version, texts, versions


@SOME
@given(text=any_text)
def test_normalising_once_is_enough(text: str) -> None:
    """P16."""
    once = normalise(text)
    assert normalise(once) == once
    assert normalise_new(normalise_new(text)) == normalise_new(text)
    assert text_hash(text) == text_hash(once) == text_hash(normalise_new(text)) == text_hash(fold(once))
    once.encode("utf-8")


@SOME
@given(text=any_text)
def test_tokens_are_the_text(text: str) -> None:
    """P17."""
    tokens = tokenise(text)
    assert "".join(tokens) == text
    assert all(tokens)
    assert [text[a:b] for a, b in zip(offsets(text), offsets(text)[1:], strict=False)] == list(tokens)
    assert len(fold(text)) == len(text)
    assert tuple(map(len, tokenise(fold(text)))) == tuple(map(len, tokens))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("art. 5^1 alin. (2)", "art|.| |5^1| |alin|.| |(|2|)"),
        ("10,5 lei/oră", "10,5| |lei|/|oră"),
        ("la 30.11.2026, 1.234,56 lei.", "la| |30.11.2026|,| |1.234,56| |lei|."),
        ("lit. a^1) într-o", "lit|.| |a^1|)| |într|-|o"),
        ("nr.5", "nr|.|5"),
        ("e\u0301\u0323x", "e\u0301\u0323x"),
        ("„X”", "„|X|”"),
    ],
)
def test_what_a_token_is(text: str, tokens: str) -> None:
    """Vectors of version 1: they never change."""
    assert "|".join(tokenise(text)) == tokens


def test_spelling_variants_are_the_same_words() -> None:
    assert text_hash("Şedinţa „A” – B") == text_hash("Ședința \"A\" - B")  # fmt: skip
    assert text_hash("10 lei") != text_hash("10 Lei")
    assert same_words("a ,b", "a, b")
    assert not same_words("10 5", "105")


@pytest.fixture(scope="module")
def marked() -> Callable[[Iterable[Segment]], str]:
    """The macro by which pages show what goes and what comes."""
    environment = make_environments(ROOT / "templates", StaticFiles(ROOT / "app" / "static"))["ro"]
    return environment.get_template("amendments/parts.html").module.marked  # type: ignore[attr-defined]


def without(page: str, gone: str) -> str:
    """The words that are left of a piece of a page, without an element and what only screen readers hear."""
    root = fragment_fromstring(page, create_parent=True)
    for one in [*root.iter(gone), *root.find_class("govuk-visually-hidden")]:
        one.drop_tree()
    return root.text_content()


@SOME
@given(before=texts, after=any_text)
def test_a_page_shows_the_old_text_and_the_new(
    marked: Callable[[Iterable[Segment]], str], before: str, after: str
) -> None:
    """P20: what is shown is the old text where what comes is left out, and the new one where what goes is."""
    try:
        splices = derive_splices(Unit(id="u1", type="article", parent="u0", text=before), after)
    except BadEdit:
        return
    pieces = segments(before, splices)
    page = marked(pieces)
    assert without(page, "ins") == before
    assert without(page, "del") == new_text(pieces)
    if splices:
        heard = fragment_fromstring(page, create_parent=True).text_content()
        assert "[text adăugat:]" in heard or "[text eliminat:]" in heard, "colour is never all"


@SOME
@given(before=texts, after=any_text)
def test_what_is_derived_gives_the_edited_text(before: str, after: str) -> None:
    """P15 and P20. Where only the spelling differs, the text stays as it is."""
    unit = Unit(id="u1", type="article", parent="u0", text=before)
    version = Version([Unit(id="u0", type="act"), unit])
    try:
        splices = derive_splices(unit, after)
        exact = derive_splices(unit, after, exact=True)
    except BadEdit:
        return
    for splice in (*splices, *exact):
        check_operation(version, splice)
    wanted = normalise_new(after)
    if splices:
        pieces = segments(before, splices)
        assert old_text(pieces) == before
        assert fold(new_text(pieces)) == fold(wanted)
        done = consolidate(version, [make_amendment("a1", *splices)])
        assert done.version["u1"].text == new_text(pieces)
    else:
        assert same_words(before, wanted)
    assert new_text(segments(before, exact)) == wanted


def edit(text: str, edited: str) -> list[tuple[int, int, str]]:
    splices = derive_splices(Unit(id="u", type="alin", text=text), edited)
    return [(one.start, one.end, one.new) for one in splices]


def test_one_change_of_a_sentence_is_one_splice() -> None:
    """Hunks with fewer than three words between them are one, those with three are two."""
    text = "a b c d e f g h"
    assert edit(text, "a X c Y e f g h") == [(2, 7, "X c Y")]
    assert edit(text, "a X c d Y f g h") == [(2, 9, "X c d Y")]
    assert edit(text, "a X c d e Y g h") == [(2, 3, "X"), (10, 11, "Y")]
    assert edit(text, "a b  c d\u00a0e f g h") == []
    assert edit("preţul „A”", "prețul \"A\"") == []  # fmt: skip
    assert edit("taxă", "taxa\u0306") == []  # the same letter in two signs


@pytest.mark.parametrize(
    ("edited", "code"),
    [("unu\n\ndoi", "several_paragraphs"), (" \n", "emptied"), ("x" * 20_001, "too_long")],
)
def test_what_is_no_edit_of_one_unit(edited: str, code: str) -> None:
    with pytest.raises(BadEdit, match=code):
        derive_splices(Unit(id="u", type="alin", text="trei"), edited)


LONG = 2_490  # words: with the spaces between them, as long as a unit that is changed word by word can be


def made_of(*words: str) -> str:
    """Long nonsense of a few words."""
    return " ".join(random.Random(7).choices(words, k=LONG))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ".join(f"a{n}" for n in range(LONG)), " ".join(f"b{n}" for n in range(LONG))),
        (" ".join(f"a{n}" for n in range(LONG)), " ".join(f"a{n ^ 1}" for n in range(LONG))),
        (made_of("a", "b"), made_of("b", "a")),
        (made_of(*"abcdefghijklmnopqrst"), made_of(*"tsrqponmlkjihgfedcba")),
        (f"x {'a ' * (LONG - 2)}y", f"z {'a ' * (LONG - 9)}w"),
        (",;" * LONG, ";:." * 6_000),
    ],
)
def test_long_texts_are_compared_in_bounded_time(old: str, new: str) -> None:
    """The first pair took a quarter of an hour when spaces were matched like words."""
    began = time.process_time()
    splices = derive_splices(Unit(id="u", type="alin", text=old), new)
    assert time.process_time() - began < 5  # it takes a quarter of a second; busy machines are slow
    assert new_text(segments(old, splices)) == new


def test_few_edits_of_a_long_text_are_told_apart() -> None:
    words = made_of(*(f"w{n}" for n in range(300))).split()
    edited = ["x", *words[1:1_000], "y", *words[1_001:-1], "z"]
    assert [one[2] for one in edit(" ".join(words), " ".join(edited))] == ["x", "y", "z"]


signs = st.lists(st.sampled_from(["a", "b", "c", ",", " ", "  "]), max_size=12)


@SOME
@given(old=signs, new=signs, exact=st.booleans())
def test_hunks_are_all_that_differs(old: list[str], new: list[str], exact: bool) -> None:
    """What lies between them is the same in both; no hunk is empty, none touches the next."""
    a = c = 0
    for number, (start, end, from_, to) in enumerate(find_hunks(old, new, exact=exact)):
        assert old[a:start] == new[c:from_]
        assert start < end or from_ < to
        assert number == 0 or start > a
        a, c = end, to
    assert old[a:] == new[c:]


# ── marks ───────────────────────────────────────────────────────────────────────────────────────────

marks = st.builds(
    lambda kind, start, size: Mark(kind, start, start + size),
    st.sampled_from(("bold", "italic")),
    st.integers(0, 5),
    st.integers(1, 4),
)


@SOME
@given(own=st.lists(marks, max_size=4), start=st.integers(0, 9), size=st.integers(0, 4), new=st.booleans())
def test_marks_stay_on_the_words_they_were_on(own: list[Mark], start: int, size: int, new: bool) -> None:
    """Seen word by word: a word that stays has the looks it had, a new one those of the words around it."""
    text = ";:,%+=@*!"  # signs, which never join
    start, end = min(start, 9), min(start + size, 9)
    version = Version(
        [Unit(id="u0", type="act"), Unit(id="u1", type="text", parent="u0", text=text, marks=tidy(own, 9))]
    )
    word = "#" if new else ""
    if start == end and not new:
        return
    splice = Splice(unit="u1", start=start, end=end, new=word)
    unit = consolidate(version, [make_amendment("a1", splice)]).version["u1"]

    def looks(one: Unit) -> list[tuple[str, frozenset[str]]]:
        return [(sign, look) for piece, look in runs(one.tokens, one.marks) for sign in piece]

    before = looks(version["u1"])
    after = looks(unit)
    assert after[:start] == before[:start]
    assert after[start + new :] == before[end:]
    assert tidy(unit.marks, len(unit.tokens)) == unit.marks


def test_a_mark_lies_on_its_text() -> None:
    assert tidy([Mark("bold", 2, 4), Mark("italic", 0, 1), Mark("bold", 0, 2)], 4) == (
        Mark("bold", 0, 4),
        Mark("italic", 0, 1),
    )
    for start, end in ((0, 5), (2, 2), (-1, 2)):
        with pytest.raises(BadMark):
            tidy([Mark("bold", start, end)], 4)


# ── lines ───────────────────────────────────────────────────────────────────────────────────────────


@SOME
@given(version=versions(), text=st.text("abc, ", max_size=400), width=st.sampled_from((WIDTH, 30, 1)))
def test_lines_show_every_word_once(version: Version, text: str, width: int) -> None:
    """P19: the same version always has the same lines; they hold every token, in order."""
    units = [*version.units, Unit(id="last", type="text", parent="u0", text=normalise(text))]
    version = Version(units)
    layout = lay_out(version, width)
    assert layout.lines == lay_out(version, width).lines
    assert [line.number for line in layout.lines] == list(range(1, len(layout.lines) + 1))
    for unit in version.units:
        own = layout.of(unit.id)
        ends = [line.end for line in own]
        assert [line.start for line in own] == [0, *ends][: len(own)]
        assert not own or ends[-1] == len(unit.tokens)
        for token in range(len(unit.tokens)):
            first, last = layout.span(unit.id, token, token + 1) or (0, 0)
            assert first == last
            assert own[first - own[0].number].start <= token < own[first - own[0].number].end
        for character in range(len(unit.text) + 1 if own else 0):
            line = layout.line_of(unit, character)
            assert (line.unit, layout.unit_at_line(line.number)) == (unit.id, unit.id)
            token = token_at(unit.text, character)
            assert line.start <= token < line.end or (line is own[-1] and token == line.end)
    for line in layout.lines:
        label = written_label(version[line.unit]) if line.start == 0 else ""
        assert len(line.text) <= width or " " not in line.text.removeprefix(label).strip()
    assert [one.margin() for one in layout.lines[:10]] == ["", "", "", "", "5", "", "", "", "", "10"][
        : len(layout.lines)
    ]


def test_a_long_word_is_not_broken() -> None:
    layout = lay_out(make_version(f"article: {'x' * 100} y", "  alin: Doi"))
    assert [line.text for line in layout.lines] == [f"Art. 1 {'x' * 100}", "y", "(1) Doi"]
    assert layout.span("u1", 2, 3) == (2, 2)
    assert layout.span("u0", 0, 0) is None
    version = make_version(f"article: {'x' * 100} y", "  alin: Doi")
    assert layout.line_of(version["u1"], 101).text == "y"
    for unit, character in (("u0", 0), ("u1", -1), ("u1", 103)):
        with pytest.raises(NoSuchLine):
            layout.line_of(version[unit], character)
    for number in (0, 4, -1):
        with pytest.raises(NoSuchLine):
            layout.unit_at_line(number)


def test_the_lines_of_version_1_never_change() -> None:
    """What was printed is quoted by its line for years."""
    text = "Consiliul local aprobă, la propunerea primarului, tarifele de parcare rezidențială."
    lines = lay_out(make_version(f"article: {text}", f"  lit: {text}"), 40).lines
    assert [(one.number, one.unit, one.start, one.end, one.text) for one in lines] == [
        (1, "u1", 0, 8, "Art. 1 Consiliul local aprobă, la"),
        (2, "u1", 8, 17, "propunerea primarului, tarifele de"),
        (3, "u1", 17, 22, "parcare rezidențială."),
        (4, "u2", 0, 10, "a) Consiliul local aprobă, la propunerea"),
        (5, "u2", 10, 19, "primarului, tarifele de parcare"),
        (6, "u2", 19, 22, "rezidențială."),
    ]


def test_token_at_finds_the_token_of_a_character() -> None:
    assert [token_at("ab, c", at) for at in range(6)] == [0, 0, 1, 2, 3, 4]


# ── sentences ───────────────────────────────────────────────────────────────────────────────────────

QUOTED = r"(?:„([^„”]*)”|«(.*?)»)"
READ = re.compile(
    rf"La (?P<place>.*?)(?: \(rd\..*?\))?, (?:(?P<first>la începutul textului)|după |"
    rf"(?:cuv\w+|numărul|semnele) )(?:{QUOTED})?(?: \((?P<which>prima|a \d+-a) apariție din \d+\))?"
    rf"(?P<verb> se (?:înlocui\w+ cu|elimină|introduc\w*(?: (?:cuv\w+|numărul|semnele))?))"
    rf"(?: {QUOTED})?\.\Z"
)


def read_back(version: Version, said: str) -> str:
    """The new text of the unit that the sentence is about, from the sentence alone, spaces apart."""
    found = READ.match(said)
    assert found, said
    [unit] = [one for one in version.units if cite(version, one.id) == found["place"]]
    old, new = found[3] or found[4] or "", found[7] or found[8] or ""
    tokens, wanted = unit.tokens, tokenise(old)
    places = [n for n in range(len(tokens)) if wanted and tokens[n : n + len(wanted)] == wanted]
    number = int("".join(filter(str.isdigit, found["which"] or "")) or 1)
    start = places[number - 1] if places else 0
    end = start + len(wanted)
    if "introduc" in found["verb"]:
        start = end
    return "".join((*tokens[:start], " ", new, " ", *tokens[end:]))


def test_a_second_heading_of_an_article_has_a_name_of_its_own() -> None:
    version = make_version("article:", "  heading: taxa", "  heading: zi")
    assert [cite(version, id) for id in ("u2", "u3")] == [
        "art. 1 denumirea marginală",
        "art. 1 denumirea marginală 2",
    ]
    assert cite(version, "u3", "en") == "art. 1 heading 2"


@SOME
@given(version=versions(), number=st.integers(0, 7), edited=texts)
def test_a_sentence_says_the_whole_change(version: Version, number: int, edited: str) -> None:
    """P20: whoever only hears the sentences can write the new text."""
    worded = [one for one in version.units if one.type not in WORDLESS]
    if not worded:
        return
    unit = worded[number % len(worded)]
    try:
        splices = derive_splices(unit, edited)
    except BadEdit:
        return
    for splice in splices:
        said = sentence(version, splice)
        done = consolidate(version, [make_amendment("a1", splice)])
        assert sentence(version, splice, "en")
        assert read_back(version, said).replace(" ", "") == done.version[unit.id].text.replace(" ", ""), said


def test_sentences_as_romanian_acts_have_them() -> None:
    version = make_version(
        "title: Hotărâre privind parcările",
        "article: Taxa este de 10 lei pe oră și de 10 lei pe zi.",
        "article:",
        "  alin: Se plătește la ghișeu.",
        "  alin: Cuvântul „oră” are 60 de minute.",
    )

    def said(unit: str, edited: str) -> list[str]:
        return [
            sentence(version, one, layout=lay_out(version)) for one in derive_splices(version[unit], edited)
        ]

    assert said("u2", "Taxa este de 8 lei pe oră și de 10 lei pe zi.") == [
        "La art. 1 (rd. 2), numărul „10” (prima apariție din 2) se înlocuiește cu „8”."
    ]
    assert said("u4", "Se plătește prin aplicație sau la ghișeu.") == [
        "La art. 2 alin. (1) (rd. 4), după „Se plătește” se introduc cuvintele „prin aplicație sau”."
    ]
    assert said("u5", "Cuvântul „oră” are minute.") == [
        "La art. 2 alin. (2) (rd. 5), cuvintele „60 de” se elimină."
    ]
    assert said("u5", "Sintagma „zi” are 60 de minute.") == [
        "La art. 2 alin. (2) (rd. 5), cuvintele «Cuvântul „oră» se înlocuiesc cu «Sintagma „zi»."
    ]


# ── how units are cited ─────────────────────────────────────────────────────────────────────────────


def test_citing_every_paragraph_takes_no_longer_for_more_of_them() -> None:
    """Twenty thousand paragraphs without number in one article: counting each anew took minutes."""
    number = 20_000
    rows = [Unit(id=f"p{n}", type="text", parent="u1", text="x") for n in range(number)]
    version = Version(
        [Unit(id="u0", type="act"), Unit(id="u1", type="article", parent="u0", label="1"), *rows]
    )
    began = time.process_time()
    said = [cite(version, row.id) for row in rows]
    assert time.process_time() - began < 5
    assert (said[0], said[-1]) == ("art. 1 paragraful 1", f"art. 1 paragraful {number}")


@SOME
@given(version=versions())
def test_places_among_siblings(version: Version) -> None:
    for unit in version.units:
        siblings = version.children(unit.parent) if unit.parent else [unit.id]
        assert siblings[version.sibling_place(unit.id)] == unit.id
        same = [one for one in siblings if version[one].type == unit.type]
        assert same[version.number_of_type(unit.id) - 1] == unit.id
    with pytest.raises(NoSuchUnit):
        version.sibling_place("elsewhere")


@SOME
@given(version=versions(), label=st.sampled_from(("1", "5^1", "")))
def test_other_labels_make_another_version(version: Version, label: str) -> None:
    before = version.content_hash
    labels = {unit.id: label for unit in version.units[1::2]}
    other = version.with_labels(labels)
    units = [msgspec.structs.replace(unit, label=labels.get(unit.id, unit.label)) for unit in version.units]
    made = Version(units, version.fields)
    assert (other, other.content_hash, version.content_hash) == (made, made.content_hash, before)
    assert [other.subtree(unit.id) for unit in units] == [made.subtree(unit.id) for unit in units]

"""What a ranked paper says under each reading, and that the arrays say the same as the papers."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.rules.papers import Contest, Option, PreferencePaper, RankedPaper, named_options
from voting.rules.seats.preferences import (
    STRICT,
    Preferences,
    Reading,
    ineligible,
    preferences_of,
    strict_orders,
    weak_orders,
)
from voting.rules.tally import group_papers, receive

OPTIONS = tuple(
    Option(id=name, title=name, excluded="withdrawn" if name == "w" else None) for name in "abcdw"
)
PREFERENCE = Contest(options=OPTIONS, vote_type="preference", seats=1, duplicates="first")
ANY = Reading(overvote="skip", skipped=None, duplicate="skip")


def ranks(text: str) -> tuple[tuple[str, ...], ...]:
    """`a - bc` is a, a skipped rank, b and c at one rank."""
    return tuple(tuple(word.replace("-", "")) for word in text.split())


def said(preferences: Preferences) -> Counter[str]:
    """Each paper's options as one word, with its number."""
    words: Counter[str] = Counter()
    for paper, number in enumerate(preferences.weight):
        part = preferences.option[preferences.start[paper] : preferences.start[paper + 1]]
        words["".join(preferences.ids[o] for o in part)] += int(number)
    return words


@pytest.mark.parametrize(
    ("paper", "reading", "meaning"),
    [
        ("a b c", STRICT, "abc"),
        ("a bc d", STRICT, "a"),
        ("a bc d", ANY, "ad"),
        ("ab c", STRICT, ""),
        ("a - b", STRICT, "a"),
        ("- a", STRICT, ""),
        ("a - b - - c", Reading(overvote="exhaust", skipped=1, duplicate="skip"), "ab"),
        ("- - a", Reading(overvote="exhaust", skipped=1, duplicate="skip"), ""),
        ("a - b - - c", ANY, "abc"),
        ("a a b", STRICT, "a"),
        ("a a b", ANY, "ab"),
        ("a ab c", ANY, "ac"),
        ("a w b", STRICT, "ab"),
        ("a bw c", STRICT, "a"),
        ("a bw c", ANY, "ac"),
        ("w", STRICT, ""),
    ],
)
def test_a_paper_under_a_reading(paper: str, reading: Reading, meaning: str) -> None:
    box = receive(PREFERENCE, [PreferencePaper(ranks(paper)), PreferencePaper(ranks("d"))])
    assert box.counted == 2
    read = said(strict_orders(preferences_of(box), reading, without=ineligible(box)))
    assert read == Counter([meaning, "d"])


def read_slowly(paper: PreferencePaper, reading: Reading) -> str:
    """The same by walking down the paper."""
    seen: set[str] = set()
    word, last = "", -1
    for place, names in enumerate(paper.ranks):
        if not names:
            continue
        if reading.skipped is not None and place - last - 1 > reading.skipped:
            break
        last = place
        if reading.duplicate == "exhaust" and seen & set(names):
            break
        fresh = [name for name in names if name not in seen]
        seen |= set(names)
        if len(names) > 1:
            if reading.overvote == "exhaust":
                break
            continue
        word += "".join(fresh)
    return word.replace("w", "")


any_rank = st.lists(st.sampled_from("abcdw"), max_size=3, unique=True).map(tuple)
any_paper = st.lists(any_rank, max_size=5).map(lambda rows: PreferencePaper(tuple(rows)))
any_reading = st.builds(
    Reading,
    overvote=st.sampled_from(["exhaust", "skip"]),
    skipped=st.sampled_from([0, 1, 2, None]),
    duplicate=st.sampled_from(["exhaust", "skip"]),
)


@settings(max_examples=300)
@given(papers=st.lists(any_paper, max_size=12), reading=any_reading)
def test_the_arrays_read_papers_as_a_person_walking_down_them(
    papers: list[PreferencePaper], reading: Reading
) -> None:
    box = receive(PREFERENCE, papers)
    read = strict_orders(preferences_of(box), reading, without=ineligible(box))
    expected: Counter[str] = Counter()
    for paper, number in group_papers(papers).items():
        expected[read_slowly(paper, reading)] += number
    assert said(read) == expected - Counter({"": box.blank})
    assert sum(said(read).values()) == box.counted


@given(papers=st.lists(any_paper, max_size=12))
def test_weak_orders_keep_equal_ranks_and_first_mentions(papers: list[PreferencePaper]) -> None:
    box = receive(PREFERENCE, papers)
    weak = weak_orders(preferences_of(box), without=ineligible(box))
    named = [(paper, number) for paper, number in group_papers(papers).items() if named_options(paper)]
    for index, (paper, number) in enumerate(named):
        part = slice(weak.start[index], weak.start[index + 1])
        got = {weak.ids[o]: int(p) for o, p in zip(weak.option[part], weak.place[part], strict=True)}
        told: dict[str, int] = {}
        for place, names in enumerate(paper.ranks):
            for name in names:
                told.setdefault(name, place)
        told.pop("w", None)
        assert got == told
        assert weak.weight[index] == number


@given(st.lists(st.permutations("abcd").map(lambda p: RankedPaper(tuple(p[:3]))), max_size=20))
def test_a_strict_order_is_read_the_same_in_both_kinds_of_paper(papers: list[RankedPaper]) -> None:
    ordinal = Contest(options=OPTIONS, vote_type="ordinal", seats=1)
    strict = preferences_of(receive(ordinal, papers))
    weak = preferences_of(
        receive(PREFERENCE, [PreferencePaper(tuple((name,) for name in paper.places)) for paper in papers])
    )
    for name in ("option", "place", "start", "weight"):
        assert np.array_equal(getattr(strict, name), getattr(weak, name))
    assert said(strict) == said(strict_orders(weak, STRICT))

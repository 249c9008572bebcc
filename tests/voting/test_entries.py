"""Papers as arrays: the order of their texts, repeated mentions and refusals are those of a slow reader."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.rules.entries import read_papers, repeated, text_order
from voting.rules.papers import (
    MAX_POINTS,
    ApprovalPaper,
    Contest,
    CumulativePaper,
    Option,
    Paper,
    PreferencePaper,
    RankedPaper,
    ScoringPaper,
    VoteType,
    canonical,
    named_options,
)
from voting.rules.tally import InvalidPaper, check_paper, group_papers, input_digest, receive

# Names that begin one another, and signs that JSON escapes or that come before a quotation mark.
NAMES = (
    "A",
    "AB",
    "A B",
    'A"',
    'A"B',
    "A!",
    "A\\",
    "A\\B",
    "A\n",
    "",
    " ",
    "ă",
    "€",
    "😀",
    "A,",
    "A]",
    "]",
    "[",
)
KNOWN = NAMES[:7]

name = st.sampled_from(NAMES)
names = st.lists(name, max_size=6).map(tuple)
points = st.sampled_from([0, 1, 2, 3, 10, 30, -1, -10, MAX_POINTS, MAX_POINTS + 1, 10**30])
pairs = st.lists(st.tuples(name, points), max_size=4).map(tuple)
PAPER: dict[VoteType, st.SearchStrategy[Paper]] = {
    "ordinal": names.map(RankedPaper),
    "approval": names.map(ApprovalPaper),
    "cumulative": pairs.map(CumulativePaper),
    "scoring": pairs.map(ScoringPaper),
    "preference": st.lists(st.lists(name, max_size=3).map(tuple), max_size=6).map(
        lambda ranks: PreferencePaper(tuple(ranks))
    ),
}
kinds = st.sampled_from(sorted(PAPER))
maybe = st.one_of(st.none(), st.integers(0, 6))


def options() -> tuple[Option, ...]:
    return tuple(Option(id=name, title="", cost=10**place) for place, name in enumerate(KNOWN) if name)


@st.composite
def contests(draw: st.DrawFn, kind: VoteType) -> Contest:
    given_points = kind in ("cumulative", "scoring")
    return Contest(
        options=options(),
        vote_type=kind,
        seats=1,
        min_length=draw(st.integers(0, 3)),
        max_length=draw(maybe),
        max_sum_cost=draw(st.one_of(st.none(), st.integers(0, 10**6))),
        duplicates=draw(st.sampled_from(["reject", "first"])),
        min_points=draw(maybe) if given_points else None,
        max_points=draw(maybe) if given_points else None,
        min_sum_points=draw(maybe) if given_points else None,
        max_sum_points=draw(maybe) if given_points else None,
        grades=draw(st.sampled_from([(), ("bad", "good", "best")])) if kind == "scoring" else (),
    )


@pytest.mark.parametrize("kind", sorted(PAPER))
@settings(max_examples=150)
@given(data=st.data())
def test_the_order_of_pieces_is_that_of_the_canonical_texts(kind: VoteType, data: st.DataObject) -> None:
    """However the names begin one another, and whatever JSON makes of them."""
    papers = data.draw(st.lists(PAPER[kind], max_size=25, unique=True))
    entries, found = read_papers(kind, KNOWN, papers, [1] * len(papers))
    order = text_order(entries, found)
    by_text = sorted(range(len(papers)), key=lambda index: canonical(papers[index]))
    if order is None:
        assert any(abs(value) > MAX_POINTS for paper in papers for _, value in paper.points)  # type: ignore[union-attr]
    else:
        assert order.tolist() == by_text


@pytest.mark.parametrize("options", [3, 100, 5000])
def test_papers_that_differ_late_are_ordered_by_more_than_one_word(options: int) -> None:
    ids = [f"P{number}" for number in range(options)]
    draw = np.random.default_rng(options)
    begin = tuple(ids[index] for index in draw.integers(0, options, 60))
    ends = {tuple(ids[index] for index in draw.integers(0, options, length)) for length in range(40)}
    papers = [RankedPaper(begin[:cut] + end) for end in sorted(ends) for cut in (20, 59, 60)]
    papers = list(dict.fromkeys(papers))
    entries, found = read_papers("ordinal", ids, papers, [1] * len(papers))
    order = text_order(entries, found)
    assert order is not None
    assert order.tolist() == sorted(range(len(papers)), key=lambda index: canonical(papers[index]))


def test_more_different_pieces_than_numbers_are_left_to_their_texts() -> None:
    """A hostile file's points and ranks cannot make the order wrong."""
    size = 3000
    papers = [CumulativePaper(tuple((f"{i}-{j}", i * size + j) for j in range(3))) for i in range(size)]
    contest = Contest(options=options(), vote_type="cumulative")
    gaps = [PreferencePaper(((),) * gap + (("A",),)) for gap in (0, 5, 10**5)]
    for kind, some in (("cumulative", papers), ("preference", gaps)):
        entries, found = read_papers(kind, KNOWN, some, [1] * len(some))  # type: ignore[arg-type]
        order = text_order(entries, found)
        assert order is None or [some[i] for i in order] == list(group_papers(some))
    assert receive(contest, papers).input_digest == input_digest(contest, group_papers(papers))


@given(papers=st.lists(st.lists(st.integers(0, 3), max_size=6), max_size=8))
def test_only_the_first_mention_on_a_paper_is_none_of_an_option_named_before(papers: list[list[int]]) -> None:
    start = np.cumsum([0, *map(len, papers)])
    option = np.array([option for paper in papers for option in paper], dtype=np.int64)
    slowly = [option in paper[:place] for paper in papers for place, option in enumerate(paper)]
    assert repeated(start, option, 4).tolist() == slowly


def test_mentions_are_told_apart_where_one_block_of_papers_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voting.rules.entries.BLOCK", 8)
    option = np.array([0, 1, 1, 2, 3, 0, 1, 1, 3, 3] * 3, dtype=np.int64)
    start = np.arange(0, 31, 2)
    slowly = [bool(place % 2 and option[place] == option[place - 1]) for place in range(30)]
    assert repeated(start, option, 4).tolist() == slowly


@settings(max_examples=400)
@given(data=st.data(), kind=kinds)
def test_papers_are_received_as_by_somebody_who_checks_them_one_by_one(
    data: st.DataObject, kind: VoteType
) -> None:
    """Also those of another kind: what counts, what is blank, every reason, the entries and the digest."""
    contest = data.draw(contests(kind))
    papers = data.draw(st.lists(st.one_of(PAPER[kind], PAPER[kind], PAPER["ordinal"]), max_size=15))
    box = receive(contest, data.draw(st.permutations(papers)))
    counted, blank, rejected = list[Paper](), 0, list[tuple[str, str, int]]()
    for paper, number in group_papers(papers).items():
        try:
            check_paper(contest, paper)
        except InvalidPaper as refusal:
            rejected.append((refusal.reason, canonical(paper).decode(), number))
            continue
        counted += [paper] if named_options(paper) else []
        blank += 0 if named_options(paper) else number
    assert sorted(rejected) == [(r.reason, r.paper, r.number) for r in box.rejected]
    assert (box.received, box.blank) == (len(papers), blank)
    assert box.input_digest == input_digest(contest, group_papers(papers))
    said = [
        tuple(contest.options[option].id for option in box.entries.option[start:end])
        for start, end in zip(box.entries.start[:-1], box.entries.start[1:], strict=True)
    ]
    assert said == [named_options(paper) for paper in counted]
    assert box.entries.weight.tolist() == [Counter(papers)[paper] for paper in counted]

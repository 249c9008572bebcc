"""Invented rankings for properties: few options and few papers, so that ties and cycles are common."""

from collections.abc import Mapping

from hypothesis import strategies as st

from tests.make.contests import make_contest
from voting.rules.papers import Contest, Paper, PreferencePaper

Ranks = tuple[tuple[str, ...], ...]
Profile = dict[Ranks, int]
NAMES = ("A", "B", "C", "D", "E")


def contest_for(
    names: tuple[str, ...], *, seats: int = 1, excluded: Mapping[str, str] | None = None
) -> Contest:
    """A contest of these options for preference papers."""
    costs = dict.fromkeys(names, 0)
    return make_contest(costs, budget=0, vote_type="preference", seats=seats, excluded=excluded)


def papers_for(profile: Profile) -> dict[Paper, int]:
    """The papers of a profile."""
    papers: dict[Paper, int] = {}
    for ranks, number in profile.items():
        paper = PreferencePaper(ranks)
        papers[paper] = papers.get(paper, 0) + number
    return papers


@st.composite
def weak_orders(draw: st.DrawFn, names: tuple[str, ...]) -> Ranks:
    """A ranking of some options, with equal ones and gaps now and then."""
    order = draw(st.permutations(names))[: draw(st.integers(1, len(names)))]
    ranks: list[list[str]] = []
    for name in order:
        step = draw(st.sampled_from((0, 1, 1, 1, 2)))
        if step == 0 and ranks:
            ranks[-1].append(name)
        else:
            ranks += [[]] * (step - 1 if step else 0) + [[name]]
    return tuple(tuple(sorted(rank)) for rank in ranks)


@st.composite
def profiles(
    draw: st.DrawFn, *, most_options: int = 5, most_papers: int = 7
) -> tuple[tuple[str, ...], Profile]:
    """Two to five options and the rankings of some voters."""
    names = NAMES[: draw(st.integers(2, most_options))]
    profile: Profile = {}
    for ranks in draw(st.lists(weak_orders(names), min_size=1, max_size=most_papers)):
        profile[ranks] = profile.get(ranks, 0) + draw(st.sampled_from((1, 1, 2, 3)))
    return names, profile


def place_of(ranks: Ranks, name: str) -> int:
    """Where a ranking has an option; one that it does not name is after all it names."""
    return next((index for index, rank in enumerate(ranks) if name in rank), len(ranks))


def preferring(profile: Profile, one: str, other: str) -> int:
    """How many papers put one above the other, counted paper by paper."""
    return sum(number for ranks, number in profile.items() if place_of(ranks, one) < place_of(ranks, other))

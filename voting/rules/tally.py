"""From papers to scores, the same for every rule: check each paper, group equal ones, add up.

Nothing is dropped silently: counted + blank + rejected = received, with a reason for every rejected paper.
Equal papers are checked and added once, with their number, which makes 65,000 three-place papers a matter of
a fraction of a second.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from voting.rules.papers import (
    MAX_PAPERS,
    MAX_POINTS,
    PAPER_OF_TYPE,
    Contest,
    CumulativePaper,
    Paper,
    Papers,
    RankedPaper,
    ScoringPaper,
    canonical,
    named_options,
)
from voting.rules.profile import Profile, make_profile
from voting.rules.result import Fact, Rejection, Standing

_ENCODER = msgspec.json.Encoder(order="sorted")  # of papers.canonical, without a call for each paper
MAX_PLACES = 10**7  # options times places in a table of places; the largest known has 360,000


class InvalidPaper(ValueError):
    """A paper that the contest does not allow: a reason code and its facts, no sentence."""

    def __init__(self, reason: str, **facts: Fact) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class TooLarge(ValueError):
    """An election beyond anything real, which could not be counted in reasonable time or memory."""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What came in, sorted out: `papers` are the distinct ones that count, with their number, in the order of
    their canonical text.
    """

    contest: Contest
    input_digest: str
    received: int
    counted: int
    blank: int
    rejected: tuple[Rejection, ...]
    papers: tuple[tuple[Paper, int], ...]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a rule for projects needs to know of the papers."""

    contest: Contest
    input_digest: str
    received: int
    counted: int
    blank: int
    rejected: tuple[Rejection, ...]
    standings: tuple[Standing, ...]
    profile: Profile

    @property
    def by_id(self) -> dict[str, Standing]:
        """Standing of each option id."""
        return {standing.option: standing for standing in self.standings}


class _Columns(msgspec.Struct, frozen=True):
    """Each distinct paper once, sorted by its canonical text. Three columns, because a hundred thousand rows
    of three would only be work for the garbage collector.
    """

    texts: list[bytes]
    papers: list[Paper]
    numbers: list[int]


def group_papers(papers: Papers) -> dict[Paper, int]:
    """How often each distinct paper occurs, sorted by the papers' canonical text: from here on nothing can
    follow from the order in which they came.

    Raises: ValueError for a negative number; TooLarge.
    """
    columns = _columns(papers)
    return dict(zip(columns.papers, columns.numbers, strict=True))


def _columns(papers: Papers) -> _Columns:
    grouped = papers if isinstance(papers, Mapping) else Counter(papers)
    if 0 in (numbers := list(grouped.values())):
        return _columns({paper: number for paper, number in grouped.items() if number})
    if min(numbers, default=1) < 0:
        raise ValueError("a paper cannot occur a negative number of times")
    if sum(numbers) > MAX_PAPERS:
        raise TooLarge(f"more than {MAX_PAPERS} papers")
    listed = list(grouped)
    texts = _ENCODER.encode_lines(listed).split(b"\n")  # JSON writes the end of a line in a text as two signs
    order = sorted(range(len(listed)), key=texts.__getitem__)
    return _Columns([texts[i] for i in order], [listed[i] for i in order], [numbers[i] for i in order])


def input_digest(contest: Contest, grouped: Mapping[Paper, int]) -> str:
    """SHA-256 over the contest's canonical JSON, a newline, and a line `number paper` for each distinct
    paper, sorted.
    """
    return _digest(contest, _columns(grouped))


def _digest(contest: Contest, columns: _Columns) -> str:
    hasher = hashlib.sha256(canonical(contest) + b"\n")
    hasher.update(b"".join(map(b"%d %b\n".__mod__, zip(columns.numbers, columns.texts, strict=True))))
    return hasher.hexdigest()


def check_paper(contest: Contest, paper: Paper) -> None:
    """Refuse a paper the contest does not allow; an empty one is blank and always allowed. Raises:
    InvalidPaper.
    """
    _check(contest, {option.id: option.cost for option in contest.options}, paper)


def _check(contest: Contest, cost_of: Mapping[str, int], paper: Paper) -> None:
    if type(paper) is not PAPER_OF_TYPE[contest.vote_type]:
        raise InvalidPaper("wrong_type", expected=contest.vote_type)
    names = named_options(paper)
    distinct = set(names)
    if not names:
        return
    for name in names:
        if name not in cost_of:
            raise InvalidPaper("unknown_option", option=name)
    if len(distinct) < len(names) and contest.duplicates == "reject":
        raise InvalidPaper("duplicate_option", option=_first_repeated(names))
    if contest.max_length is not None and len(distinct) > contest.max_length:
        raise InvalidPaper("too_many", named=len(distinct), allowed=contest.max_length)
    if len(distinct) < contest.min_length:
        raise InvalidPaper("too_few", named=len(distinct), needed=contest.min_length)
    if contest.max_sum_cost is not None:
        total = sum(cost_of[name] for name in distinct)
        if total > contest.max_sum_cost:
            raise InvalidPaper("cost_over_limit", cost=total, allowed=contest.max_sum_cost)
    if isinstance(paper, CumulativePaper | ScoringPaper):
        _check_points(contest, paper.points)


def _sure(contest: Contest) -> Callable[[Paper], bool]:
    """A quick test for rankings that says yes only to papers which `_check` would pass and which name
    something: of the right kind, each option known and named once, and no fewer or more than allowed. Of a
    hundred thousand papers nearly all are like that.
    """
    known = frozenset(option.id for option in contest.options)
    fewest = max(1, contest.min_length)
    most = len(known) if contest.max_length is None else contest.max_length

    def plain(paper: Paper) -> bool:
        if type(paper) is not RankedPaper:
            return False
        named = set(paper.places)
        return fewest <= len(named) == len(paper.places) <= most and named <= known

    if contest.vote_type != "ordinal" or contest.max_sum_cost is not None:
        return lambda _: False
    return plain


def _first_repeated(names: Sequence[str]) -> str:
    """The first of the names that occurs again."""
    times = Counter(names)
    return next(name for name in names if times[name] > 1)


def _check_points(contest: Contest, points: tuple[tuple[str, int], ...]) -> None:
    for name, value in points:
        if abs(value) > MAX_POINTS:
            raise InvalidPaper("points_out_of_range", option=name, points=str(value))
        if contest.grades and not 0 <= value < len(contest.grades):
            raise InvalidPaper("points_out_of_range", option=name, points=value)
        if contest.vote_type == "cumulative" and value < 0:
            raise InvalidPaper("points_out_of_range", option=name, points=value)
        too_low = contest.min_points is not None and value < contest.min_points
        if too_low or (contest.max_points is not None and value > contest.max_points):
            raise InvalidPaper("points_out_of_range", option=name, points=value)
    total = sum(value for _, value in points)
    too_low = contest.min_sum_points is not None and total < contest.min_sum_points
    if too_low or (contest.max_sum_points is not None and total > contest.max_sum_points):
        raise InvalidPaper("sum_out_of_range", sum=total)


def receive(contest: Contest, papers: Papers) -> Received:
    """Check and group the papers, given in any order. Raises: TooLarge."""
    columns = _columns(papers)
    cost_of = {option.id: option.cost for option in contest.options}
    blank = 0
    rejected: list[Rejection] = []
    counted: list[tuple[Paper, int]] = []
    sure = _sure(contest)
    for encoded, paper, number in zip(columns.texts, columns.papers, columns.numbers, strict=True):
        if sure(paper):
            counted.append((paper, number))
            continue
        try:
            _check(contest, cost_of, paper)
        except InvalidPaper as refusal:
            text = encoded.decode()
            rejected.append(Rejection(reason=refusal.reason, paper=text, number=number, facts=refusal.facts))
            continue
        if named_options(paper):
            counted.append((paper, number))
        else:
            blank += number
    return Received(
        contest=contest,
        input_digest=_digest(contest, columns),
        received=sum(columns.numbers),
        counted=sum(number for _, number in counted),
        blank=blank,
        rejected=tuple(sorted(rejected, key=lambda r: (r.reason, r.paper))),
        papers=tuple(counted),
    )


def tally(contest: Contest, papers: Papers) -> Tally:
    """Check, group and add up. Papers in any order give the same tally. Raises: TooLarge."""
    box = receive(contest, papers)
    profile = make_profile(contest, box.papers)
    return Tally(
        contest=contest,
        input_digest=box.input_digest,
        received=box.received,
        counted=box.counted,
        blank=box.blank,
        rejected=box.rejected,
        standings=_standings(contest, profile, box.counted),
        profile=profile,
    )


def _standings(contest: Contest, profile: Profile, counted: int) -> tuple[Standing, ...]:
    """One standing an option in the contest's order; equal scores share a rank (1, 2, 2, 4).

    Sums fit 64 bits: MAX_PAPERS papers of MAX_POINTS.
    """
    size = len(contest.options)
    weight = profile.weight[profile.ballot]
    supporters = np.zeros(size, dtype=np.int64)
    score = np.zeros(size, dtype=np.int64)
    np.add.at(supporters, profile.option, weight)
    np.add.at(score, profile.option, weight * profile.points)
    score += contest.default_score * (counted - supporters)
    places = _places(contest, profile, weight)
    rank_of: dict[int, int] = {}
    for position, value in enumerate(sorted(score.tolist(), reverse=True), start=1):
        rank_of.setdefault(value, position)
    return tuple(
        Standing(
            option=option.id,
            rank=rank_of[value],
            score=value,
            supporters=people,
            first_places=by_place[0] if by_place else 0,
            by_place=tuple(by_place),
        )
        for option, value, people, by_place in zip(
            contest.options, score.tolist(), supporters.tolist(), places, strict=True
        )
    )


def _places(contest: Contest, profile: Profile, weight: NDArray[np.int64]) -> list[list[int]]:
    """For ordinal papers: how many papers put each option on place 1, 2, ...; else nothing."""
    if contest.vote_type != "ordinal":
        return [[] for _ in contest.options]
    longest = profile.longest
    if longest * len(contest.options) > MAX_PLACES:
        raise TooLarge(f"papers of {longest} places for {len(contest.options)} options")
    places = np.zeros((len(contest.options), longest), dtype=np.int64)
    np.add.at(places, (profile.option, profile.place), weight)
    return places.tolist()

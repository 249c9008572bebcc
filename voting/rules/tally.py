"""From papers to scores, the same for every rule: check each paper, group equal ones, add up.

Nothing is dropped silently: counted + blank + rejected = received, with a reason for every rejected paper.
Equal papers are checked and added once, with their number. Whether a paper is valid is said by `_check`, one
paper at a time; `_doubtful` looks at all papers at once and leaves to it those that might not be.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from voting.rules.entries import Bools, Entries, Ints, read_papers, repeated, starts_of, text_order
from voting.rules.papers import (
    MAX_PAPERS,
    MAX_POINTS,
    PAPER_OF_TYPE,
    Contest,
    CumulativePaper,
    Paper,
    Papers,
    ScoringPaper,
    canonical,
    named_options,
)
from voting.rules.profile import Profile, make_profile, place_worth
from voting.rules.result import Fact, Rejection, Standing

_ENCODER = msgspec.json.Encoder(order="sorted")  # of papers.canonical, without a call for each paper
LINES = 1 << 14  # hashed at once
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
    """What came in, sorted out: `entries` are those of the distinct papers that count, in the order of their
    canonical text.
    """

    contest: Contest
    input_digest: str
    received: int
    counted: int
    blank: int
    rejected: tuple[Rejection, ...]
    entries: Entries


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
    """Each distinct paper once, and its number. Two columns, because a hundred thousand rows of two would
    only be work for the garbage collector.
    """

    papers: list[Paper]
    numbers: list[int]


def group_papers(papers: Papers) -> dict[Paper, int]:
    """How often each distinct paper occurs, sorted by the papers' canonical text: from here on nothing can
    follow from the order in which they came.

    Raises: ValueError for a negative number; TooLarge.
    """
    columns = _columns(papers)
    return {columns.papers[index]: columns.numbers[index] for index in _by_text(columns)}


def _columns(papers: Papers) -> _Columns:
    grouped = papers if isinstance(papers, Mapping) else Counter(papers)
    if 0 in (numbers := list(grouped.values())):
        return _columns({paper: number for paper, number in grouped.items() if number})
    if min(numbers, default=1) < 0:
        raise ValueError("a paper cannot occur a negative number of times")
    if sum(numbers) > MAX_PAPERS:
        raise TooLarge(f"more than {MAX_PAPERS} papers")
    return _Columns(list(grouped), numbers)


def _by_text(columns: _Columns) -> list[int]:
    texts = _ENCODER.encode_lines(columns.papers).split(b"\n")  # JSON writes the end of a line as two signs
    return sorted(range(len(columns.papers)), key=texts.__getitem__)


def input_digest(contest: Contest, grouped: Mapping[Paper, int]) -> str:
    """SHA-256 over the contest's canonical JSON, a newline, and a line `number paper` for each distinct
    paper, sorted.
    """
    columns = _columns(grouped)
    return _digest(contest, columns, np.array(_by_text(columns), dtype=np.int64))


def _digest(contest: Contest, columns: _Columns, order: Ints) -> str:
    """Some thousand papers at a time, so that all texts never lie in memory together."""
    hasher = hashlib.sha256(canonical(contest) + b"\n")
    numbers = np.array(columns.numbers, dtype=np.int64)
    for first in range(0, len(order), LINES):
        part = order[first : first + LINES]
        text = _ENCODER.encode_lines(map(columns.papers.__getitem__, part.tolist()))
        if (numbers[part] == 1).all():  # a big election is nearly all different papers
            hasher.update(b"1 " + text.replace(b"\n", b"\n1 ")[:-2])
        else:
            lines = zip(numbers[part].tolist(), text.splitlines(keepends=True), strict=True)
            hasher.update(b"".join(map(b"%d %b".__mod__, lines)))
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


def _doubtful(contest: Contest, entries: Entries, names: Sequence[str]) -> Bools:
    """Which papers `_check` has to look at: all that it would refuse, of the contest's kind."""
    size = len(contest.options)
    again = repeated(entries.start, entries.option, len(names))
    unknown = entries.option >= size
    named = entries.length - _per_paper(entries, again)
    doubtful = _per_paper(entries, unknown) > 0
    doubtful |= (named < contest.min_length) & (named > 0)
    if contest.duplicates == "reject":
        doubtful |= named < entries.length
    if contest.max_length is not None:
        doubtful |= named > contest.max_length
    if contest.max_sum_cost is not None:
        cost = np.array([option.cost for option in contest.options] + [0], dtype=np.int64)
        spent = np.where(again, 0, cost[np.minimum(entries.option, size)])
        doubtful |= _per_paper(entries, spent) > contest.max_sum_cost
    if entries.points is not None:
        doubtful |= _doubtful_points(contest, entries, entries.points)
    return doubtful


def _doubtful_points(contest: Contest, entries: Entries, points: Ints) -> Bools:
    least = 0 if contest.grades or contest.vote_type == "cumulative" else -MAX_POINTS
    most = len(contest.grades) - 1 if contest.grades else MAX_POINTS
    if contest.min_points is not None:
        least = max(least, contest.min_points)
    if contest.max_points is not None:
        most = min(most, contest.max_points)
    doubtful = _per_paper(entries, (points < least) | (points > most)) > 0
    total = _per_paper(entries, points)
    if contest.min_sum_points is not None:
        doubtful |= total < contest.min_sum_points
    if contest.max_sum_points is not None:
        doubtful |= total > contest.max_sum_points
    return doubtful


def _per_paper(entries: Entries, value: Ints | Bools) -> Ints:
    """The sum over each paper's entries. Of costs or points it fits 64 bits: an option is added once, a
    point is at most MAX_POINTS.
    """
    if not value.any():
        return np.zeros(len(entries.weight), dtype=np.int64)
    total = starts_of(value)
    result: Ints = total[entries.start[1:]] - total[entries.start[:-1]]
    return result


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
    right = _of_kind(contest, columns)
    alike = len(right) == len(columns.papers)
    entries, names = read_papers(
        contest.vote_type,
        [option.id for option in contest.options],
        columns.papers if alike else [columns.papers[index] for index in right],
        columns.numbers if alike else [columns.numbers[index] for index in right],
    )
    rejected = _refusals(contest, columns, right, _doubtful(contest, entries, names))
    wanted = np.full(len(columns.papers), -1, dtype=np.int64)  # of each paper that counts, which entries
    wanted[right] = np.where(entries.length > 0, np.arange(len(right)), -1)
    wanted[list(rejected)] = -1
    order = text_order(entries, names) if alike else None
    if order is None:
        order = np.array(_by_text(columns), dtype=np.int64)
    in_order = wanted[order]
    counted = entries.taken(in_order[in_order >= 0])
    return Received(
        contest=contest,
        input_digest=_digest(contest, columns, order),
        received=sum(columns.numbers),
        counted=int(counted.weight.sum()),
        blank=int(entries.weight[entries.length == 0].sum()),
        rejected=tuple(sorted(rejected.values(), key=lambda r: (r.reason, r.paper))),
        entries=counted,
    )


def _of_kind(contest: Contest, columns: _Columns) -> Ints:
    """Which papers are of the contest's kind."""
    kind = PAPER_OF_TYPE[contest.vote_type]
    if set(map(type, columns.papers)) <= {kind}:
        return np.arange(len(columns.papers))
    return np.array([i for i, paper in enumerate(columns.papers) if type(paper) is kind], dtype=np.int64)


def _refusals(contest: Contest, columns: _Columns, right: Ints, doubtful: Bools) -> dict[int, Rejection]:
    """The papers that do not count, with the reason: those of another kind, and what `_check` refuses."""
    cost_of = {option.id: option.cost for option in contest.options}
    sure = np.zeros(len(columns.papers), dtype=bool)
    sure[right[~doubtful]] = True
    refused: dict[int, Rejection] = {}
    for index in np.flatnonzero(~sure).tolist():
        try:
            _check(contest, cost_of, columns.papers[index])
        except InvalidPaper as refusal:
            text = canonical(columns.papers[index]).decode()
            number = columns.numbers[index]
            refused[index] = Rejection(reason=refusal.reason, paper=text, number=number, facts=refusal.facts)
    return refused


def tally(contest: Contest, papers: Papers) -> Tally:
    """Check, group and add up. Papers in any order give the same tally. Raises: TooLarge."""
    box = receive(contest, papers)
    profile = make_profile(contest, box.entries)
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
    if contest.vote_type == "ordinal":
        places = _places(contest, profile, weight)
        supporters, score = places.sum(axis=1), places @ place_worth(contest, profile.longest)
    else:
        places = np.zeros((size, 0), dtype=np.int64)
        supporters, score = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        np.add.at(supporters, profile.option, weight)
        np.add.at(score, profile.option, weight * profile.points)
    score += contest.default_score * (counted - supporters)
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
            contest.options, score.tolist(), supporters.tolist(), places.tolist(), strict=True
        )
    )


def _places(contest: Contest, profile: Profile, weight: Ints) -> Ints:
    """A row an option: how many ranked papers put it on place 1, 2, ..."""
    longest = profile.longest
    if longest * len(contest.options) > MAX_PLACES:
        raise TooLarge(f"papers of {longest} places for {len(contest.options)} options")
    places = np.zeros(len(contest.options) * longest, dtype=np.int64)
    np.add.at(places, profile.option * longest + profile.place, weight)
    return places.reshape(len(contest.options), longest)

"""Pabulib's `.pb` files read: a real election becomes a contest and its papers.

The reader takes what exists in the wild (quoted values, decimals and decimal commas, sentinel costs,
ballots longer than the stated limit, a project named twice, ordinal votes without points) and refuses with
a line number what it would have to guess. Limits that a file's own ballots break are widened and noted,
because the city counted them. Source: the .pb format description of Pabulib, version of April 2026.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from voting.rules.formats.pb_text import Line, Row, sheet_of
from voting.rules.formats.pb_votes import papers_of, split_cell
from voting.rules.formats.text import (
    MalformedFile,
    decimal_of,
    minor_of,
    repeated,
    text_of,
    whole_of,
    without_collecting,
)
from voting.rules.papers import (
    PABULIB_VOTE_TYPES,
    Contest,
    CumulativePaper,
    Option,
    Paper,
    ScoringPaper,
    VoteType,
    named_options,
)

SENTINEL_COST = 999_999_999  # units; Pabulib's mark of a project that could not be funded at any price
MAX_DECIMALS = 6  # of an amount; more is float noise and refused
SCALES = tuple(10**decimals for decimals in range(MAX_DECIMALS + 1))
NO_CURRENCY = "¤"  # the sign for a currency that is not stated
DESCENDING = "descending"  # points_by_place (our META key): place p of at most L earns L - p + 1
STRICT = "strict"  # limits (our META key): kept although some of the file's ballots break them

_VOTE_TYPE_NAMES: dict[str, VoteType] = {name: name for name in PABULIB_VOTE_TYPES} | {"choose-1": "approval"}
_BY_NAME = {"approval": "approved", "ordinal": "places"}  # where a paper has its names and nothing else
_POINTED = (CumulativePaper, ScoringPaper)
_LIMITS = ("min_length", "max_length", "min_points", "max_points", "min_sum_points", "max_sum_points")
_IN_PABULIB = frozenset(
    (
        *_LIMITS,
        *("options", "budget", "vote_type", "currency", "minor_per_unit", "max_sum_cost", "default_score"),
        *("threshold", "points_by_place", "exclusive", "duplicates"),
    )
)
OWN_FIELDS: dict[str, Any] = {
    field.name: field.type for field in msgspec.structs.fields(Contest) if field.name not in _IN_PABULIB
}
"""What a contest has that Pabulib has no key for (seats, grades, envelopes, ...): written as JSON under the
field's name.
"""


class PbElection(msgspec.Struct, frozen=True, kw_only=True):
    """A `.pb` file as values, each distinct paper with its number. `selected` is what the file says won (ids
    by code: 1 funded, 2 in part, 3 extra money).

    `rule` is our name for the rule in META, nothing when unknown there. `projects` are the raw rows of that
    section (coordinates, descriptions, stated votes and scores); the voters' columns are not kept. `notes`
    say what was widened or assumed.
    """

    contest: Contest
    papers: dict[Paper, int]
    rule: str | None
    selected: dict[str, int] | None
    meta: dict[str, str]
    projects: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def winners(self) -> tuple[str, ...] | None:
        """What the file's own rule funded: `selected` 1, and 2 as well where the rule funds one in part."""
        if self.selected is None:
            return None
        codes = (1, 2) if self.rule == "greedy-custom" else (1,)
        return tuple(name for name, code in self.selected.items() if code in codes)


def read_pb(raw: bytes) -> PbElection:
    """Read a `.pb` file. Raises: MalformedFile."""
    with without_collecting():
        return _read_pb(raw)


def _read_pb(raw: bytes) -> PbElection:
    sheet = sheet_of(text_of(raw))
    meta, meta_line, projects = sheet.meta, sheet.meta_line, sheet.projects
    vote_type = _VOTE_TYPE_NAMES.get(meta.get("vote_type", "").lower())
    if vote_type is None:
        raise MalformedFile(
            meta_line, f"vote_type {meta.get('vote_type', '')!r} is not one of {PABULIB_VOTE_TYPES}"
        )
    notes: list[str] = []
    scale = _scale(meta, meta_line, projects)
    papers, points = papers_of(sheet.votes, vote_type)
    if vote_type == "ordinal" and points is None:
        papers, _ = papers_of(sheet.votes, "scoring")
        vote_type = "scoring"
        notes.append("points do not follow from places: read as scoring")
    options = tuple(_option(line, scale) for line in projects)
    if twice := repeated(option.id for option in options):
        raise MalformedFile(meta_line, f"project {twice!r} is listed twice")
    contest = _contest(meta, meta_line, vote_type, options, scale)
    if vote_type == "ordinal":
        contest = _with_places(contest, meta, meta_line, papers, points or (), notes)
    if meta.get("limits") != STRICT:
        contest = _widened(contest, papers, notes)
    _compare_number(meta, "num_votes", sum(papers.values()), notes)
    _compare_number(meta, "num_projects", len(options), notes)
    return PbElection(
        contest=contest,
        papers=papers,
        rule=_rule(meta),
        selected=_selected(projects),
        meta=meta,
        projects=tuple(line.row for line in projects),
        notes=tuple(notes),
    )


def _scale(meta: Mapping[str, str], meta_line: int, projects: Sequence[Line]) -> int:
    """How many minor units a unit has: 100, or more where the file's amounts need it."""
    if stated := meta.get("minor_per_unit"):
        scale = whole_of(stated, meta_line, "minor_per_unit")
        if scale not in SCALES:
            raise MalformedFile(meta_line, f"minor_per_unit {scale} is not a power of ten up to {SCALES[-1]}")
        return scale
    amounts = [decimal_of(meta.get("budget", ""), meta_line, "budget")]
    amounts += [decimal_of(line.row.get("cost", ""), line.number, "cost") for line in projects]
    decimals = 2
    for amount in amounts:
        exponent = amount.normalize().as_tuple().exponent
        decimals = max(decimals, -exponent if isinstance(exponent, int) else 0)
    if decimals > MAX_DECIMALS:
        raise MalformedFile(meta_line, f"an amount has more than {MAX_DECIMALS} decimals")
    return int(10**decimals)


def _option(line: Line, scale: int) -> Option:
    row = line.row
    cost = minor_of(row["cost"], scale, line.number, "cost")
    if cost < 0:
        raise MalformedFile(line.number, "a negative cost")
    if not row["project_id"]:
        raise MalformedFile(line.number, "a project without an id")
    # Our own column, where a file has it, says of every option whether it can win.
    by_cost = "sentinel_cost" if cost == SENTINEL_COST * scale and "excluded" not in row else None
    try:
        return Option(
            id=row["project_id"],
            title=row.get("name") or row["project_id"],
            cost=cost,
            area=row.get("neighborhood") or row.get("district") or None,
            category=row.get("category") or None,
            excluded=row.get("excluded") or by_cost,
        )
    except ValueError as problem:
        raise MalformedFile(line.number, str(problem)) from problem


def _contest(
    meta: Mapping[str, str], line: int, vote_type: VoteType, options: tuple[Option, ...], scale: int
) -> Contest:
    """The contest as META states it. An empty value is an absent one."""

    def number(key: str) -> int | None:
        return whole_of(meta[key], line, key) if meta.get(key) else None

    limits = {key: number(key) for key in _LIMITS}
    max_cost = meta.get("max_sum_cost")
    is_single = meta.get("vote_type", "").lower() == "choose-1"
    try:
        return Contest(
            options=options,
            budget=minor_of(meta.get("budget", ""), scale, line, "budget"),
            vote_type=vote_type,
            currency=meta.get("currency") or NO_CURRENCY,
            minor_per_unit=scale,
            min_length=limits["min_length"] if limits["min_length"] is not None else 1,
            max_length=limits["max_length"] or (1 if is_single else None),
            min_points=limits["min_points"],
            max_points=limits["max_points"],
            min_sum_points=limits["min_sum_points"],
            max_sum_points=limits["max_sum_points"],
            max_sum_cost=minor_of(max_cost, scale, line, "max_sum_cost") if max_cost else None,
            default_score=number("default_score") or 0,
            threshold=number("min_project_score_threshold"),
            exclusive=_groups(meta.get("exclusive_groups", "")),
            duplicates="first" if meta.get("duplicates") == "first" else "reject",
            **{name: _own(meta, line, name) for name in OWN_FIELDS if meta.get(name)},
        )
    except ValueError as problem:
        if isinstance(problem, MalformedFile):
            raise
        raise MalformedFile(line, str(problem)) from problem


def _own(meta: Mapping[str, str], line: int, key: str) -> Any:
    """The value of a META key of ours, written as JSON. Raises: MalformedFile."""
    try:
        return msgspec.json.decode(meta[key].encode(), type=OWN_FIELDS[key])
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        raise MalformedFile(line, f"{key}: {str(problem)[:200]}") from problem


def _groups(text: str) -> tuple[tuple[str, ...], ...]:
    """`a,b|c,d` as groups: our own META key, since Pabulib has none for greedy-exclusive."""
    groups = (tuple(name.strip() for name in part.split(",") if name.strip()) for part in text.split("|"))
    return tuple(group for group in groups if len(group) > 1)


def _with_places(
    contest: Contest,
    meta: Mapping[str, str],
    line: int,
    papers: Iterable[Paper],
    points: tuple[int, ...],
    notes: list[str],
) -> Contest:
    """Points by place: stated (our META key), else seen in the votes, else L, L-1, ... 1 for the longest
    ballot L.
    """
    stated = meta.get("points_by_place")
    if stated == DESCENDING:
        return contest
    if stated:
        points = tuple(whole_of(part, line, "points_by_place") for part in split_cell(stated))
    elif not points:
        longest = max((len(named_options(paper)) for paper in papers), default=0)
        length = max(longest, contest.max_length or 0)
        places = max(longest, len(contest.options))  # further ones of a longer limit are nobody's
        points = tuple(range(length, max(0, length - places), -1))
        notes.append(f"no points in the file: {'-'.join(map(str, points[:8]))} by place assumed")
    try:
        return msgspec.structs.replace(contest, points_by_place=points)
    except ValueError as problem:
        raise MalformedFile(line, str(problem)) from problem


def _widened(contest: Contest, papers: Iterable[Paper], notes: list[str]) -> Contest:
    """Limits that the file's own ballots break are widened to fit them: the city has counted them."""
    cost_of = {option.id: option.cost for option in contest.options}
    rows = _named(contest.vote_type, papers)
    pointed = [] if contest.vote_type in _BY_NAME else [p.points for p in papers if isinstance(p, _POINTED)]
    if not cost_of.keys() >= set().union(*rows):  # papers that name unknown options are rejected anyway
        rows = [row for row in rows if cost_of.keys() >= set(row)]
        pointed = [points for points in pointed if cost_of.keys() >= {name for name, _ in points}]
    lengths = list(map(len, map(set, rows)))
    duplicates = sum(lengths) < sum(map(len, rows))
    costs = (
        [sum(cost_of[name] for name in set(row)) for row in rows] if contest.max_sum_cost is not None else []
    )
    values = [value for points in pointed for _, value in points]
    sums = [sum(value for _, value in points) for points in pointed if points]
    changes: dict[str, int | str] = {}
    for key, seen in (("length", lengths), ("points", values), ("sum_points", sums), ("sum_cost", costs)):
        low, high = getattr(contest, f"min_{key}", None), getattr(contest, f"max_{key}", None)
        if seen and low is not None and min(seen) < low:
            changes[f"min_{key}"] = min(seen)
        if seen and high is not None and max(seen) > high:
            changes[f"max_{key}"] = max(seen)
    notes += [f"{key} widened to {value}: the file's own ballots break it" for key, value in changes.items()]
    if duplicates and contest.duplicates == "reject":
        changes["duplicates"] = "first"
        notes.append("some ballots name a project twice: the first mention counts")
    return msgspec.structs.replace(contest, **changes)


def _named(vote_type: VoteType, papers: Iterable[Paper]) -> list[tuple[str, ...]]:
    """The options each paper names, without the blank papers."""
    names = map(attrgetter(_BY_NAME[vote_type]) if vote_type in _BY_NAME else named_options, papers)
    return list(filter(None, names))


def _compare_number(meta: Mapping[str, str], key: str, actual: int, notes: list[str]) -> None:
    if meta.get(key, str(actual)) != str(actual):
        notes.append(f"{key} says {meta[key]}, the file holds {actual}")


def _rule(meta: Mapping[str, str]) -> str | None:
    """Our name of the file's rule. A plain greedy beside a threshold is the rule with the threshold, unless
    our own META key says that the threshold was for nothing.
    """
    if meta.get("counting_rule"):
        return meta["counting_rule"]
    name = meta.get("rule", "").strip().lower()
    if name == "greedy" and meta.get("min_project_score_threshold"):
        return "greedy-threshold"
    return None if name in ("", "unknown") else name


def _selected(projects: Sequence[Line]) -> dict[str, int] | None:
    if not any("selected" in line.row for line in projects):
        return None
    return {
        line.row["project_id"]: whole_of(line.row.get("selected") or "0", line.number, "selected")
        for line in projects
    }

"""Our contests written as Pabulib's `.pb` files, which anyone's tools read.

Where Pabulib has no key for something that decides the count (points by place, exclusive groups, envelopes,
minor units, seats, grades, an option that cannot win, limits that some ballots break, a threshold the rule
does not look at) a key or column of our own says it, so that reading the file again gives the same contest.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from voting.rules.contests import UnsuitableContest
from voting.rules.formats.pb_read import DESCENDING, OWN_FIELDS, SENTINEL_COST, STRICT
from voting.rules.formats.text import one_line
from voting.rules.papers import (
    PABULIB_VOTE_TYPES,
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
from voting.rules.projects.apart import check_apart, is_apart, standings_apart
from voting.rules.tally import Tally, group_papers, tally

_WHO = ("description", "country", "unit", "instance")
_WHEN = ("date_begin", "date_end")
_OWN_DEFAULTS = {
    field.name: field.default for field in msgspec.structs.fields(Contest) if field.name in OWN_FIELDS
}
_OF_THE_CONTEST = frozenset(
    (
        *("key", "num_projects", "num_votes", "budget", "vote_type", "rule", "min_length", "max_length"),
        *("min_points", "max_points", "min_sum_points", "max_sum_points", "default_score", "max_sum_cost"),
        *("min_project_score_threshold", "currency"),
        *("points_by_place", "exclusive_groups", "minor_per_unit", "duplicates", "limits", "counting_rule"),
        *OWN_FIELDS,
    )
)


def write_pb(
    contest: Contest,
    papers: Papers,
    *,
    meta: Mapping[str, str],
    rule: str = "unknown",
    awarded: Mapping[str, int] | None = None,
) -> bytes:
    """A `.pb` file of a contest and its papers, sorted so that their order tells nothing, voters numbered 1
    to n.

    `meta` gives the descriptive keys (description, country, unit, instance, dates, language ...). `awarded`
    says what each winner got; with it the `selected` column is written (2 for an option funded in part).
    Reading the file again gives the same contest and papers, only with texts trimmed and on one line.

    Raises: ValueError for what the format cannot hold: an odd id, a paper of another type, minor units that
    are no power of ten.
    """
    if contest.vote_type not in PABULIB_VOTE_TYPES:
        raise ValueError(f"Pabulib has no {contest.vote_type} papers (equal and skipped ranks)")
    grouped = list(group_papers(papers).items())
    for paper, _ in grouped:
        _check_writable(contest, paper)
    counted = _tally(contest, dict(grouped))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["META"])
    writer.writerow(["key", "value"])
    for key, value in _meta_rows(counted, meta, rule).items():
        writer.writerow([key, value])
    writer.writerow(["PROJECTS"])
    _write_projects(writer, counted, awarded)
    _write_votes(writer, contest, grouped)
    return out.getvalue().replace("\x00", "").encode()


def _tally(contest: Contest, papers: Mapping[Paper, int]) -> Tally:
    """Votes and scores as they are counted: within each part where money is apart, if it can be."""
    counted = tally(contest, papers)
    if not is_apart(contest):
        return counted
    try:
        check_apart(contest)
    except UnsuitableContest:
        return counted
    return msgspec.structs.replace(counted, standings=standings_apart(contest, papers))


def _write_votes(writer: Any, contest: Contest, grouped: Iterable[tuple[Paper, int]]) -> None:
    """The VOTES section: a voter a row, whose number says nothing."""
    has_points = contest.vote_type != "approval"
    writer.writerow(["VOTES"])
    writer.writerow(["voter_id", "vote", "points"] if has_points else ["voter_id", "vote"])
    voter = 0
    for paper, number in grouped:
        cells = [",".join(named_options(paper))]
        if has_points:
            cells.append(",".join(str(value) for value in _written_points(contest, paper)))
        for _ in range(number):
            voter += 1
            writer.writerow([voter, *cells])


def _check_writable(contest: Contest, paper: Paper) -> None:
    if type(paper) is not PAPER_OF_TYPE[contest.vote_type]:
        raise ValueError(f"a paper of another type than {contest.vote_type} cannot be written in a .pb file")
    for name in named_options(paper):
        _safe_id(name)


def _meta_rows(counted: Tally, described: Mapping[str, str], rule: str) -> dict[str, str]:
    """META in the order Pabulib recommends: who and when first, then what the count needs.

    An empty value is an absent one; what the count needs comes from the contest only.
    """
    contest = counted.contest
    written = {one_line(key): one_line(value) for key, value in described.items()}
    meta = {key: value for key, value in written.items() if key and value and key not in _OF_THE_CONTEST}
    rows = {key: meta.pop(key) for key in _WHO if key in meta}
    rows |= {
        "num_projects": str(len(contest.options)),
        "num_votes": str(counted.received),
        "budget": amount_text(contest.budget, contest.minor_per_unit),
        "vote_type": contest.vote_type,
        "rule": rule,
    }
    rows |= {key: meta.pop(key) for key in _WHEN if key in meta}
    return rows | _limit_rows(contest) | _own_rows(counted, rule) | meta


def _limit_rows(contest: Contest) -> dict[str, str]:
    """What Pabulib has keys for."""
    limits = {
        "min_length": contest.min_length,
        "max_length": contest.max_length,
        "min_points": contest.min_points,
        "max_points": contest.max_points,
        "min_sum_points": contest.min_sum_points,
        "max_sum_points": contest.max_sum_points,
        "default_score": contest.default_score or None,
        "min_project_score_threshold": contest.threshold,
    }
    rows = {key: str(value) for key, value in limits.items() if value is not None}
    if contest.max_sum_cost is not None:
        rows["max_sum_cost"] = amount_text(contest.max_sum_cost, contest.minor_per_unit)
    return rows | {"currency": contest.currency}


def _own_rows(counted: Tally, rule: str) -> dict[str, str]:
    """What only we have keys for, where a reader would otherwise have to guess."""
    contest = counted.contest
    rows: dict[str, str] = {}
    if contest.vote_type == "ordinal":
        rows["points_by_place"] = ",".join(map(str, contest.points_by_place)) or DESCENDING
    if contest.exclusive:
        rows["exclusive_groups"] = "|".join(",".join(group) for group in contest.exclusive)
    if contest.minor_per_unit != 100:
        rows["minor_per_unit"] = str(contest.minor_per_unit)
    for name, default in _OWN_DEFAULTS.items():
        value = getattr(contest, name)
        if name == "envelopes":  # like the areas and categories they are for
            value = tuple(
                msgspec.structs.replace(envelope, name=one_line(envelope.name)) for envelope in value
            )
        if value != default:
            rows[name] = canonical(value).decode()
    if contest.duplicates != "reject":
        rows["duplicates"] = contest.duplicates
    if counted.rejected:
        rows["limits"] = STRICT
    if rule == "greedy" and contest.threshold is not None:
        rows["counting_rule"] = rule
    return rows


def amount_text(amount: int, minor_per_unit: int) -> str:
    """Minor units as units with a decimal point, without needless decimals. Raises: ValueError.

    >>> amount_text(253264583, 100), amount_text(500000, 100)
    ('2532645.83', '5000')
    """
    digits = len(str(minor_per_unit)) - 1
    if minor_per_unit != 10**digits:
        raise ValueError("a unit must be a power of ten of minor units")
    whole, rest = divmod(amount, minor_per_unit)
    return f"{whole}.{rest:0{digits}d}" if rest else str(whole)


def _write_projects(writer: Any, counted: Tally, awarded: Mapping[str, int] | None) -> None:
    """The PROJECTS section: optional columns only where some option has a value for them."""
    contest = counted.contest
    sentinel = SENTINEL_COST * contest.minor_per_unit
    columns: dict[str, list[str]] = {
        "project_id": [_safe_id(option.id) for option in contest.options],
        "cost": [amount_text(option.cost, contest.minor_per_unit) for option in contest.options],
        "votes": [str(standing.supporters) for standing in counted.standings],
    }
    if contest.vote_type != "approval":
        columns["score"] = [str(standing.score) for standing in counted.standings]
    columns["name"] = [one_line(option.title) for option in contest.options]
    columns["category"] = [one_line(option.category or "") for option in contest.options]
    columns["neighborhood"] = [one_line(option.area or "") for option in contest.options]
    columns["excluded"] = [one_line(option.excluded or "") for option in contest.options]
    if awarded is not None:
        columns["selected"] = [
            "0" if o.id not in awarded else "1" if awarded[o.id] >= o.cost else "2" for o in contest.options
        ]
    optional = ["category", "neighborhood"]
    if not any(option.cost == sentinel for option in contest.options):
        optional.append("excluded")  # else it must be there: an empty cell says that the option can win
    kept = {name: cells for name, cells in columns.items() if name not in optional or any(cells)}
    writer.writerow(kept)
    writer.writerows(zip(*kept.values(), strict=True))


def _safe_id(name: str) -> str:
    if not name or any(mark in name for mark in ',;|\n\r\x00"') or name != name.strip():
        raise ValueError(f"the id {name!r} cannot be written in a .pb file")
    return name


def _written_points(contest: Contest, paper: Paper) -> Iterable[int]:
    """A number for each option named, in the same order, also for a second mention."""
    if isinstance(paper, RankedPaper):
        worth = contest.place_points
        return [worth[i] if i < len(worth) else 0 for i in range(len(paper.places))]
    return [value for _, value in paper.points] if isinstance(paper, CumulativePaper | ScoringPaper) else []
